use futures_util::future::join_all;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{EMAIL, PASSWORD, TestApp};

#[tokio::test]
async fn roles_change_and_change_back() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let page = format!("/settings/keepers/{ben}");
    owner.get("/settings/keepers").await.is(200).says("Marina (you)").says(&page);
    assert_eq!(owner.post(&format!("{page}/owner"), &[]).await.leads_to(), page);
    let answer = owner.get(&page).await;
    answer.says("They are an owner now.");
    app.signed_in(ben).await.get("/settings/keepers").await.is(200);
    let undo = answer.form();
    assert_eq!(undo.action, format!("{page}/keeper"));
    owner.post_form(&undo).await.is(303);
    app.signed_in(ben).await.get("/settings/keepers").await.is(403);
    owner.post(&format!("{page}/keeper"), &[]).await.is(303);
    owner.get(&page).await.says("Nothing was changed.");
    let nobody = format!("/settings/keepers/{}/owner", app.id());
    owner.post(&nobody, &[]).await.is(404);
    owner.get("/settings/keepers/x").await.is(404);
}

#[tokio::test]
async fn a_deactivated_keeper_is_out_and_may_come_back() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.browser();
    let typed = [("email", "ben@example.org"), ("password", PASSWORD)];
    bens.post("/sign-in", &typed).await.is(303);
    let page = format!("/settings/keepers/{ben}");
    owner.post(&format!("{page}/deactivate"), &[]).await.is(303);
    assert_eq!(bens.get("/").await.leads_to(), "/sign-in");
    bens.post("/sign-in", &typed).await.is(422);
    let undo = owner.get(&page).await.says("The account is deactivated").form();
    owner.post_form(&undo).await.is(303);
    bens.post("/sign-in", &typed).await.is(303);
}

#[tokio::test]
async fn a_deleted_keepers_records_stay() {
    let (app, mut owner, tank) = TestApp::with_tank("reef_sw").await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Owner).await;
    let mut bens = app.signed_in(ben).await;
    let mut form = bens.get(&format!("/tanks/{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2");
    bens.post_form(&form).await.is(303);
    let mut tank_form = bens.get("/tanks/new").await.form();
    tank_form.set("name", "Bens tank").set("profile", "reef_sw");
    bens.post_form(&tank_form).await.is(303);
    let page = format!("/settings/keepers/{ben}/delete");
    owner.get(&page).await.is(200).says("ben@example.org");
    let before = app.contents().await;
    for wrong in ["", "ben", EMAIL] {
        let answer = owner.post(&page, &[("email", wrong)]).await;
        assert_eq!(answer.is(422).problems(), ["Type ben@example.org to delete this account."]);
    }
    assert_eq!(app.contents().await, before);
    assert_eq!(owner.post(&page, &[("email", " BEN@example.org ")]).await.leads_to(), "/settings/keepers");
    owner.get("/settings/keepers").await.says("The account is deleted").never_says("ben@example.org");
    assert_eq!(bens.get("/").await.leads_to(), "/sign-in");
    assert_eq!(app.count("readings").await, 1);
    assert_eq!(app.count("tanks").await, 2);
    owner.get(&format!("/tanks/{tank}/timeline")).await.is(200);
    owner.get("/settings/log").await.says("Deleted an account: Ben").says("ben@example.org");
    owner.post(&page, &[("email", "ben@example.org")]).await.is(404);
}

/// Whatever refers to a keeper either is about the account alone, or loses the name and stays.
#[tokio::test]
async fn only_what_is_about_the_account_goes_with_it() {
    let (app, _) = TestApp::with_owner().await;
    let going = app
        .column(
            "select distinct conrelid::regclass::text from pg_constraint
             where contype = 'f' and confrelid = 'keepers'::regclass and confdeltype <> 'n' order by 1",
        )
        .await;
    let account = [
        "calendar_feeds",
        "channels",
        "devices",
        "half_sign_ins",
        "keeper_units",
        "reminder_preferences",
        "reminders_told",
        "second_factors",
        "sessions",
        "sign_in_addresses",
        "tokens",
    ];
    assert!(going.iter().all(|table| account.contains(&table.as_str())), "{going:?}");
}

#[tokio::test]
async fn the_last_owner_who_can_sign_in_stays() {
    let (app, mut owner) = TestApp::with_owner().await;
    let own = app.column("select id::text from keepers").await.remove(0);
    let ben = app.keeper("ben@example.org", "Ben", Role::Owner).await;
    owner.post(&format!("/settings/keepers/{ben}/deactivate"), &[]).await.is(303);
    let page = format!("/settings/keepers/{own}");
    assert_eq!(owner.post(&format!("{page}/keeper"), &[]).await.leads_to(), page);
    owner.get(&page).await.says("they are the last owner who can sign in");
    for act in ["deactivate", "delete"] {
        owner.post(&format!("{page}/{act}"), &[("email", EMAIL)]).await.is(400);
    }
    assert_eq!(
        app.column("select role || active from keepers order by email").await,
        ["ownerfalse", "ownertrue"]
    );
    // By a path that knows nothing of the rule, the schema itself refuses.
    for sql in [
        "update keepers set active = false",
        "update keepers set role = 'keeper'",
        "delete from keepers where active",
    ] {
        let refused = sqlx::query(sql).execute(&app.database.pool).await.unwrap_err();
        assert!(refused.to_string().contains("last active owner"), "{refused}");
    }
    // Nothing refused was written down as done.
    assert_eq!(app.column("select act from audit_log").await, ["deactivated"]);
}

#[tokio::test]
async fn two_owners_cannot_depose_each_other_at_once() {
    let (app, owner) = TestApp::with_owner().await;
    let own = app.column("select id::text from keepers").await.remove(0);
    let ben = app.keeper("ben@example.org", "Ben", Role::Owner).await;
    let bens = app.signed_in(ben).await;
    for _ in 0..5 {
        let paths = [
            (owner.clone(), format!("/settings/keepers/{ben}/keeper")),
            (bens.clone(), format!("/settings/keepers/{own}/keeper")),
        ];
        join_all(paths.map(|(mut browser, path)| async move { browser.post(&path, &[]).await.status })).await;
        let owners = app.column("select count(*)::text from keepers where role = 'owner' and active").await;
        assert_eq!(owners, ["1"]);
        sqlx::query("update keepers set role = 'owner'").execute(&app.database.pool).await.unwrap();
    }
}

#[tokio::test]
async fn an_owner_may_step_down() {
    let (app, mut owner) = TestApp::with_owner().await;
    let own = app.column("select id::text from keepers").await.remove(0);
    app.keeper("ben@example.org", "Ben", Role::Owner).await;
    assert_eq!(owner.post(&format!("/settings/keepers/{own}/keeper"), &[]).await.leads_to(), "/settings");
    owner.get("/settings").await.says("You are no owner of this log any more.");
    owner.get("/settings/keepers").await.is(403);
}
