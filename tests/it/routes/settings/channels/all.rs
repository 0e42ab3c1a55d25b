use safeharbor::db::{self, keeper::NewKeeper};
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{Browser, TestApp};

async fn other(app: &TestApp) -> Browser {
    let keeper = NewKeeper {
        id: app.clock.uuid(),
        email: "other@example.org",
        display_name: "Other",
        password_hash: "x",
        unit_system: "metric",
        created_at: app.clock.now(),
    };
    db::keeper::create(&mut *app.connection().await, &keeper, Role::Keeper).await.unwrap();
    app.signed_in(KeeperId(keeper.id)).await
}

async fn add(browser: &mut Browser, kind: &str, target: &str) -> String {
    let path = format!("/settings/channels/new/{kind}");
    let mut form = browser.get(&path).await.is(200).form();
    form.set("target", target).set("name", "My phone");
    browser.post_form(&form).await;
    format!("/settings/channels/{}", form.value("form_id").unwrap())
}

#[tokio::test]
async fn a_topic_is_added_tested_changed_and_deleted() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/settings").await.says("Now: mail.");
    let path = add(&mut browser, "ntfy", "https://ntfy.sh/reef-7f3").await;
    browser.get("/settings").await.says("Now: mail and 1 other.");
    browser.get("/settings/channels").await.says("My phone").says("ntfy.sh").never_says("reef-7f3");
    browser.get(&path).await.says("reef-7f3").says("none yet");

    for _ in 0..3 {
        browser.post(&format!("{path}/test"), &[]).await.is(303);
    }
    browser.get(&path).await.says("A test message is on its way");
    let jobs =
        app.column("select payload->'message'->>'purpose' from jobs where kind = 'channel.message'").await;
    assert_eq!(jobs, ["test"], "one a minute");

    let mut form = browser.get(&path).await.form_to(&path);
    form.set("token", "tk_secret").set("name", "Phone");
    browser.post_form(&form).await.is(303);
    browser.post_form(&form).await.is(422).says("changed meanwhile").never_says("tk_secret");
    browser.get(&path).await.says("One is kept").never_says("tk_secret");
    let secret = "select coalesce(secret, 'none') from channels where kind = 'ntfy'";
    let mut form = browser.get(&path).await.form_to(&path);
    form.set("target", "https://ntfy.sh/other");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.column(secret).await, ["tk_secret"], "the same server");
    let mut form = browser.get(&path).await.form_to(&path);
    form.set("target", "https://ntfy.example.org/other");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.column(secret).await, ["none"], "never sent to another server");

    browser.post(&format!("{path}/off"), &[]).await.is(303);
    browser.get(&path).await.says("Turned off").never_says("Send a test message");
    browser.post(&format!("{path}/test"), &[]).await.is(303);
    browser.get(&path).await.says("turn it on first");
    assert_eq!(app.count("jobs").await, 1);
    browser.post(&format!("{path}/on"), &[]).await.is(303);
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    browser.get("/settings/channels").await.says("The channel is deleted.").never_says("Phone");
    browser.get(&path).await.is(404);
}

#[tokio::test]
async fn a_signing_secret_is_shown_once() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/settings/channels/new/webhook").await.form();
    form.set("target", "https://hooks.example.org/a");
    let page = browser.post_form(&form).await;
    let secret = page.is(200).between("value=\"whsec_", "\"").to_owned();
    assert_eq!(secret.len(), 44);
    assert_eq!(browser.post_form(&form).await.leads_to(), "/settings/channels", "the same form again");
    assert_eq!(app.count("channels").await, 2);
    let path = format!("/settings/channels/{}", form.value("form_id").unwrap());
    browser.get(&path).await.is(200).never_says(&secret);
    let page = browser.post(&format!("{path}/secret"), &[]).await;
    assert_ne!(page.is(200).between("value=\"whsec_", "\""), secret);
}

#[tokio::test]
async fn addresses_that_are_refused() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    for (kind, target) in [
        ("webhook", ""),
        ("webhook", "http://hooks.example.org/"),
        ("webhook", "https://127.0.0.1/"),
        ("webhook", "https://2130706433/"),
        ("webhook", "https://[::ffff:10.0.0.1]/"),
        ("webhook", "https://169.254.169.254/latest"),
        ("webhook", "https://me:pw@hooks.example.org/"),
        ("webhook", "https://hooks.example.org:25/"),
        ("webhook", "javascript:alert(1)"),
        ("webhook", "https://hooks.example.org/\r\nX: y"),
        ("ntfy", "https://ntfy.sh/"),
        ("ntfy", "https://ntfy.sh/a/b"),
        ("ntfy", "http://192.168.1.5/reef"),
    ] {
        let path = format!("/settings/channels/new/{kind}");
        let mut form = browser.get(&path).await.form();
        form.set("target", target);
        let answer = browser.post_form(&form).await;
        assert_eq!(answer.is(422).problems().len(), 1, "{target}");
        answer.says("id=\"target-error\"");
    }
    let long = format!("https://hooks.example.org/{}", "x".repeat(100_000));
    let mut form = browser.get("/settings/channels/new/webhook").await.form();
    form.set("target", &long);
    browser.post_form(&form).await.is(422);
    form.set("target", "https://hooks.example.org/").set("form_id", "x");
    browser.post_form(&form).await.is(422);
    assert_eq!(app.contents().await, before);
    // What an owner allows is taken.
    browser.post("/settings/egress", &[("entry", "192.168.1.0/24")]).await.is(303);
    add(&mut browser, "ntfy", "http://192.168.1.5/reef").await;
    assert_eq!(app.count("channels").await, 2);
}

#[tokio::test]
async fn channels_are_their_keepers_own_and_ten_at_most() {
    let (app, mut browser) = TestApp::with_owner().await;
    let path = add(&mut browser, "webhook", "https://hooks.example.org/a").await;
    let mail =
        app.column("select '/settings/channels/' || id from channels where kind = 'mail'").await.remove(0);
    let mut stranger = other(&app).await;
    let before = app.contents().await;
    stranger.get("/settings/channels").await.is(200).never_says("hooks.example.org");
    for path in [&path, &mail] {
        stranger.get(path).await.is(404);
        stranger.post(path, &[("version", "1"), ("target", "https://evil.example/")]).await.is(404);
        for act in ["test", "on", "off", "delete", "secret"] {
            stranger.post(&format!("{path}/{act}"), &[]).await.is(404);
        }
    }
    // Another keeper's id is nothing to make a channel with.
    let id = path.rsplit('/').next().unwrap();
    let fields = [("form_id", id), ("target", "https://evil.example/")];
    stranger.post("/settings/channels/new/webhook", &fields).await.is(303);
    assert_eq!(app.contents().await, before);
    // The keeper's own mail stays, has no secret, and can be turned off.
    for act in ["delete", "secret"] {
        browser.post(&format!("{mail}/{act}"), &[]).await.is(404);
    }
    let form = browser.get(&mail).await.form_to(&mail);
    assert_eq!(form.value("target"), None);
    browser.post(&mail, &[("version", form.value("version").unwrap()), ("alerts", "1")]).await.is(303);
    browser.get("/settings/channels").await.says("Alerts");

    for _ in 0..8 {
        add(&mut browser, "webhook", "https://hooks.example.org/a").await;
    }
    browser.get("/settings/channels").await.says("no more of them");
    let mut form = browser.get("/settings/channels/new/ntfy").await.form();
    form.set("target", "https://ntfy.sh/reef");
    browser.post_form(&form).await.is(422).says("the most there can be");
    assert_eq!(app.count("channels").await, 11);
}
