use crate::routes::support::TestApp;

#[tokio::test]
async fn a_session_tells_what_its_readings_tell_together() {
    let (app, mut browser, tank) = TestApp::with_tank("planted_fw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "6.7")
        .set("kh_value", "4")
        .set("ammonia_value", "0.5")
        .set("temperature_value", "25");
    form.set("note", "before the change");
    browser.post_form(&form).await.is(303);
    browser.get("/").await.says("/sessions/");
    let id = app.column("select id::text from reading_sessions").await.remove(0);
    let page = browser.get(&format!("/sessions/{id}")).await;
    page.is(200).says("4 readings").says("logged by Marina").says("before the change");
    page.says("Toxic ammonia about 0.0013 mg/L NH₃").says("CO₂ about 24 ppm");
    page.says("estimated from: KH 4 dKH and pH 6.70; a planted tank aims at 20 to 30 ppm");
    browser
        .get(&format!("/tanks/{tank}"))
        .await
        .says("CO₂ about 24 ppm")
        .says(&format!("/tanks/{tank}/history"));
}

#[tokio::test]
async fn all_of_it_moves_goes_and_comes_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2").set("kh_value", "9");
    browser.post_form(&form).await.is(303);
    browser.get("/").await.is(200);
    let id = app.column("select id::text from reading_sessions").await.remove(0);
    let path = format!("/sessions/{id}");
    let mut edit = browser.get(&format!("{path}/edit")).await.form();
    edit.set("taken_at", "2026-03-29T02:30").set("note", "typed from paper");
    let late = edit.clone();
    assert_eq!(browser.post_form(&edit).await.leads_to(), path);
    let page = browser.get(&path).await;
    // That night half past two was skipped: it is half past three.
    page.says("29 Mar 03:30").says("typed from paper").says("The change is saved.");
    let at = app.column("select distinct (taken_at at time zone 'UTC')::text from readings").await;
    assert_eq!(at, ["2026-03-29 01:30:00"]);
    assert_eq!(browser.post_form(&edit).await.leads_to(), path, "twice is once");
    let mut other = late;
    other.set("form_id", &app.id()).set("taken_at", "2026-11-20T12:00");
    browser.post_form(&other).await.is(409).says("Somebody moved these readings");
    for (field, value, problem) in [
        ("taken_at", "2099-01-01T00:00", "This time is in the future."),
        ("note", &"x".repeat(257), "A note has at most 256 characters."),
        ("form_id", "x", "This form is damaged. Load the page again."),
        ("was_at", "x", "This form is damaged. Load the page again."),
    ] {
        let mut form = browser.get(&format!("{path}/edit")).await.form();
        form.set(field, value);
        assert_eq!(browser.post_form(&form).await.is(422).problems(), [problem], "{field}");
    }

    let readings = app.column("select (to_jsonb(r) - 'version')::text from readings r order by 1").await;
    let answer = browser.post(&format!("{path}/delete"), &[]).await;
    assert_eq!(answer.leads_to(), format!("/tanks/{tank}"));
    assert_eq!((app.count("readings").await, app.count("reading_days").await), (0, 0));
    let gone = browser.get(&path).await;
    gone.is(410).says("These readings were deleted").says("Bring them back");
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    assert_eq!(browser.post_form(&gone.form()).await.leads_to(), path);
    browser.get(&path).await.is(200).says("typed from paper");
    let back = app.column("select (to_jsonb(r) - 'version')::text from readings r order by 1").await;
    assert_eq!(back, readings);
}
