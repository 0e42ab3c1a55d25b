use futures_util::future::join_all;
use safeharbor::http::{App, router};
use safeharbor::jobs::Wake;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_parameter_of_ones_own_is_measured_like_any_other() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    browser.get("/settings/parameters").await.is(200).says("Measure what is not in the list");
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", " Boron ").set("short_name", "B").set("unit", "mg/L").set("decimals", "2");
    form.set("low", "0").set("high", "20,5").set("water.fresh", "").set("water.brackish", "");
    let to = browser.post_form(&form).await.leads_to().to_owned();
    assert_eq!(to, format!("/settings/parameters?saved={}", form.value("form_id").unwrap()));
    browser
        .get(&to)
        .await
        .says("The parameter is saved.")
        .says("Boron (mg/L)")
        .says("Saltwater; not used yet");
    // The unit that was there is used; the same form again adds nothing.
    let before = app.contents().await;
    browser.post_form(&form).await.is(303);
    assert_eq!(app.contents().await, before);
    assert_eq!(app.column("select canonical_unit from parameters where custom").await, ["mg_per_l"]);

    let parameters = format!("/tanks/{tank}/parameters");
    let mut form = browser.get(&parameters).await.says("Boron").form();
    form.set("track.custom_1000", "1");
    browser.post_form(&form).await.is(303);
    let mut form = browser.get(&format!("{parameters}/custom_1000")).await.form();
    form.set("ok_low", "4").set("ok_high", "5").set("stale_after_days", "30");
    browser.post_form(&form).await.is(303);
    let mut batch = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    batch.set("custom_1000_value", "21");
    let answer = browser.post_form(&batch).await;
    assert_eq!(answer.is(422).problems(), ["Boron is between 0.00 and 20.50 mg/L."]);
    batch.set("custom_1000_value", "5.25");
    browser.post_form(&batch).await.is(303);
    browser.get("/").await.says("Boron 5.25 mg/L is above 5");
    browser.get(&format!("/tanks/{tank}")).await.says("Boron, the last 30 days").says("5.25");
    browser.get("/settings/parameters").await.says("Saltwater; tracked in 1 tank");
    let fresh = app
        .tank(app.column("select id::text from keepers").await[0].parse().unwrap(), "Pond", "planted_fw")
        .await;
    browser.get(&format!("/tanks/{fresh}/parameters")).await.never_says("Boron");
}

#[tokio::test]
async fn with_readings_it_keeps_its_unit_and_can_only_be_retired() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", "Boron").set("unit", "drops").set("high", "20");
    browser.post_form(&form).await.is(303);
    let path = "/settings/parameters/1000";
    // Nothing was measured yet: the unit may change.
    let mut edit = browser.get(path).await.form();
    assert_eq!((edit.value("unit"), edit.value("high")), (Some("drops"), Some("20")));
    edit.set("unit", "µmol").set("name", "Boron, dissolved");
    // Also when a keeper chose the unit it has.
    let mut display = browser.get("/settings/display").await.form();
    let unit = app.column("select canonical_unit from parameters where custom").await.remove(0);
    display.set("unit.custom_1000", &unit);
    browser.post_form(&display).await.is(303);
    assert_eq!(app.count("keeper_units").await, 1);
    browser.post_form(&edit).await.is(303);
    let mut track = browser.get(&format!("/tanks/{tank}/parameters")).await.says("Boron, dissolved").form();
    track.set("track.custom_1000", "1");
    browser.post_form(&track).await.is(303);
    let mut batch = browser.get(&format!("/tanks/{tank}/readings/new")).await.says("µmol").form();
    batch.set("custom_1000_value", "5");
    browser.post_form(&batch).await.is(303);

    let mut edit = browser.get(path).await.says("so it stays").form();
    edit.set("unit", "mg/L").set("high", "30");
    let answer = browser.post_form(&edit).await;
    assert_eq!(
        answer.is(422).problems(),
        ["Readings were taken in the unit it had, so it stays. Add another parameter for another unit."]
    );
    edit.set("unit", "µmol");
    browser.post_form(&edit).await.is(303);

    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), path);
    assert_eq!(browser.post(&format!("{path}/retire"), &[]).await.leads_to(), "/settings/parameters");
    browser
        .get("/settings/parameters")
        .await
        .says("is retired")
        .says("Retired")
        .says(&format!("{path}/offer"));
    browser.get(&format!("/tanks/{tank}/parameters")).await.never_says("Boron");
    browser.get(&format!("/tanks/{tank}/parameters/custom_1000")).await.is(404);
    // The timeline still tells of what was measured.
    browser.get(&format!("/tanks/{tank}")).await.is(200).says("Boron").never_says("custom_1000");
    browser.get(&format!("/readings/quick?tank={tank}")).await.is(200).never_says("Boron");
    assert!(!browser.get(&format!("/tanks/{tank}/readings/new")).await.form().has("custom_1000_value"));
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), path, "it has a reading");
    assert_eq!(app.count("readings").await, 1);

    browser.post(&format!("{path}/offer"), &[]).await.is(303);
    browser.get(&format!("/tanks/{tank}")).await.says("Boron, dissolved");
}

