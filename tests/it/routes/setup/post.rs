use futures_util::future::join_all;
use jiff::SignedDuration;
use safeharbor::mail::letter;

use crate::routes::support::{Ask, EMAIL, HOST, ORIGIN, PASSWORD, SETUP_CODE, TestApp};

fn filled(code: &str) -> [(&str, &str); 6] {
    [
        ("code", code),
        ("name", "Marina"),
        ("email", "Marina@Example.org"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("units", "imperial"),
    ]
}

#[tokio::test]
async fn the_first_owner_is_made_signed_in_and_welcomed() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    let mut browser = app.browser();
    // As people type it from another screen.
    let answer = browser.post("/setup", &filled("7kqm 2xwd p94r")).await;
    assert_eq!(answer.leads_to(), "/");
    browser.get("/").await.is(200).says("You are the first keeper").says("Signed in as Marina");
    browser.get("/").await.is(200).never_says("You are the first keeper");

    let keeper = app.column("select concat_ws(' ', email, role, unit_system, active) from keepers").await;
    assert_eq!(keeper, [format!("{EMAIL} owner imperial t")]);
    let hash = app.column("select password_hash from keepers").await;
    assert!(hash[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash:?}");
    assert_eq!(app.column("select kind || ' ' || (used_at is not null) from tokens").await, ["setup true"]);
    assert_eq!(app.column("select host(addr) from sessions").await, ["203.0.113.9"]);
    let jobs = app.column("select kind || ' ' || payload::text || ' ' || state from jobs").await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(
        jobs[0].contains("welcome") && jobs[0].contains(EMAIL) && jobs[0].ends_with("waiting"),
        "{jobs:?}"
    );
    assert_eq!(app.count("sign_in_failures").await, 0);

    let mut other = app.browser();
    other.sign_in().await;
}

#[tokio::test]
async fn a_code_that_is_wrong_expired_or_replaced_makes_nobody() {
    let app = TestApp::anonymous().await;
    let mut browser = app.browser();
    let before = app.contents().await;
    let told =
        ["This code is not valid, or no longer. Make a new one on the machine: safeharbor admin setup-code"];
    let answer = browser.post("/setup", &filled(SETUP_CODE)).await;
    assert_eq!(answer.is(422).problems(), told, "without a code in the database");
    assert_eq!(app.contents().await, before);

    app.setup_code().await;
    let before = app.contents().await;
    let answer = browser.post("/setup", &filled("7KQM-2XWD-P94S")).await;
    assert_eq!(answer.is(422).problems(), told);
    assert_eq!(answer.form().value("email"), Some("Marina@Example.org"), "what was typed stays");
    assert_eq!(answer.form().value("password"), Some(""), "but never a password");
    answer.never_says(PASSWORD);

    app.clock.advance(SignedDuration::from_hours(24));
    let answer = browser.post("/setup", &filled(SETUP_CODE)).await;
    assert_eq!(answer.is(422).problems(), told, "a day later");
    assert_eq!(app.contents().await, before);
    assert_eq!(browser.get("/").await.leads_to(), "/setup");
}

#[tokio::test]
async fn a_code_is_used_once() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    app.browser().post("/setup", &filled(SETUP_CODE)).await.is(303);
    let before = app.contents().await;
    let mut second = app.browser();
    assert_eq!(second.post("/setup", &filled(SETUP_CODE)).await.leads_to(), "/");
    assert_eq!(app.contents().await, before);
    assert_eq!(second.get("/").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn of_many_at_once_one_becomes_the_owner() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    let answers = join_all((0..8).map(|place| {
        let mut browser = app.browser().elsewhere(&format!("198.51.100.{place}"));
        let email = format!("keeper{place}@example.org");
        async move {
            let mut fields = filled(SETUP_CODE);
            fields[2].1 = &email;
            browser.post("/setup", &fields).await
        }
    }))
    .await;
    let signed_in = answers.iter().filter(|answer| !answer.cookies().is_empty()).count();
    assert_eq!(signed_in, 1);
    assert!(answers.iter().all(|answer| answer.status == 303), "{answers:?}");
    for table in ["keepers", "sessions", "devices", "jobs"] {
        assert_eq!(app.count(table).await, 1, "{table}");
    }
}

#[tokio::test]
async fn codes_cannot_be_guessed_from_one_address() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    let mut browser = app.browser();
    for _ in 0..20 {
        browser.post("/setup", &filled("7KQM-0000-0000")).await.is(422);
    }
    let before = app.contents().await;
    let answer = browser.post("/setup", &filled(SETUP_CODE)).await;
    answer.is(429).says("Too many wrong setup codes");
    assert_eq!(answer.header("retry-after"), "300");
    assert_eq!(app.contents().await, before);
    let mut elsewhere = browser.elsewhere("198.51.100.1");
    elsewhere.post("/setup", &filled(SETUP_CODE)).await.is(303);
}

/// C14: neither the page nor the mail follows a forged host.
#[tokio::test]
async fn the_welcome_leads_to_the_public_address_whatever_the_host_said() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    let mut browser = app.browser();
    let before = app.contents().await;
    for header in ["host", "x-forwarded-host"] {
        let forged = Ask::post("/setup").form(&filled(SETUP_CODE)).header(header, "evil.example");
        browser.send(forged).await.is(421).says(ORIGIN).never_says("evil.example");
        assert_eq!(app.contents().await, before);
    }
    // Right in front, wrong on the left: only the last element counts.
    let answer = browser
        .send(
            Ask::post("/setup")
                .form(&filled(SETUP_CODE))
                .header("x-forwarded-host", &format!("evil.example, {HOST}"))
                .header("x-forwarded-prefix", "/evil"),
        )
        .await;
    assert_eq!(answer.leads_to(), "/");
    let payload = app.column("select payload::text from jobs").await;
    assert!(payload.len() == 1 && !payload[0].contains("evil"), "{payload:?}");
    let mail = letter::welcome(&app.app.settings.public_url, "Marina").unwrap();
    assert!(mail.text.contains(&format!("{ORIGIN}/sign-in")), "{mail:?}");
}
