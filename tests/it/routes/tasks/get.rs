use crate::routes::support::TestApp;

#[tokio::test]
async fn nothing_due_teaches_the_next_step() {
    let (_app, mut browser) = TestApp::with_owner().await;
    let page = browser.get("/tasks").await;
    page.is(200).says("Nothing is due in the next 14 days").says("href=\"/tasks/new\"");
    browser.get("/tasks?show=all").await.says("No tasks yet");
    browser.get("/tasks?show=archived").await.says("Nothing is archived");
    browser.get("/tasks/new").await.is(200).never_says("water_amount");
}

#[tokio::test]
async fn tasks_stand_under_overdue_today_and_coming_by_their_own_days() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "reef_sw").await;
    sqlx::query("update tanks set timezone = 'Pacific/Auckland' where id = $1")
        .bind(other.0)
        .execute(&app.database.pool)
        .await
        .unwrap();
    for (title, place, at) in [
        ("A", tank.to_string(), "2026-11-22T10:00Z"),
        ("B", tank.to_string(), "2026-11-23T22:30Z"), // still the 23rd in Berlin
        ("C", other.to_string(), "2026-11-23T22:31Z"), // the 24th in Auckland, where it is the 24th
        ("D", other.to_string(), "2026-11-23T10:30Z"), // the 23rd in Auckland
        ("E", String::new(), "2026-12-01T10:00Z"),
        ("F", String::new(), "2026-12-20T10:00Z"), // not within fourteen days
    ] {
        sqlx::query(
            "insert into tasks (id, tank_id, title, recurrence, every, due_time, starts_on, next_due_on, next_due_at,
                                created_at, updated_at)
             values (gen_random_uuid(), nullif($1, '')::uuid, 'Task ' || $2, 'days', 1, '10:00', '2026-11-01',
                     '2026-11-22', $3::timestamptz, '2026-11-01', '2026-11-01')",
        )
        .bind(place)
        .bind(title)
        .bind(at)
        .execute(&app.database.pool)
        .await
        .unwrap();
    }
    let page = browser.get("/tasks").await;
    let group = |id: &str| {
        let rest = page.body.split_once(&format!("<h2 id=\"{id}\">")).unwrap().1;
        let list = rest.split_once("</section>").unwrap().0;
        list.split("\">Task ").skip(1).map(|rest| rest[..1].to_owned()).collect::<Vec<_>>().concat()
    };
    assert_eq!((group("overdue"), group("today"), group("coming")), ("AD".into(), "BC".into(), "E".into()));
    page.never_says("Task F");
    let narrowed = browser.get(&format!("/tasks?tank={other}")).await;
    narrowed.says("Task C").never_says("Task B").says(&format!("href=\"/tasks/new?tank={other}\""));
    browser.get("/tasks?tank=household").await.says("Task E").never_says("Task A");
    let all = browser.get("/tasks?show=all&tank=nonsense&at=nonsense").await;
    all.is(200).says("Task F").says("Task A");
    let dashboard = browser.get("/").await;
    dashboard.says("Task A").says("Task C").never_says("Task E");
    browser.get(&format!("/tanks/{tank}")).await.says("Task A").never_says("Task C");
}

#[tokio::test]
async fn a_crowd_of_tasks_is_read_page_by_page() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    sqlx::query(
        "insert into tasks (id, title, recurrence, every, due_time, starts_on, next_due_on, next_due_at, created_at,
                            updated_at)
         select gen_random_uuid(), 'Duty ' || n || '.', 'days', 1, '10:00', '2026-11-01', '2026-11-22',
                '2026-11-22T09:00Z'::timestamptz + (n / 7) * interval '1 hour', '2026-11-01', '2026-11-01'
         from generate_series(1, 120) n",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    for start in ["/tasks", "/tasks?show=all"] {
        let mut page = browser.get(start).await;
        page.never_says(">Previous<");
        let mut met = Vec::new();
        loop {
            let duties =
                page.body.split("\">Duty ").skip(1).map(|rest| rest.split('.').next().unwrap().to_owned());
            met.extend(duties);
            let Some((before, _)) = page.body.split_once("\">Next</a>") else { break };
            let href = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
            page = browser.get(&href).await;
            page.is(200).says(">Previous<");
        }
        met.sort_unstable();
        met.dedup();
        assert_eq!(met.len(), 120, "{start}");
    }
    let dashboard = browser.get("/").await;
    assert_eq!(dashboard.body.matches("aria-label=\"Done: Duty").count(), 8);
    dashboard.says("112 more");
}
