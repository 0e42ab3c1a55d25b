use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_batch_is_stored_whole() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("temperature_value", "78").set("temperature_unit", "degF").set("ammonia_value", "<0,02");
    form.set("ph_value", " 8.20 ").set("note", " after the change ").set("taken_at", "2026-11-23T12:30");
    let answer = browser.post_form(&form).await;
    let id = form.value("form_id").unwrap();
    assert_eq!(answer.leads_to(), format!("/tanks/{tank}?saved={id}"));
    browser.get(&format!("/tanks/{tank}")).await.says("Saved 3 readings.").says("78.0");
    let session = app
        .column("select concat_ws('|', id, taken_at at time zone 'UTC', note) from reading_sessions")
        .await;
    assert_eq!(session, [format!("{id}|2026-11-23 11:30:00|after the change")]);
    let readings = app
        .column("select concat_ws(' ', parameter_id, value, below, entered_value, entered_unit) from readings order by 1")
        .await;
    let expected = ["1 25.5556 f 78.0000 degF", "2 8.2000 f 8.2000 pH", "4 0.0200 t 0.0200 ppm"];
    assert_eq!(readings, expected);
    assert_eq!(app.count("reading_days").await, 3);
}

#[tokio::test]
async fn what_is_saved_and_the_look_at_the_tank_are_one_change() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2");
    let mut db = app.connection().await;
    sqlx::query("alter table jobs add constraint no_looks check (kind <> 'alerts')")
        .execute(&mut *db)
        .await
        .unwrap();
    browser.post_form(&form).await.is(500);
    assert_eq!(app.count("readings").await, 0);
    sqlx::query("alter table jobs drop constraint no_looks").execute(&mut *db).await.unwrap();
    browser.post_form(&form).await.is(303);
    assert_eq!((app.count("readings").await, app.count("jobs").await), (1, 1));
}

#[tokio::test]
async fn one_wrong_value_keeps_all_of_it_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "81")
        .set("kh_value", "9")
        .set("nitrate_value", "NaN")
        .set("taken_at", "2026-11-23T13:11");
    let before = app.contents().await;
    let answer = browser.post_form(&form).await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "pH is between 0.00 and 14.00.",
            "Nitrate: This is not a number. Write it like 8.2 or 8,2.",
            "This time is in the future.",
        ]
    );
    let again = answer.form();
    for name in form.names() {
        assert_eq!(again.value(name), form.value(name), "{name}");
    }
    assert_eq!(app.contents().await, before);

    let empty = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    assert_eq!(browser.post_form(&empty).await.is(422).problems(), ["Enter at least one reading."]);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_jump_is_asked_about_once() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/readings/new");
    let mut form = browser.get(&path).await.form();
    form.set("temperature_value", "25.4");
    browser.post_form(&form).await.is(303);
    app.clock.advance(SignedDuration::from_hours(1));
    let mut form = browser.get(&path).await.form();
    form.set("temperature_value", "35.4");
    let asked = browser.post_form(&form).await;
    assert_eq!(asked.is(422).problems(), ["Temperature was 25.4 °C last time. Is 35.4 °C right?"]);
    assert_eq!(app.count("readings").await, 1);
    let mut form = asked.form();
    assert!(form.has("confirmed"));
    // A yes to another value is none to this one.
    form.set("confirmed", "temperature=35.5");
    browser.post_form(&form).await.is(422);
    form.set("confirmed", "temperature=35.4");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.count("readings").await, 2);
}

#[tokio::test]
async fn the_same_form_is_saved_once_however_often_and_fast() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/readings/new");
    let mut form = browser.get(&path).await.form();
    form.set("ph_value", "8.2").set("kh_value", "9");
    let first = browser.post_form(&form).await.leads_to().to_owned();
    let before = app.contents().await;
    assert_eq!(browser.post_form(&form).await.leads_to(), first);
    browser.get(&first).await.says("nothing was added twice");
    assert_eq!(app.contents().await, before);

    let mut form = browser.get(&path).await.form();
    form.set("ph_value", "8.3").set("kh_value", "9");
    let answers = join_all((0..10).map(|_| {
        let (mut browser, form) = (browser.clone(), form.clone());
        async move { browser.post_form(&form).await.status }
    }))
    .await;
    assert_eq!(answers, [303; 10]);
    assert_eq!((app.count("reading_sessions").await, app.count("readings").await), (2, 4));
    assert_eq!(app.column("select readings::text from reading_days").await, ["2", "2"]);
}

#[tokio::test]
async fn a_form_belongs_to_one_tank_and_to_one_in_use() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2");
    browser.post_form(&form).await.is(303);
    let before = app.contents().await;
    form.action = format!("/tanks/{other}/readings/new");
    browser.post_form(&form).await.is(422).says("was used for another tank before");
    // What this tank does not track is not quietly dropped.
    form.set("form_id", &app.id()).set("salinity_value", "35");
    browser.post_form(&form).await.is(422).says("a value that this tank does not track");
    assert_eq!(app.contents().await, before);

    sqlx::query("update tanks set decommissioned_on = '2026-11-22'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let before = app.contents().await;
    form.action = format!("/tanks/{tank}/readings/new");
    browser.post_form(&form).await.is(422).says("no longer in use");
    assert_eq!(app.contents().await, before);
}