#[tokio::test]
async fn one_that_was_never_used_can_be_deleted_once_retired() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", "Turbidity").set("unit", "").set("high", "20").set("has_lower_side", "");
    browser.post_form(&form).await.is(303);
    let path = "/settings/parameters/1000";
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    assert_eq!(
        app.column("select name from parameters where custom").await,
        ["Turbidity"],
        "first it is retired"
    );
    browser.post(&format!("{path}/retire"), &[]).await.is(303);
    browser.get(path).await.says("Delete for good");
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), "/settings/parameters");
    browser.get("/settings/parameters").await.says("The parameter is deleted.");
    assert!(app.column("select name from parameters where custom").await.is_empty());
    for action in ["", "/retire", "/offer", "/delete"] {
        browser.post(&format!("{path}{action}"), &[]).await.is(404);
        // What comes with the service is not the household's to change.
        browser.post(&format!("/settings/parameters/2{action}"), &[]).await.is(404);
    }
    for path in [
        "/settings/parameters/2",
        "/settings/parameters/x",
        "/settings/parameters/+1000",
        "/settings/parameters/99999",
    ] {
        browser.get(path).await.is(404);
    }
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_names_are_taken_once() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    let answer = browser
        .post(
            "/settings/parameters/new",
            &[
                ("form_id", "x"),
                ("name", " "),
                ("unit", "a\0"),
                ("decimals", "9"),
                ("low", "Infinity"),
                ("high", "1e9"),
            ],
        )
        .await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "This form is damaged. Reload the page and enter it again.",
            "Give the parameter a name.",
            "This contains characters that cannot be kept.",
            "Choose how many decimals to show.",
            "This is not a number. Write it like 8.2 or 8,2.",
            "Write the number out, without an exponent.",
            "Choose at least one kind of water.",
        ]
    );
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", "NITRATE").set("high", "20");
    let answer = browser.post_form(&form).await;
    assert_eq!(answer.is(422).problems(), ["There is a parameter with this name already."]);
    assert_eq!(app.contents().await, before);

    // Many at once: each name is there once, each form is one parameter.
    let forms: Vec<_> = (0..12).map(|number| (app.id(), format!("Own {}", number % 4))).collect();
    let answers = join_all(forms.iter().map(|(id, name)| {
        let (mut browser, mut form) = (browser.clone(), form.clone());
        form.set("form_id", id).set("name", name).set("unit", "drops");
        async move { browser.post_form(&form).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 4, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 303 | 422)));
    assert_eq!(
        app.column("select name from parameters where custom order by name").await,
        ["Own 0", "Own 1", "Own 2", "Own 3"]
    );
    assert_eq!(app.column("select code from units where symbol = 'drops'").await.len(), 1);
}

#[tokio::test]
async fn another_process_knows_it_with_the_next_page() {
    let (mut app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let elsewhere =
        App::new(app.app.settings.clone(), app.database.pool.clone(), app.clock.clone(), Wake::off());
    elsewhere.set_ready();
    app.router = router::router(elsewhere);
    let mut other = app.signed_in(keeper).await;
    let parameters = format!("/tanks/{tank}/parameters");
    other.get(&parameters).await.never_says("Boron");
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", "Boron").set("high", "20");
    browser.post_form(&form).await.is(303);
    other.get(&parameters).await.says("Boron");
    other.post("/settings/parameters/1000/retire", &[]).await.is(303);
    browser.get(&parameters).await.never_says("Boron");
}
