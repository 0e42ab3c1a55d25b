//! C15: what changes something comes from our own pages, as `PUBLIC_URL` has them and nobody else says.

use super::support::{Ask, HOST, ORIGIN, TestApp};

/// `Origin`, `Sec-Fetch-Site`, whether it is ours.
const CASES: [(Option<&str>, Option<&str>, bool); 14] = [
    (Some(ORIGIN), Some("same-origin"), true),
    (Some(ORIGIN), None, true),
    (None, None, true),
    (None, Some("none"), true),
    (Some("null"), Some("same-origin"), true),
    (Some("null"), None, false),
    (Some("null"), Some("cross-site"), false),
    (Some("https://evil.example"), Some("same-origin"), false),
    (Some("http://reef.example.org"), None, false),
    (Some("https://reef.example.org:8443"), None, false),
    (Some("https://reef.example.org.evil.example"), None, false),
    (None, Some("cross-site"), false),
    (None, Some("same-site"), false),
    (Some(""), None, false),
];

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let (app, _) = TestApp::with_owner().await;
    for (origin, site, ours) in CASES {
        let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
        let mut browser = app.signed_in(keeper).await;
        let before = app.contents().await;
        let mut ask = Ask::post("/sign-out").without("origin").without("sec-fetch-site");
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            ask = value.into_iter().fold(ask, |ask, value| ask.header(name, value));
        }
        let answer = browser.send(ask).await;
        assert_eq!(answer.status, if ours { 303 } else { 403 }, "{origin:?} {site:?}");
        if !ours {
            answer.says("Referrer-Policy: no-referrer").says(ORIGIN).never_says("evil");
            assert_eq!(app.contents().await, before);
            browser.get("/").await.is(200);
        }
    }
}

#[tokio::test]
async fn an_origin_that_agrees_with_a_forged_host_is_still_foreign() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    let forged = Ask::post("/sign-out").header("origin", "https://evil.example");
    browser.send(forged.clone().header("host", "evil.example")).await.is(421);
    browser.send(forged.clone().header("x-forwarded-host", "evil.example")).await.is(421);
    browser.send(forged.header("x-forwarded-host", HOST)).await.is(403);
    // The public origin with another host: judged by PUBLIC_URL, so the origin passes and the host does not.
    browser.send(Ask::post("/sign-out").header("host", "127.0.0.1:8000")).await.is(421);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn every_form_is_guarded() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let before = app.contents().await;
    let batch = format!("/tanks/{tank}/readings/new");
    for path in ["/sign-in", "/setup", "/sign-out", "/tanks/new", &batch] {
        let ask =
            Ask::post(path).header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
        browser.send(ask).await.is(403);
    }
    assert_eq!(app.contents().await, before);
    assert_eq!(app.count("sign_in_failures").await, 0);
}
