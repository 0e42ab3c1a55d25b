use crate::routes::support::TestApp;

#[tokio::test]
async fn they_are_off_until_turned_on_and_come_from_tomorrow_on() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/settings").await.says("Of what is due. Now: off.");
    let page = browser.get("/settings/reminders").await;
    page.says("none: they are off").says("value=\"Europe/Berlin\"").says("value=\"08:00\"");
    let mut form = page.form_to("/settings/reminders");
    form.set("enabled", "1");
    browser.post_form(&form).await.is(303);
    // It is 13:00 in Berlin.
    browser
        .get("/settings/reminders")
        .await
        .says("You are reminded")
        .says("Tuesday 24 November, 08:00")
        .says("Mail");
    browser.get("/settings").await.says("Now: each day at 08:00.");
    let mut form = browser.get("/settings/reminders").await.form_to("/settings/reminders");
    form.set("at", "18:30").set("zone", "america/new_york").set("how", "single").set("again", "once");
    browser.post_form(&form).await.is(303);
    browser.get("/settings/reminders").await.says("Monday 23 November, 18:30").says("America/New_York");
    let row = "select concat_ws(' ', enabled, at, zone, digest, again, handled_on) from reminder_preferences";
    assert_eq!(app.column(row).await, ["t 18:30:00 America/New_York f f 2026-11-22"]);
}

#[tokio::test]
async fn what_is_wrong_comes_back_as_it_was_typed() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    for (field, value) in [("at", "25:00"), ("zone", "Mars/Olympus"), ("how", "x"), ("again", "")] {
        let mut form = browser.get("/settings/reminders").await.form_to("/settings/reminders");
        form.set(field, value);
        let page = browser.post_form(&form).await;
        assert_eq!(page.is(422).problems().len(), 1, "{field}");
        page.says(&format!("href=\"#{field}\"")).says(&format!("id=\"{field}-error\""));
    }
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn one_can_be_asked_for_once_a_minute() {
    let (app, mut browser) = TestApp::with_owner().await;
    let now = "/settings/reminders/now";
    browser.post(now, &[]).await.is(303);
    browser.get("/settings/reminders").await.says("Nothing is due");
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Feed").set("how", "days").set("every_days", "1");
    browser.post_form(&form).await.is(303);
    browser.get("/tasks").await.says("Feed");
    for _ in 0..3 {
        browser.post(now, &[]).await.is(303);
        browser.get("/settings/reminders").await.says("A reminder is on its way");
    }
    let told = "select payload->'message'->>'title' from jobs where kind = 'channel.message'";
    assert_eq!(app.column(told).await, ["Feed is due today"]);
    sqlx::query("update channels set reminders = false").execute(&app.database.pool).await.unwrap();
    browser.post(now, &[]).await.is(303);
    browser.get("/settings/reminders").await.says("None of your channels").says("no channel");
}

#[tokio::test]
async fn a_channel_says_whether_it_takes_reminders() {
    let (app, mut browser) = TestApp::with_owner().await;
    let path =
        app.column("select '/settings/channels/' || id from channels where kind = 'mail'").await.remove(0);
    browser.get("/settings/channels").await.says("Reminders and alerts");
    let version = app.column("select version::text from channels").await.remove(0);
    browser.post(&path, &[("version", version.as_str()), ("alerts", "1")]).await.is(303);
    assert_eq!(app.column("select concat_ws(' ', reminders, alerts) from channels").await, ["f t"]);
}
