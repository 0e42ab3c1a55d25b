use safeharbor::db::{self, keeper::NewKeeper};
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;

use crate::routes::support::TestApp;

#[tokio::test]
async fn owners_say_where_channels_may_post_at_home() {
    let (app, mut owner) = TestApp::with_owner().await;
    owner.get("/settings").await.says("Private addresses");
    let mut form =
        owner.get("/settings/egress").await.is(200).says("Nothing is allowed").form_to("/settings/egress");
    for (typed, kept) in
        [("NAS.lan", "nas.lan"), ("192.168.1.9/24", "192.168.1.0/24"), ("nas.lan", "nas.lan")]
    {
        form.set("entry", typed);
        owner.post_form(&form).await.is(303);
        owner.get("/settings/egress").await.says(kept);
    }
    assert_eq!(app.count("egress_allowed").await, 2);
    for wrong in ["", "0.0.0.0/0", "https://nas.lan", "0x7f.1", "a b", "\0", &"x".repeat(100_000)] {
        form.set("entry", wrong);
        owner.post_form(&form).await.is(422).says("id=\"entry-error\"");
    }
    owner.post("/settings/egress/remove", &[("entry", "nas.lan")]).await.is(303);
    owner.post("/settings/egress/remove", &[("entry", "nas.lan")]).await.is(404);
    let log =
        app.column("select detail from audit_log where act = 'egress_changed' order by at, detail").await;
    assert_eq!(log, ["allowed 192.168.1.0/24", "allowed nas.lan", "no longer allowed nas.lan"]);
}

#[tokio::test]
async fn others_do_not() {
    let (app, _) = TestApp::with_owner().await;
    let keeper = NewKeeper {
        id: app.clock.uuid(),
        email: "other@example.org",
        display_name: "Other",
        password_hash: "x",
        unit_system: "metric",
        created_at: app.clock.now(),
    };
    db::keeper::create(&mut *app.connection().await, &keeper, Role::Keeper).await.unwrap();
    let mut browser = app.signed_in(KeeperId(keeper.id)).await;
    browser.get("/settings").await.is(200).never_says("Private addresses");
    browser.get("/settings/egress").await.is(403);
    browser.post("/settings/egress", &[("entry", "nas.lan")]).await.is(403);
    browser.post("/settings/egress/remove", &[("entry", "nas.lan")]).await.is(403);
    app.browser().get("/settings/egress").await.is(303);
    assert_eq!(app.count("egress_allowed").await, 0);
}
