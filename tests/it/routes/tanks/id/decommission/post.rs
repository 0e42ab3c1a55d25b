use futures_util::future::join_all;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_tank_is_taken_down_and_back_and_keeps_its_history() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    let mut readings = browser.get(&format!("{path}/readings/new")).await.form();
    readings.set("ph_value", "8.2");
    browser.post_form(&readings).await.is(303);

    let mut late = browser.get(&format!("{path}/readings/new")).await.form();
    let mut form = browser.get(&format!("{path}/decommission")).await.form();
    assert_eq!(form.value("on"), Some("2026-11-23"), "today in its zone");
    form.set("on", "2026-11-20").set("reason", " Leaking <b>seam</b> ");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    let page = browser.get(&path).await;
    page.says("Its history stays.").says(&format!("action=\"{path}/restore\"")).says("8.2");
    page.says("20 Nov 2026")
        .says("Leaking &#60;b&#62;seam")
        .says("Noted by Marina")
        .never_says("Log the first");
    browser.get("/").await.says("No tank in use").says("href=\"/tanks?status=decommissioned\"");
    browser.get("/tanks").await.says("No tank in use").never_says(&path);
    browser.get("/tanks?status=decommissioned").await.says(&path).says("Decommissioned 20 Nov 2026.");

    // Nothing new is logged, and the form twice is one.
    late.set("ph_value", "8.3");
    browser.post_form(&late).await.is(422).says("no longer in use");
    assert_eq!(browser.get(&format!("{path}/readings/new")).await.leads_to(), path);
    browser.get(&path).await.says("not in use, so there is nothing to log");
    let before = app.contents().await;
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    assert_eq!(browser.get(&format!("{path}/decommission")).await.leads_to(), path);
    assert_eq!(app.contents().await, before);

    assert_eq!(browser.post(&format!("{path}/restore"), &[]).await.leads_to(), path);
    browser.get(&path).await.says("The tank is in use again.").says(&format!("{path}/restore/undo"));
    browser.get("/").await.says("All is well");
    // An old page sent once more does not take it down again.
    browser.post_form(&form).await.is(303);
    browser.get("/tanks").await.says(&path);
    // The undo brings day and reason back.
    browser.post(&format!("{path}/restore/undo"), &[]).await.is(303);
    browser.get(&path).await.says("20 Nov 2026").says("Leaking");
    browser.post(&format!("{path}/restore/undo"), &[]).await.is(303);
    assert_eq!(app.count("decommissions").await, 1);
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/decommission");
    sqlx::query("update tanks set set_up_on = '2026-11-01'").execute(&app.database.pool).await.unwrap();
    let before = app.contents().await;
    let id = app.id();
    for (on, reason, problem) in [
        ("2026-11-24", "", "This day is in the future."),
        ("2026-10-31", "", "This day is before the tank was set up."),
        ("", "", "Enter the day."),
        ("soon", "", "This is not a date. Write it like 2026-11-23."),
        ("2026-11-23", "a\0b", "This contains characters that cannot be kept."),
    ] {
        let answer = browser.post(&path, &[("form_id", &id), ("on", on), ("reason", reason)]).await;
        assert_eq!(answer.is(422).problems(), [problem], "{on}");
    }
    let long = "x".repeat(257);
    let answer = browser.post(&path, &[("form_id", "x"), ("on", "2026-11-23"), ("reason", &long)]).await;
    assert_eq!(
        answer.is(422).problems(),
        ["This form is damaged. Reload the page and try again.", "At most 256 characters."]
    );
    answer.says(&long);
    assert_eq!(app.contents().await, before);
    for action in ["decommission", "restore", "restore/undo"] {
        let nowhere = format!("/tanks/{}/{action}", app.id());
        browser.post(&nowhere, &[("form_id", &id), ("on", "2026-11-23")]).await.is(404);
    }
}

#[tokio::test]
async fn two_at_once_are_one() {
    let (app, browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/decommission");
    let ids: Vec<_> = (0..6).map(|_| app.id()).collect();
    let answers = join_all(ids.iter().map(|id| {
        let (mut browser, path) = (browser.clone(), path.clone());
        async move { browser.post(&path, &[("form_id", id), ("on", "2026-11-23")]).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    assert_eq!(app.count("decommissions").await, 1);
}
