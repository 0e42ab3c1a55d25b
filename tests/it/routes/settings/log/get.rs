use safeharbor::domain::keeper::Role;

use crate::routes::support::{EMAIL, TestApp};

#[tokio::test]
async fn what_concerns_accounts_is_written_down() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut phone = app.browser();
    phone.sign_in().await;
    phone.post("/sign-out", &[]).await.is(303);
    owner.post(&format!("/settings/keepers/{ben}/owner"), &[]).await.is(303);
    let page = owner.get("/settings/log").await;
    page.is(200)
        .says("Signed in")
        .says("Signed out")
        .says("Changed a role: Ben")
        .says("Marina, from 203.0.113.9");
    owner.get(&format!("/settings/log?keeper={ben}")).await.says("Log: Ben").never_says("Signed out");
    // A wrong password is nobody's act: it is counted, not written down.
    app.browser().post("/sign-in", &[("email", EMAIL), ("password", "wrong wrong wrong")]).await.is(422);
    assert_eq!(app.count("audit_log").await, 3);
}

#[tokio::test]
async fn it_is_read_page_by_page_without_repeating_a_line() {
    let (app, mut owner) = TestApp::with_owner().await;
    sqlx::query(
        "insert into audit_log (id, at, act, detail)
         select gen_random_uuid(), timestamptz '2026-11-01' + n / 2 * interval '1 minute', 'signed_in', 'line ' || n || '.'
         from generate_series(1, 120) n",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    let mut seen = Vec::new();
    let mut path = "/settings/log".to_owned();
    for _ in 0..3 {
        let page = owner.get(&path).await;
        seen.extend((1..=120).filter(|n| page.body.contains(&format!("line {n}."))));
        let older = page.body.split("href=\"").find(|rest| rest.contains(">Older<")).unwrap_or_default();
        path = older.split('"').next().unwrap_or_default().replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(path, "", "three pages are all of it");
    seen.sort_unstable();
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());
    for nonsense in ["o1", "n99999999999999999999.x", "%00", "o-1.0"] {
        owner.get(&format!("/settings/log?at={nonsense}")).await.is(200);
    }
}
