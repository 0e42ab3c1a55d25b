use jiff::SignedDuration;
use safeharbor::db::token::{self, Subject};
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;
use safeharbor::http::cookies;

use crate::routes::support::{Browser, EMAIL, PASSWORD, TestApp};

const PATH: &str = "/settings/account/email";
const NEW: &str = "marina@example.net";

async fn ask(browser: &mut Browser, email: &str) {
    let answer = browser.post(PATH, &[("email", email), ("current_password", PASSWORD)]).await;
    assert_eq!(answer.leads_to(), "/settings/account");
}

/// The link that the mail would carry: the worker makes it beside the request.
pub(in crate::routes) async fn link(app: &TestApp, keeper: KeeperId, email: &str) -> String {
    let (secret, now) = (app.clock.token(), app.clock.now());
    let until = now.checked_add(SignedDuration::from_hours(24)).unwrap();
    let (id, hash) = (app.clock.uuid(), cookies::hash(&secret));
    let mut db = app.connection().await;
    token::create(&mut db, id, Subject::Email(keeper, email), &hash, now, until).await.unwrap();
    format!("/email/{secret}")
}

#[tokio::test]
async fn the_address_changes_when_the_link_is_used() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper: KeeperId = app.column("select id::text from keepers").await[0].parse().unwrap();
    for (email, password, problem) in [
        ("marina", PASSWORD, "This is not an e-mail address. Write it like name@example.org."),
        (NEW, "", "Enter your password."),
        (NEW, "wrong wrong wrong", "This is not your password."),
        (EMAIL, PASSWORD, "This is your address already."),
    ] {
        let answer = browser.post(PATH, &[("email", email), ("current_password", password)]).await;
        assert_eq!(answer.is(422).problems(), [problem]);
    }
    assert_eq!((app.count("tokens").await, app.count("jobs").await), (0, 0));
    ask(&mut browser, "Marina@Example.net").await;
    browser.get("/settings/account").await.says("A mail is on its way.").says(NEW);
    let link = link(&app, keeper, NEW).await;
    let mut reader = app.browser();
    let before = app.contents().await;
    reader.get(&link).await.is(200).says(NEW);
    reader.get(&link).await.is(200);
    assert_eq!(app.contents().await, before);
    // Who reads the mail of a mistyped address gets nothing by it, nor does another keeper.
    reader.post(&link, &[]).await.is(403).says("Sign in first");
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    app.signed_in(ben).await.post(&link, &[]).await.is(403).says("Sign in first");
    assert_eq!(app.column("select email from keepers where email like 'marina%'").await, [EMAIL]);
    browser.get(&link).await.is(200).says("Change the address");
    assert_eq!(browser.post(&link, &[]).await.leads_to(), "/settings/account");
    browser.post(&link, &[]).await.is(410);
    browser.get("/settings/account").await.is(200).says(NEW);
    app.browser().post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.is(422);
    app.browser().post("/sign-in", &[("email", NEW), ("password", PASSWORD)]).await.is(303);
    assert_eq!(
        app.column("select kind || ' ' || (payload->>'email') from jobs order by kind").await,
        ["mail.email_change marina@example.net", "mail.email_changed marina@example.org"]
    );
    assert_eq!(
        app.column("select act || ': ' || detail from audit_log where act like 'email%' order by act").await,
        ["email_asked: marina@example.net", "email_changed: marina@example.org to marina@example.net"]
    );
}

#[tokio::test]
async fn a_newer_request_a_password_and_a_second_thought_end_it() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    let new = "violett besen kirche ampel";
    let change = [("current_password", PASSWORD), ("password", new), ("again", new)];
    for end in ["newer", "cancel", "deactivate", "late", "password"] {
        ask(&mut bens, "ben@example.net").await;
        let link = link(&app, ben, "ben@example.net").await;
        app.browser().get(&link).await.is(200);
        match end {
            "newer" => ask(&mut bens, "benno@example.net").await,
            "cancel" => {
                let form = bens.get("/settings/account").await.form_to("/settings/account/email/cancel");
                bens.post_form(&form).await.is(303);
            }
            "deactivate" => {
                owner.post(&format!("/settings/keepers/{ben}/deactivate"), &[]).await.is(303);
                owner.post(&format!("/settings/keepers/{ben}/reactivate"), &[]).await.is(303);
                bens = app.signed_in(ben).await;
            }
            "late" => app.clock.advance(SignedDuration::from_hours(24)),
            _ => {
                bens.post("/settings/account/password", &change).await.is(303);
            }
        }
        app.browser().get(&link).await.is(410);
        bens.post(&link, &[]).await.is(410);
        app.clock.advance(SignedDuration::from_mins(20));
    }
    assert_eq!(app.column("select email from keepers where display_name = 'Ben'").await, ["ben@example.org"]);
}

#[tokio::test]
async fn an_address_of_somebody_else_is_answered_alike_and_never_taken() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    ask(&mut bens, EMAIL).await;
    ask(&mut bens, "new@example.org").await;
    // Between the request and the link somebody else came with the address.
    let link = link(&app, ben, "new@example.org").await;
    app.keeper("new@example.org", "Nora", Role::Keeper).await;
    let before = app.contents().await;
    bens.post(&link, &[]).await.is(409).says("Nothing was changed");
    assert_eq!(app.contents().await, before);
    bens.get("/").await.is(200);
    owner.get("/").await.is(200);
}

#[tokio::test]
async fn mails_are_not_sent_without_end() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut statuses = Vec::new();
    for number in 0..8 {
        let email = format!("marina{number}@example.net");
        let answer = browser.post(PATH, &[("email", &email), ("current_password", PASSWORD)]).await;
        statuses.push(answer.status);
    }
    assert_eq!((statuses[0], statuses[7]), (303, 429), "{statuses:?}");
    assert!(app.count("jobs").await < 8);
}
