use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::support::{Browser, TestApp};

const PASSWORD: &str = "violett besen kirche ampel";

/// Invites Ben as this, and answers with the link's path.
async fn invited(app: &TestApp, owner: &mut Browser, role: &str) -> String {
    let id = app.id();
    let typed = [("form_id", id.as_str()), ("email", "ben@example.org"), ("role", role)];
    let answer = owner.post("/settings/invites", &typed).await;
    format!("/register/{}", answer.is(200).between("https://reef.example.org/register/", "\""))
}

fn ben() -> [(&'static str, &'static str); 4] {
    [("name", "Ben"), ("password", PASSWORD), ("again", PASSWORD), ("units", "imperial")]
}

#[tokio::test]
async fn an_invite_makes_a_keeper_who_is_signed_in() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "keeper").await;
    let mut bens = app.browser();
    // Looking at it, as programs that preview links do, uses nothing up.
    for _ in 0..3 {
        bens.get(&link).await.is(200).says("You will sign in with ben@example.org");
    }
    assert_eq!(bens.post(&link, &ben()).await.leads_to(), "/");
    bens.get("/").await.is(200).says("You are registered and signed in");
    bens.get("/settings").await.never_says("/settings/keepers");
    assert_eq!(
        app.column("select role || ' ' || unit_system from keepers where email like 'ben%'").await,
        ["keeper imperial"]
    );
    let mut elsewhere = app.browser().elsewhere("198.51.100.7");
    let typed = [("email", "ben@example.org"), ("password", PASSWORD)];
    assert_eq!(elsewhere.post("/sign-in", &typed).await.leads_to(), "/");
    // It works once.
    app.browser().get(&link).await.is(410).says("does not work any more");
    app.browser().post(&link, &ben()).await.is(410);
    owner.get("/settings/invites").await.says("registered today");
    // The keeper is told things by mail like everybody.
    assert_eq!(app.column("select kind from channels order by created_at").await, ["mail", "mail"]);
}

#[tokio::test]
async fn an_invited_owner_is_one() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "owner").await;
    let mut bens = app.browser();
    bens.post(&link, &ben()).await.is(303);
    bens.get("/settings/keepers").await.is(200).says("Ben (you)").says("Marina");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_lost() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "keeper").await;
    let before = app.contents().await;
    let mut typed = ben();
    typed[0].1 = "";
    typed[2].1 = "another one entirely";
    typed[3].1 = "furlongs";
    let answer = app.browser().post(&link, &typed).await;
    assert_eq!(answer.is(422).problems().len(), 3, "{:?}", answer.problems());
    answer.never_says(PASSWORD);
    let mut of_address = ben();
    (of_address[1].1, of_address[2].1) = ("ben@example.org", "ben@example.org");
    app.browser().post(&link, &of_address).await.is(422).says("easy to guess");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn of_many_at_once_one_registers() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "keeper").await;
    let answers = join_all((0..4).map(|_| {
        let (mut browser, link) = (app.browser(), link.clone());
        async move { browser.post(&link, &ben()).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [303, 410].contains(status)), "{answers:?}");
    assert_eq!(app.count("keepers").await, 2);
}

#[tokio::test]
async fn links_that_are_none_and_links_that_were_one_are_answered_alike() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "keeper").await;
    app.clock.advance(SignedDuration::from_hours(7 * 24));
    let expired = app.browser().get(&link).await;
    let before = app.contents().await;
    for made_up in
        ["x".repeat(43), "a".to_owned(), "..".to_owned(), "x".repeat(5_000), "%E2%98%83".to_owned()]
    {
        let answer = app.browser().get(&format!("/register/{made_up}")).await;
        assert_eq!((answer.status, &answer.body), (410, &expired.body), "{made_up}");
        app.browser().post(&format!("/register/{made_up}"), &ben()).await.is(410);
    }
    app.browser().post(&link, &ben()).await.is(410);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn an_address_that_somebody_has_by_now_is_not_taken_twice() {
    let (app, mut owner) = TestApp::with_owner().await;
    let link = invited(&app, &mut owner, "owner").await;
    app.keeper("ben@example.org", "Ben the first", safeharbor::domain::keeper::Role::Keeper).await;
    app.browser().post(&link, &ben()).await.is(410);
    assert_eq!(app.count("keepers").await, 2);
}
