//! Who may pass: nobody by default, and a cookie only for as long as its session lives.

use http::Method;
use jiff::SignedDuration;
use safeharbor::domain::keeper::Role;

use super::support::{Ask, TestApp};

/// The addresses of `pages::signed_in` and of the nouns it merges, read from the source: a new one is tried
/// without a line here. With whether it takes a POST.
fn closed() -> Vec<(String, bool)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pages");
    let pages = std::fs::read_to_string(format!("{root}.rs")).unwrap();
    let merged = pages.split_once("pub fn signed_in").unwrap().1.split_once("pub fn open").unwrap().0;
    let noun = |rest: &str| {
        let source = std::fs::read_to_string(format!("{root}/{}.rs", rest.split("::").next().unwrap()));
        let source = source.unwrap();
        source.split_once("pub fn routes").unwrap().1.split_once("\n}").unwrap().0.to_owned()
    };
    let nouns = merged.split(".merge(").skip(1).map(noun);
    let bodies: Vec<_> = nouns.chain(std::iter::once(merged.to_owned())).collect();
    let route = |rest: &str| {
        let path = rest.split('"').nth(1).unwrap();
        let parts = path.split('/').map(|part| match part {
            "{key}" => "ph",
            "{number}" => "1000",
            part if part.starts_with('{') => "019ab0de-7c1e-7000-8000-0000000000aa",
            part => part,
        });
        (parts.collect::<Vec<_>>().join("/"), rest.contains("post("))
    };
    let routes: Vec<_> = bodies.iter().flat_map(|body| body.split(".route(").skip(1).map(route)).collect();
    assert!(routes.len() >= 20, "{routes:?}");
    assert!(routes.iter().all(|(path, _)| !path.contains('{')), "{routes:?}");
    routes
}

#[tokio::test]
async fn nothing_is_open_by_default() {
    let app = TestApp::anonymous().await;
    for (path, _) in closed() {
        assert_eq!(app.browser().get(&path).await.leads_to(), "/setup", "{path}");
    }
    app.owner().await;
    let before = app.contents().await;
    for (path, takes_posts) in closed() {
        for method in [Method::GET, Method::HEAD] {
            let answer = app.browser().send(Ask::new(method, &path)).await;
            let next = if path == "/" { String::new() } else { format!("?next={path}") };
            assert_eq!(answer.leads_to(), format!("/sign-in{next}"));
            answer.never_says("Marina");
        }
        if takes_posts {
            let answer = app.browser().post(&path, &[("name", "x")]).await;
            assert_eq!(answer.is(401).title(), "Sign in", "{path}");
        }
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let status = app.browser().send(Ask::new(method.clone(), &path)).await.status;
            assert!([401, 405].contains(&status), "{method} {path}: {status}");
        }
    }
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_cookie_that_was_changed_or_made_up_is_none() {
    let (app, browser) = TestApp::with_owner().await;
    let good = browser.jar["__Host-sh"].clone();
    let (id, secret) = good.split_once('.').unwrap();
    let flipped: String = secret.chars().rev().collect();
    for bad in [
        format!("{id}.{flipped}"),
        format!("{id}."),
        format!("{id}.{secret}A"),
        format!("{}.{secret}", "0".repeat(32)),
        format!("{id} .{secret}"),
        secret.to_owned(),
        String::new(),
        "%00".to_owned(),
        "' or 1=1--".to_owned(),
        "A".repeat(4000),
    ] {
        let mut browser = app.browser();
        browser.jar.insert("__Host-sh".to_owned(), bad.clone());
        assert_eq!(browser.get("/").await.leads_to(), "/sign-in", "{bad}");
    }
    // Bytes that are no text, and the name without the prefix, which a neighbour's site could set.
    let raw = app.browser().send(Ask::get("/").bytes("cookie", b"__Host-sh=\xff\xfe")).await;
    assert_eq!(raw.leads_to(), "/sign-in");
    for name in ["sh", "__host-sh", "__Secure-sh", "__Host-sh-device"] {
        let mut browser = app.browser();
        browser.jar.insert(name.to_owned(), good.clone());
        assert_eq!(browser.get("/").await.leads_to(), "/sign-in", "{name}");
    }
    browser.clone().get("/").await.is(200);
}

#[tokio::test]
async fn a_session_lives_thirty_days_from_its_last_use() {
    let (app, mut browser) = TestApp::with_owner().await;
    for _ in 0..3 {
        app.clock.advance(SignedDuration::from_hours(29 * 24));
        browser.get("/").await.is(200);
    }
    app.clock.advance(SignedDuration::from_hours(30 * 24) - SignedDuration::from_secs(1));
    browser.get("/").await.is(200);
    app.clock.advance(SignedDuration::from_hours(30 * 24));
    assert_eq!(browser.get("/tanks").await.leads_to(), "/sign-in?next=/tanks");
}

#[tokio::test]
async fn its_use_is_written_down_now_and_then_only() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    app.clock.advance(SignedDuration::from_mins(10));
    browser.get("/").await.is(200);
    assert_eq!(app.contents().await, before);
    app.clock.advance(SignedDuration::from_secs(1));
    browser.get("/").await.is(200);
    assert_ne!(app.contents().await, before);
}

#[tokio::test]
async fn signing_in_makes_a_new_session_and_ends_the_one_it_replaces() {
    let (app, mut browser) = TestApp::with_owner().await;
    // As if somebody had planted a session of their own in this browser.
    let planted = browser.clone();
    browser.sign_in().await;
    assert_ne!(browser.session(), planted.session());
    assert_ne!(browser.jar["__Host-sh"], planted.jar["__Host-sh"]);
    browser.get("/").await.is(200);
    assert_eq!(planted.clone().get("/").await.leads_to(), "/sign-in");
    assert_eq!(app.count("sessions").await, 1);
}

#[tokio::test]
async fn a_keeper_who_was_shut_out_is_out_at_once() {
    let (app, _) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut browser = app.signed_in(ben).await;
    browser.get("/").await.is(200);
    sqlx::query("update keepers set active = false where role = 'keeper'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(browser.get("/").await.leads_to(), "/sign-in");
}
