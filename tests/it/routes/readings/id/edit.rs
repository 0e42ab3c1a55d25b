use jiff::SignedDuration;

use crate::routes::support::{Browser, TestApp};

/// A reef with one session; the ids of its readings in the order of parameters.
async fn measured(values: &[(&str, &str, &str)]) -> (TestApp, Browser, String, Vec<String>) {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    for (key, value, unit) in values {
        form.set(&format!("{key}_value"), value).set(&format!("{key}_unit"), unit);
    }
    browser.post_form(&form).await.is(303);
    browser.get("/").await.is(200);
    let ids = app.column("select id::text from readings order by parameter_id").await;
    (app, browser, format!("/tanks/{tank}"), ids)
}

#[tokio::test]
async fn a_reading_is_shown_as_it_was_entered_and_corrected() {
    let (app, mut browser, _, ids) = measured(&[("temperature", "78", "degF"), ("ph", "8.2", "pH")]).await;
    let path = format!("/readings/{}/edit", ids[0]);
    let mut form = browser.get(&path).await.is(200).form();
    let shown = ["value", "unit", "taken_at", "note", "version"].map(|name| form.value(name).unwrap());
    assert_eq!(shown, ["78", "degF", "2026-11-23T13:00", "", "1"]);
    form.set("value", "25,1").set("unit", "degC").set("taken_at", "2026-11-22T23:30").set("note", " late ");
    let to = browser.post_form(&form).await.leads_to().to_owned();
    let session = app.column("select id::text from reading_sessions").await.remove(0);
    assert_eq!(to, format!("/sessions/{session}"));
    browser
        .get(&to)
        .await
        .says("The change is saved.")
        .says("Undo")
        .says("yesterday 23:30")
        .says("corrected");
    let stored =
        app.column("select concat_ws(' ', value, entered_unit, taken_at at time zone 'UTC', note, version) from readings where parameter_id = 1").await;
    assert_eq!(stored, ["25.1000 degC 2026-11-22 22:30:00 late 2"]);
    let page = browser.get(&path).await;
    page.says("78 °F → 25.1 °C")
        .says("today 13:00 → yesterday 23:30")
        .says("note: none → late")
        .says("Marina");

    // Sent twice, it is one change; and the notice takes it back.
    assert_eq!(browser.post_form(&form).await.leads_to(), to);
    assert_eq!(app.count("reading_changes").await, 1);
    let undo = browser.get(&to).await.form();
    assert!(undo.action.ends_with("/undo"), "{}", undo.action);
    assert_eq!(browser.post_form(&undo).await.leads_to(), to);
    browser.get(&path).await.says("Taken back: it is as it was before.").says("value=\"78\"");
    assert_eq!(browser.post_form(&undo).await.leads_to(), to, "twice is once");
    assert_eq!(app.count("reading_changes").await, 2);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_stored() {
    let (app, mut browser, _, ids) = measured(&[("ph", "8.2", "pH")]).await;
    let path = format!("/readings/{}/edit", ids[0]);
    let before = app.contents().await;
    for (field, value, problem) in [
        ("value", "", "pH: Enter a number."),
        ("value", "1e999", "pH: Write the number out, without an exponent."),
        ("value", "NaN", "pH: This is not a number. Write it like 8.2 or 8,2."),
        ("value", "81", "pH is between 0.00 and 14.00."),
        ("unit", "degC", "pH: Choose one of the units."),
        ("taken_at", "2026-11-23T13:11", "This time is in the future."),
        ("taken_at", "x", "This is not a date and time. Write it like 2026-11-23T18:30."),
        ("note", &"x".repeat(257), "A note has at most 256 characters."),
        ("version", "x", "This form is damaged. Load the page again."),
        ("form_id", "1", "This form is damaged. Load the page again."),
    ] {
        let mut form = browser.get(&path).await.form();
        form.set(field, value);
        let answer = browser.post_form(&form).await;
        assert_eq!(answer.is(422).problems(), [problem], "{field} {value}");
        assert_eq!(app.contents().await, before);
    }
    let same = browser.get(&path).await.form();
    let to = browser.post_form(&same).await.leads_to().to_owned();
    browser.get(&to).await.says("Nothing was changed.");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_jump_from_the_reading_before_is_asked_about() {
    let (app, mut browser, tank, _) = measured(&[("ph", "8.2", "pH")]).await;
    app.clock.advance(SignedDuration::from_hours(1));
    let mut form = browser.get(&format!("{tank}/readings/new")).await.form();
    form.set("ph_value", "8.3");
    browser.post_form(&form).await.is(303);
    let second = app.column("select id::text from readings order by taken_at desc limit 1").await.remove(0);
    let mut form = browser.get(&format!("/readings/{second}/edit")).await.form();
    form.set("value", "6.3");
    let asked = browser.post_form(&form).await;
    assert_eq!(asked.is(422).problems(), ["pH was 8.20 last time. Is 6.3 right?"]);
    let mut form = asked.form();
    form.set("confirmed", "ph=6.3");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.column("select value::text from readings order by taken_at").await, ["8.2000", "6.3000"]);
}

#[tokio::test]
async fn who_comes_second_is_told_and_may_still_decide() {
    let (app, mut browser, _, ids) = measured(&[("ph", "8.2", "pH")]).await;
    let path = format!("/readings/{}/edit", ids[0]);
    let mut mine = browser.get(&path).await.form();
    let mut theirs = browser.get(&path).await.form();
    theirs.set("value", "8.4");
    browser.post_form(&theirs).await.is(303);
    // The notice with its own form is read.
    browser.get("/").await.is(200);
    mine.set("value", "8.3").set("note", "mine");
    let told = browser.post_form(&mine).await;
    told.is(409).says("Marina changed this reading while you were at it: 8.2 → 8.4.");
    assert_eq!(app.column("select value::text from readings").await, ["8.4000"]);
    let again = told.form();
    assert_eq!((again.value("value"), again.value("note")), (Some("8.3"), Some("mine")), "nothing is lost");
    browser.post_form(&again).await.is(303);
    browser.get("/").await.is(200);
    assert_eq!(app.column("select value::text from readings").await, ["8.3000"]);

    let late = browser.get(&path).await.form();
    browser.post(&format!("/readings/{}/delete", ids[0]), &[]).await.is(303);
    browser.post_form(&late).await.is(410).says("was deleted meanwhile. You had typed 8.3");
    let gone = browser.get(&path).await;
    gone.is(410).says("pH was deleted").says("Bring it back");
    browser.post_form(&gone.form()).await.is(303);
    browser.get(&path).await.is(200);
}

#[tokio::test]
async fn a_deleted_reading_comes_back_from_where_it_was_deleted() {
    let (app, mut browser, tank, ids) = measured(&[("ph", "8.2", "pH"), ("kh", "9", "dKH")]).await;
    let before = app.column("select (to_jsonb(r) - 'version')::text from readings r order by 1").await;
    let delete = format!("/readings/{}/delete", ids[0]);
    let fields = [("back", "history?parameter=ph")];
    let answer = browser.post(&delete, &fields).await;
    assert_eq!(answer.leads_to(), format!("{tank}/history?parameter=ph"));
    let page = browser.get(answer.leads_to()).await;
    page.says("Deleted.").says("No reading fits this choice.").says("/undo\"");
    assert_eq!(browser.post(&delete, &fields).await.leads_to(), answer.leads_to(), "twice is once");
    assert_eq!(app.count("reading_changes").await, 1);
    browser.post(&delete, &[("back", "//evil.example")]).await.leads_to().starts_with("/sessions/");
    browser.post_form(&browser.clone().get(answer.leads_to()).await.form()).await.is(303);
    let after = app.column("select (to_jsonb(r) - 'version')::text from readings r order by 1").await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_is_no_reading_is_not_there() {
    let (app, mut browser, _, ids) = measured(&[("ph", "8.2", "pH")]).await;
    let upper = ids[0].to_uppercase();
    for id in [app.id().as_str(), "1", "%00", "..%2f..", upper.as_str(), "%ff"] {
        browser.get(&format!("/readings/{id}/edit")).await.is(404);
        browser.get(&format!("/sessions/{id}")).await.is(404);
        browser.get(&format!("/sessions/{id}/edit")).await.is(404);
        for path in [
            format!("/readings/{id}/edit"),
            format!("/readings/{id}/delete"),
            format!("/readings/changes/{id}/undo"),
            format!("/sessions/{id}/edit"),
            format!("/sessions/{id}/delete"),
        ] {
            browser.post(&path, &[("value", "8")]).await.is(404);
        }
    }
    assert_eq!(app.count("reading_changes").await, 0);
    app.browser().get(&format!("/readings/{}/edit", ids[0])).await.leads_to();
}
