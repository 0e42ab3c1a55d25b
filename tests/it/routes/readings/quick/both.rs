use jiff::SignedDuration;

use crate::routes::support::TestApp;

#[tokio::test]
async fn one_value_after_the_other() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let page = browser.get("/readings/quick").await;
    let mut form = page.is(200).form();
    assert_eq!(
        (form.value("tank"), form.value("parameter")),
        (Some(&*tank.to_string()), Some("temperature"))
    );
    assert_eq!(form.value("taken_at"), Some("2026-11-23T13:00"), "Berlin's time");
    page.says(&format!("/tanks/{tank}/readings/new")).says("Not tracked here");
    form.set("value", "77").set("unit", "degF").set("note", "in the sump");
    let to = browser.post_form(&form).await.leads_to().to_owned();
    let id = form.value("form_id").unwrap();
    assert_eq!(to, format!("/readings/quick?tank={tank}&parameter=ph&saved={id}"));
    let next = browser.get(&to).await;
    next.says("Saved 1 reading.");
    assert_eq!(next.form().value("parameter"), Some("ph"));
    assert_eq!(browser.post_form(&form).await.leads_to(), to, "twice is once");
    let stored = app.column("select concat_ws(' ', r.value, entered_value, entered_unit, s.note) from readings r join reading_sessions s on s.id = session_id").await;
    assert_eq!(stored, ["25.0000 77.0000 degF in the sump"]);

    // What the tank does not track can be measured once, and the last value leads back to the tank.
    let copper = format!("/readings/quick?tank={tank}&parameter=copper");
    let mut form = browser.get(&copper).await.form();
    form.set("value", "<0.05");
    let to = browser.post_form(&form).await.leads_to().to_owned();
    assert!(to.starts_with(&format!("/tanks/{tank}?saved=")), "{to}");
    browser.get(&copper).await.says("&#60;0.05 ppm today");
}

#[tokio::test]
async fn another_tank_brings_its_own_units_zone_and_time() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await;
    sqlx::query("update tanks set timezone = 'Australia/Lord_Howe' where id = $1")
        .bind(other.0)
        .execute(&app.database.pool)
        .await
        .unwrap();
    // The reef's salinity is not tracked there.
    let page = browser.get(&format!("/readings/quick?tank={other}&parameter=gh")).await;
    let form = page.form();
    assert_eq!((form.value("parameter"), form.value("unit")), (Some("gh"), Some("dGH")));
    assert_eq!(form.value("taken_at"), Some("2026-11-23T23:00"));
    page.says("Australia/Lord_Howe (UTC+11)");
    for query in
        ["?tank=x&parameter=%00", "?tank=019ab0de-7c1e-7000-8000-0000000000aa", "?parameter=unobtainium"]
    {
        browser.get(&format!("/readings/quick{query}")).await.is(200);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_the_field() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/readings/quick?tank={tank}&parameter=ph");
    let before = app.contents().await;
    for (field, value, problem) in [
        ("value", " ", "pH: Enter a number."),
        ("value", "Infinity", "pH: This is not a number. Write it like 8.2 or 8,2."),
        ("value", "500", "pH is between 0.00 and 14.00."),
        ("value", "99999999999", "pH: Too many digits: at most 8 before the point and 4 after it."),
        ("unit", "furlong", "pH: Choose one of the units."),
        ("taken_at", "2026-11-23T13:11", "This time is in the future."),
        ("form_id", "x", "This form is damaged. Reload the page and enter the readings again."),
        ("tank", "x", "This tank is not in use. Choose another one above."),
        ("parameter", "x", "This cannot be measured in this tank. Choose another value above."),
    ] {
        let mut form = browser.get(&path).await.form();
        form.set("value", "8.2");
        form.set(field, value);
        let answer = browser.post_form(&form).await;
        assert_eq!(answer.is(422).problems(), [problem], "{field} {value}");
        if field == "value" {
            assert_eq!(answer.form().value("value"), Some(value));
        }
        assert_eq!(app.contents().await, before);
    }
}

#[tokio::test]
async fn a_jump_is_asked_about_and_no_tank_leads_to_the_first() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/readings/quick?tank={tank}&parameter=temperature");
    let mut form = browser.get(&path).await.form();
    form.set("value", "25.4");
    browser.post_form(&form).await.is(303);
    app.clock.advance(SignedDuration::from_hours(1));
    let mut form = browser.get(&path).await.form();
    form.set("value", "35.4");
    let asked = browser.post_form(&form).await;
    assert_eq!(asked.is(422).problems(), ["Temperature was 25.4 °C last time. Is 35.4 °C right?"]);
    let mut form = asked.form();
    form.set("confirmed", "temperature=35.4");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.count("readings").await, 2);

    sqlx::query("update tanks set decommissioned_on = '2026-11-22'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(browser.get(&path).await.leads_to(), "/readings/new");
    assert_eq!(browser.post_form(&form).await.leads_to(), "/readings/new");
    assert_eq!(app.count("readings").await, 2);
}
