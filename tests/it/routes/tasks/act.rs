use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::support::{Browser, TestApp};

/// A task that is done every day at 18:00 and logs a water change; its page.
async fn daily(browser: &mut Browser) -> String {
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water").set("how", "days").set("every_days", "1");
    form.set("care", "water_change").set("water_amount", "10");
    browser.post_form(&form).await.is(303);
    format!("/tasks/{}", form.value("form_id").unwrap())
}

async fn due(app: &TestApp) -> String {
    app.column("select next_due_at::text from tasks").await.remove(0)
}

/// The browser of the owner, whose session may have ended.
async fn again(app: &TestApp) -> Browser {
    app.signed_in(app.column("select id::text from keepers").await[0].parse().unwrap()).await
}

#[tokio::test]
async fn done_logs_and_goes_on_and_can_be_taken_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    assert_eq!(due(&app).await, "2026-11-23 17:00:00+00");
    let form = browser.get("/").await.says("Change water").says("at 18:00").form_to(&format!("{path}/done"));
    assert_eq!(browser.post_form(&form).await.leads_to(), "/");
    let page = browser.get("/").await;
    page.says("Done, and logged.").never_says("Change water");
    assert_eq!(due(&app).await, "2026-11-24 17:00:00+00");
    browser.get(&format!("/tanks/{tank}")).await.says("Water change 10 %");
    let event = form.value("form_id").unwrap();
    let undo = format!("{path}/undo/{event}");
    // The same tap once more is the same.
    browser.post_form(&form).await.is(303);
    assert_eq!(app.count("task_events").await, 1);
    for _ in 0..2 {
        assert_eq!(browser.post(&undo, &[]).await.leads_to(), path);
    }
    assert_eq!(due(&app).await, "2026-11-23 17:00:00+00");
    browser.get(&path).await.says("Done (taken back)").never_says("what it logged");
    browser.get(&format!("/tanks/{tank}/timeline")).await.never_says("Water change 10 %");
    // The page from before does nothing any more.
    browser.post_form(&form).await.is(303);
    browser.get("/").await.says("had changed since this page was loaded").says("Change water");
    assert_eq!(due(&app).await, "2026-11-23 17:00:00+00");
}

#[tokio::test]
async fn two_keepers_at_once_do_it_once() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    let form = browser.get(&path).await.form_to(&format!("{path}/done"));
    let tap = async |number: usize| {
        let mut form = form.clone();
        if number % 2 == 1 {
            form.set("form_id", &app.id());
        }
        browser.clone().post_form(&form).await.status
    };
    assert_eq!(join_all((0..10).map(tap)).await, [303; 10]);
    assert_eq!((app.count("task_events").await, app.count("care_entries").await), (1, 1));
    assert_eq!(due(&app).await, "2026-11-24 17:00:00+00");
}

#[tokio::test]
async fn what_was_missed_is_due_once() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    app.clock.advance(SignedDuration::from_hours(20 * 24));
    let mut browser = again(&app).await;
    let page = browser.get("/tasks").await;
    page.says("Overdue").says("since 23 Nov 18:00");
    assert_eq!(page.body.matches("<button class=\"button\" aria-label=\"Done: Change water\">").count(), 1);
    let form = page.form_to(&format!("{path}/done"));
    assert_eq!(browser.post_form(&form).await.leads_to(), "/tasks");
    assert_eq!(due(&app).await, "2026-12-13 17:00:00+00");
    browser.get("/tasks").await.never_says("Overdue");
}

#[tokio::test]
async fn done_at_another_time_counts_from_then() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "New carbon").set("how", "after").set("after_days", "28");
    browser.post_form(&form).await.is(303);
    let path = format!("/tasks/{}", form.value("form_id").unwrap());
    let mut form = browser.get(&path).await.form_to(&format!("{path}/done"));
    form.set("done_at", "2026-11-20T08:00").set("from", "task");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    assert_eq!(due(&app).await, "2026-12-18 17:00:00+00");
    browser.get(&path).await.says("20 Nov 08:00");
    for wrong in ["", "2026-11-24T08:00", "yesterday", "1970-01-01T00:00"] {
        let mut form = browser.get(&path).await.form_to(&format!("{path}/done"));
        form.set("done_at", wrong);
        let page = browser.post_form(&form).await;
        assert_eq!(page.is(422).problems().len(), 1, "{wrong}");
        page.says("href=\"#done_at\"").says("id=\"done_at-error\"");
    }
    assert_eq!(app.count("task_events").await, 1);
}

