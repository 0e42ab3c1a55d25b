use futures_util::future::join_all;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_task_is_added_for_a_tank() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new").await.is(200).form_to("/tasks/new");
    // The only tank is chosen already; the first day is today.
    assert_eq!(form.value("tank"), Some(tank.to_string().as_str()));
    assert_eq!(form.value("starts_on"), Some("2026-11-23"));
    form.set("title", "Change water")
        .set("how", "weeks")
        .set("every_weeks", "2")
        .set("starts_on", "2026-11-28");
    form.set("due_time", "09:30")
        .set("care", "water_change")
        .set("water_amount", "12,5")
        .set("notes", "blue\r\nhose");
    let id = form.value("form_id").unwrap().to_owned();
    assert_eq!(browser.post_form(&form).await.leads_to(), format!("/tasks/{id}?saved={id}"));
    let page = browser.get(&format!("/tasks/{id}")).await;
    page.says("The task is added.").says("<h1>Change water</h1>").says("every 2 weeks on Saturday");
    page.says("Saturday 28 Nov 09:30")
        .says("Water change 12.5 %")
        .says("Reef by the window")
        .says("<p>hose</p>");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.count("tasks").await, 1);
    assert_eq!(app.column("select next_due_at::text from tasks").await, ["2026-11-28 08:30:00+00"]);
}

#[tokio::test]
async fn the_household_has_tasks_too_in_its_own_zone() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new?tank=nonsense").await.form_to("/tasks/new");
    form.set("title", "Order food").set("tank", "household").set("how", "month_day").set("month_day", "31");
    browser.post_form(&form).await.is(303);
    // In Berlin, the household's zone.
    assert_eq!(app.column("select next_due_at::text from tasks").await, ["2026-11-30 17:00:00+00"]);
    browser.get("/tasks?tank=household").await.says("Order food");
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Feed").set("tank", "household").set("care", "feeding");
    let page = browser.post_form(&form).await;
    page.is(422).says("Only a task of a tank can log care.");
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_as_it_was() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", " ").set("how", "weekdays").set("due_time", "25:00").set("starts_on", "2026-02-30");
    form.set("care", "dose").set("dose_amount", "-1").set("dose_unit", "drop").set("notes", "\u{0}");
    let page = browser.post_form(&form).await;
    assert_eq!(
        page.is(422).problems(),
        [
            "Say what is to be done.",
            "Choose at least one day.",
            "Enter a time of day, like 18:30.",
            "This is not a date. Write it like 2026-11-23.",
            "Name the product.",
            "Enter an amount above 0.",
            "This contains characters that cannot be kept.",
        ]
    );
    let again = page.form_to("/tasks/new");
    let tank = tank.to_string();
    for (name, value) in
        [("how", "weekdays"), ("dose_amount", "-1"), ("dose_unit", "drop"), ("tank", &tank), ("care", "dose")]
    {
        assert_eq!(again.value(name), Some(value), "{name}");
    }
    for (field, value) in
        [("tank", app.id()), ("tank", String::new()), ("form_id", "1".to_owned()), ("form_id", String::new())]
    {
        let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
        form.set("title", "x").set(field, &value);
        assert_eq!(browser.post_form(&form).await.is(422).problems().len(), 1, "{field}");
    }
    assert_eq!(app.count("tasks").await, 0);
}

#[tokio::test]
async fn a_double_submit_is_one_task() {
    let (app, browser, _) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.clone().get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water");
    let answers = join_all((0..10).map(|_| async { browser.clone().post_form(&form).await.status })).await;
    assert_eq!(answers, [303; 10]);
    assert_eq!(app.count("tasks").await, 1);
}
