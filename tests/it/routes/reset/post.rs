use futures_util::future::join_all;
use jiff::SignedDuration;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{Browser, EMAIL, PASSWORD, TestApp};

const NEW: &str = "violett besen kirche ampel";

/// A link that an owner makes for a keeper.
async fn link(owner: &mut Browser, keeper: impl std::fmt::Display) -> String {
    let answer = owner.post(&format!("/settings/keepers/{keeper}/reset"), &[]).await;
    let secret = answer.is(200).between("https://reef.example.org/reset/", "\"").to_owned();
    owner.get(&format!("/settings/keepers/{keeper}")).await.is(200).never_says(&secret);
    format!("/reset/{secret}")
}

#[tokio::test]
async fn a_link_chooses_a_new_password_once_and_signs_out_everywhere() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    let (first, second) = (link(&mut owner, ben).await, link(&mut owner, ben).await);
    let mut stranger = app.browser();
    stranger.get(&first).await.is(200).says("For ben@example.org");
    let answer = stranger.post(&first, &[("password", "short"), ("again", "short")]).await;
    assert_eq!(answer.is(422).problems(), ["A password has at least 12 characters."]);
    let typed = [("password", NEW), ("again", NEW)];
    assert_eq!(stranger.post(&first, &typed).await.leads_to(), "/sign-in");
    stranger.get("/sign-in").await.says("The password is set. Sign in with it.");
    assert_eq!(bens.get("/").await.leads_to(), "/sign-in");
    stranger.post("/sign-in", &[("email", "ben@example.org"), ("password", PASSWORD)]).await.is(422);
    stranger.post("/sign-in", &[("email", "ben@example.org"), ("password", NEW)]).await.is(303);
    // Every link of the keeper ended with it.
    for used in [&first, &second] {
        app.browser().get(used).await.is(410);
        app.browser().post(used, &typed).await.is(410);
    }
    owner.get("/").await.is(200);
    assert_eq!(app.column("select kind from jobs").await, ["mail.password_changed"]);
    assert_eq!(
        app.column(
            "select act || ': ' || subject_name from audit_log where act like '%reset%' order by act desc"
        )
        .await,
        ["reset_asked: Ben", "reset_asked: Ben", "password_reset: Ben"]
    );
}

#[tokio::test]
async fn of_many_at_once_one_counts() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let link = link(&mut owner, ben).await;
    let answers = join_all((0..4).map(|number| {
        let (mut browser, link) = (app.browser(), link.clone());
        let password = format!("{NEW} {number}");
        async move { browser.post(&link, &[("password", &password), ("again", &password)]).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [303, 410].contains(status)), "{answers:?}");
}

#[tokio::test]
async fn links_that_are_over_or_never_were_are_answered_alike() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let old = link(&mut owner, ben).await;
    app.clock.advance(SignedDuration::from_hours(1));
    let over = app.browser().get(&old).await;
    let never = app.browser().get(&format!("/reset/{}", "x".repeat(43))).await;
    assert_eq!((over.status, &over.body), (410, &never.body));
    // Of somebody who may not sign in, too; and no owner makes one for them.
    let fresh = link(&mut owner, ben).await;
    owner.post(&format!("/settings/keepers/{ben}/deactivate"), &[]).await.is(303);
    app.browser().get(&fresh).await.is(410);
    owner.post(&format!("/settings/keepers/{ben}/reset"), &[]).await.is(404);
    app.browser().post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.is(303);
}