#[tokio::test]
async fn skipped_and_put_off() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    let mut snooze = browser.get(&path).await.form_to(&format!("{path}/snooze"));
    snooze.set("for", "3h");
    browser.post_form(&snooze).await.is(303);
    assert_eq!(due(&app).await, "2026-11-23 15:00:00+00");
    let mut longer =
        browser.get(&path).await.says("Put off until today 16:00").form_to(&format!("{path}/snooze"));
    longer.set("for", "7d");
    browser.post_form(&longer).await.is(303);
    assert_eq!(due(&app).await, "2026-11-30 17:00:00+00");
    browser.post(&format!("{path}/undo/{}", longer.value("form_id").unwrap()), &[]).await.is(303);
    assert_eq!(due(&app).await, "2026-11-23 15:00:00+00");
    let skip = browser.get(&path).await.form_to(&format!("{path}/skip"));
    browser.post_form(&skip).await.is(303);
    assert_eq!(due(&app).await, "2026-11-24 17:00:00+00");
    // What came before cannot be taken back now, what came last can: the snooze is in force again.
    browser.post(&format!("{path}/undo/{}", snooze.value("form_id").unwrap()), &[]).await.is(303);
    browser.get(&path).await.says("nothing was taken back");
    browser.post(&format!("{path}/undo/{}", skip.value("form_id").unwrap()), &[]).await.is(303);
    assert_eq!(due(&app).await, "2026-11-23 15:00:00+00");
    assert_eq!(app.count("care_entries").await, 0);
    for (field, value) in [("for", "1y"), ("for", ""), ("turn", "-1"), ("turn", "x"), ("form_id", "1")] {
        let mut form = browser.get(&path).await.form_to(&format!("{path}/snooze"));
        form.set(field, value);
        assert_eq!(browser.post_form(&form).await.is(422).problems().len(), 1, "{field} {value}");
    }
    browser.get(&format!("/tanks/{tank}")).await.says("at 16:00").never_says("Overdue");
}

#[tokio::test]
async fn a_task_rests_and_is_put_away() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    let form = browser.get(&path).await.form_to(&format!("{path}/done"));
    browser.post(&format!("{path}/pause"), &[]).await.is(303);
    browser.get(&path).await.says("is paused").says("Paused: it is not due").never_says("Put off");
    browser.get("/").await.never_says("Change water");
    browser.get("/tasks").await.never_says("Change water");
    browser.get("/tasks?show=all").await.says("Change water").says("Paused");
    // It is not done from a page that was open before.
    browser.post_form(&form).await.is(303);
    assert_eq!(app.count("task_events").await, 0);
    app.clock.advance(SignedDuration::from_hours(10 * 24));
    let mut browser = again(&app).await;
    browser.post(&format!("{path}/archive"), &[]).await.is(303);
    browser.get("/tasks?show=all").await.never_says("every day");
    browser.post(&format!("{path}/pause"), &[]).await.is(303);
    browser.get("/tasks?show=archived").await.says("Change water");
    // Taken back it rests as before; resumed it is due today, not ten days late.
    browser.post(&format!("{path}/restore"), &[]).await.is(303);
    browser.get(&path).await.says("Paused: it is not due");
    browser.post(&format!("{path}/resume"), &[]).await.is(303);
    assert_eq!(due(&app).await, "2026-12-03 17:00:00+00");
    browser.get("/").await.says("Change water").never_says("Overdue");
    for id in [app.id().as_str(), "x", "%00", "%ff"] {
        browser.get(&format!("/tasks/{id}")).await.is(404);
        browser.get(&format!("/tasks/{id}/edit")).await.is(404);
        for act in ["done", "skip", "snooze", "pause", "resume", "archive", "restore", "edit", "undo/x"] {
            browser.post(&format!("/tasks/{id}/{act}"), &[("turn", "0")]).await.is(404);
        }
    }
}

#[tokio::test]
async fn tasks_of_a_tank_that_was_taken_down_are_not_due() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = daily(&mut browser).await;
    let form = browser.get(&path).await.form_to(&format!("{path}/done"));
    sqlx::query("update tanks set decommissioned_on = '2026-11-20'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    browser.get("/tasks").await.never_says("Change water");
    browser.get("/tasks?show=all").await.says("its tank is no longer in use");
    browser.get(&path).await.is(200).says("its tank is no longer in use");
    browser.post_form(&form).await.is(303);
    assert_eq!((app.count("task_events").await, app.count("care_entries").await), (0, 0));
}
