use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use safeharbor::db;
use safeharbor::domain::deed::{Deed, KEY, Key, LIFETIME, What};
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{Ask, TestApp};

/// A household with a task at its first turn, and the key that links are signed with.
struct Home {
    app: TestApp,
    keeper: KeeperId,
    task: String,
    key: Key,
}

impl Home {
    async fn new() -> Self {
        let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
        let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
        form.set("title", "Change water").set("how", "days").set("every_days", "1");
        form.set("care", "water_change").set("water_amount", "10");
        browser.post_form(&form).await.is(303);
        let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
        let key = db::reminder::key_or_make(&mut *app.connection().await, &[7; KEY]).await.unwrap();
        Self { task: form.value("form_id").unwrap().to_owned(), app, keeper, key }
    }

    fn deed(&self, what: What, turn: i32) -> Deed {
        Deed { keeper: self.keeper, task: self.task.parse().unwrap(), turn, what }
    }

    fn link(&self, what: What, turn: i32) -> String {
        self.sealed(&self.deed(what, turn), &self.key)
    }

    fn sealed(&self, deed: &Deed, key: &Key) -> String {
        format!("/do/{}", deed.seal(key, self.app.clock.now() + LIFETIME))
    }
}

#[tokio::test]
async fn looking_does_nothing_and_the_button_does_it_once() {
    let home = Home::new().await;
    let (app, path) = (&home.app, home.link(What::Done, 0));
    let mut reader = app.browser();
    let before = app.contents().await;
    for _ in 0..3 {
        let page = reader.get(&path).await;
        page.is(200).says("Change water").says("Reef by the window").says("in the name of Marina");
        assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "private, no-store");
    }
    assert_eq!(app.contents().await, before, "a program that follows links changes nothing");
    let form = reader.get(&path).await.form_to(&path);
    assert_eq!(reader.post_form(&form).await.leads_to(), path);
    reader.get(&path).await.is(200).says("Recorded as done").says("Already done: today 13:00, by Marina.");
    let after = app.contents().await;
    assert_eq!((app.count("task_events").await, app.count("care_entries").await), (1, 1));
    assert_eq!(reader.post_form(&form).await.leads_to(), path);
    reader
        .get(&path)
        .await
        .is(200)
        .never_says("Recorded as done")
        .never_says("It is done")
        .says("Already done");
    assert_eq!(app.contents().await, after);
    assert!(reader.jar.is_empty(), "nobody is signed in by it");
}

#[tokio::test]
async fn put_off_once_and_again_only_by_another_message() {
    let home = Home::new().await;
    let (app, path) = (&home.app, home.link(What::Tomorrow, 0));
    let mut reader = app.browser();
    reader.get(&path).await.says("It would be put off: due tomorrow 18:00.");
    for _ in 0..2 {
        reader.post(&path, &[]).await.is(303);
    }
    reader.get(&path).await.says("Already put off (due tomorrow 18:00): today 13:00, by Marina.");
    assert_eq!(app.count("task_events").await, 1);
    // The same message's other link is out of date.
    let done = home.link(What::Done, 0);
    reader.post(&done, &[]).await.is(303);
    reader.get(&done).await.says("Already put off");
    assert_eq!(app.count("task_events").await, 1);
    reader.post(&home.link(What::Done, 1), &[]).await.is(303);
    assert_eq!(app.count("task_events").await, 2);
}

#[tokio::test]
async fn another_keeper_was_faster() {
    let home = Home::new().await;
    let app = &home.app;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let theirs = home.sealed(&Deed { keeper: ben, ..home.deed(What::Done, 0) }, &home.key);
    let mut reader = app.browser();
    reader.post(&theirs, &[]).await.is(303);
    let ours = home.link(What::Done, 0);
    reader.post(&ours, &[]).await.is(303);
    reader.get(&ours).await.says("Already done").says("by Ben");
    assert_eq!(app.count("task_events").await, 1);
}

#[tokio::test]
async fn what_was_not_sealed_here_is_not_there() {
    let home = Home::new().await;
    let (app, path) = (&home.app, home.link(What::Done, 0));
    let token = path.strip_prefix("/do/").unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    let mut wrong: Vec<String> = (0..bytes.len())
        .map(|place| {
            let mut changed = bytes.clone();
            changed[place] ^= 0x11;
            URL_SAFE_NO_PAD.encode(changed)
        })
        .collect();
    wrong
        .extend([&token[..103], &token[..50], "x", "%00", "%ff", "..%2f", "%3Cscript%3E"].map(str::to_owned));
    wrong.extend([format!("{token}A"), format!("{token}="), "A".repeat(104), "A".repeat(20_000)]);
    let other = Key::new(vec![8; KEY]);
    wrong.push(home.deed(What::Done, 0).seal(&other, app.clock.now() + LIFETIME));
    let before = app.contents().await;
    let mut reader = app.browser();
    for token in wrong {
        reader.get(&format!("/do/{token}")).await.is(404).never_says("Change water");
        reader.post(&format!("/do/{token}"), &[]).await.is(404);
    }
    assert_eq!(app.contents().await, before);
    // Before any link was made there is no key, and none is made by asking.
    sqlx::query("delete from secrets").execute(&app.database.pool).await.unwrap();
    reader.get(&path).await.is(404);
    assert_eq!(app.count("secrets").await, 0);
}

#[tokio::test]
async fn links_end() {
    let home = Home::new().await;
    let (app, path) = (&home.app, home.link(What::Done, 0));
    let mut reader = app.browser();
    // One owner has to stay.
    app.keeper("ben@example.org", "Ben", Role::Owner).await;
    let run = async |sql: &'static str| {
        sqlx::query(sql).execute(&app.database.pool).await.unwrap();
    };
    for (change, back) in [
        (
            "update keepers set active = false where display_name = 'Marina'",
            "update keepers set active = true where display_name = 'Marina'",
        ),
        ("update tasks set paused_at = now()", "update tasks set paused_at = null"),
        ("update tasks set archived_at = now()", "update tasks set archived_at = null"),
        ("update tanks set decommissioned_on = '2026-11-20'", "update tanks set decommissioned_on = null"),
    ] {
        run(change).await;
        let before = app.contents().await;
        reader.get(&path).await.is(410).never_says("<button class=\"button main-action");
        reader.post(&path, &[]).await.is(410);
        assert_eq!(app.contents().await, before, "{change}");
        run(back).await;
        reader.get(&path).await.is(200);
    }
    app.clock.advance(LIFETIME - SignedDuration::from_secs(1));
    reader.get(&path).await.is(200);
    app.clock.advance(SignedDuration::from_secs(1));
    reader.get(&path).await.is(410).says("does not work any more").never_says("Change water");
    reader.post(&path, &[]).await.is(410);
    assert_eq!(app.count("task_events").await, 0);
    let path = home.link(What::Done, 0);
    reader.get(&path).await.is(200);
    run("delete from tasks").await;
    reader.get(&path).await.is(410);
}

#[tokio::test]
async fn other_sites_press_no_button() {
    let home = Home::new().await;
    let path = home.link(What::Done, 0);
    let before = home.app.contents().await;
    let ask =
        Ask::post(&path).header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    home.app.browser().send(ask).await.is(403);
    assert_eq!(home.app.contents().await, before);
}
