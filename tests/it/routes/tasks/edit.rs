use crate::routes::support::{Browser, TestApp};

async fn weekly(browser: &mut Browser) -> String {
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water").set("how", "weeks").set("starts_on", "2026-11-21");
    form.set("care", "dose").set("dose_subject", "Iron").set("dose_amount", "2.5").set("dose_unit", "drop");
    browser.post_form(&form).await.is(303);
    format!("/tasks/{}", form.value("form_id").unwrap())
}

async fn due(app: &TestApp) -> String {
    app.column("select next_due_at::text from tasks").await.remove(0)
}

#[tokio::test]
async fn a_task_is_changed_and_stands_where_it_stood() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = weekly(&mut browser).await;
    let edit = format!("{path}/edit");
    assert_eq!(due(&app).await, "2026-11-28 17:00:00+00");
    let mut form = browser.get(&edit).await.is(200).form_to(&edit);
    for (name, value) in [
        ("title", "Change water"),
        ("how", "weeks"),
        ("every_weeks", "1"),
        ("starts_on", "2026-11-21"),
        ("due_time", "18:00"),
        ("care", "dose"),
        ("dose_subject", "Iron"),
        ("dose_amount", "2.5"),
        ("dose_unit", "drop"),
    ] {
        assert_eq!(form.value(name), Some(value), "{name}");
    }
    // Another time of day moves the instant, not the day.
    form.set("title", "Change a lot of water").set("due_time", "07:15").set("care", "");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    browser.get(&path).await.says("The task is changed.").says("Change a lot of water").never_says("Iron");
    assert_eq!(due(&app).await, "2026-11-28 06:15:00+00");
    // Other days: the first of them that was not done.
    let done = browser.get(&path).await.form_to(&format!("{path}/done"));
    browser.post_form(&done).await.is(303);
    assert_eq!(due(&app).await, "2026-12-05 06:15:00+00");
    let mut form = browser.get(&edit).await.form_to(&edit);
    form.set("how", "days").set("every_days", "1").set("starts_on", "2026-11-01");
    browser.post_form(&form).await.is(303);
    assert_eq!(due(&app).await, "2026-11-29 06:15:00+00");
}

#[tokio::test]
async fn a_change_that_is_wrong_comes_back() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let path = weekly(&mut browser).await;
    let edit = format!("{path}/edit");
    let mut form = browser.get(&edit).await.form_to(&edit);
    form.set("title", "").set("every_weeks", "0");
    let page = browser.post_form(&form).await;
    assert_eq!(page.is(422).problems(), ["Say what is to be done.", "Enter a whole number from 1 to 366."]);
    assert_eq!(app.column("select title from tasks").await, ["Change water"]);
}
