use futures_util::future::join_all;

use crate::routes::support::{Ask, Browser, EMAIL, PASSWORD, TestApp};

const WRONG: [&str; 1] = ["This address and password do not go together. Check both and try again."];

#[tokio::test]
async fn a_keeper_gets_a_session_and_a_remembered_device() {
    let (app, _) = TestApp::with_owner().await;
    let mut browser = app.browser();
    let typed = [("email", " Marina@Example.ORG "), ("password", PASSWORD), ("next", "/tanks")];
    let answer = browser.post("/sign-in", &typed).await;
    assert_eq!(answer.leads_to(), "/tanks");
    let cookies = answer.cookies();
    assert_eq!(
        cookies.iter().map(|given| given.name.as_str()).collect::<Vec<_>>(),
        ["__Host-sh", "__Host-sh-device"]
    );
    for given in &cookies {
        for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(given.attributes.split("; ").any(|part| part == attribute), "{given:?}");
        }
        assert!(!given.attributes.contains("Domain"), "{given:?}");
    }
    browser.get("/tanks").await.is(200);
    // The secret itself is nowhere in the database.
    let secret = browser.jar["__Host-sh"].split_once('.').unwrap().1.to_owned();
    let stored = app.column("select sessions::text || devices::text from sessions, devices").await;
    assert!(!stored.concat().contains(&secret));
    assert_eq!(app.count("sign_in_failures").await, 0);
    let used = app.column("select last_sign_in_at::text from keepers").await;
    assert!(used[0].starts_with("2026-11-23 12:00:00"), "{used:?}");
}

#[tokio::test]
async fn links_to_other_sites_are_not_followed_after_signing_in() {
    let (app, _) = TestApp::with_owner().await;
    for next in [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/a\r\nset-cookie: x=y",
        "javascript:1",
    ] {
        let typed = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        assert_eq!(app.browser().post("/sign-in", &typed).await.leads_to(), "/", "{next:?}");
    }
}

#[tokio::test]
async fn known_and_unknown_accounts_are_answered_the_same() {
    let (app, _) = TestApp::with_owner().await;
    sqlx::query(
        "insert into keepers (id, email, display_name, password_hash, role, active, created_at)
         select gen_random_uuid(), 'former@example.org', 'Former', password_hash, 'keeper', false, created_at from keepers",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    let mut pages = Vec::new();
    for (email, password) in [
        (EMAIL, "another hengst acker zaun"),
        ("nobody@example.org", PASSWORD),
        ("former@example.org", PASSWORD),
    ] {
        let mut browser = app.browser();
        let answer = browser.post("/sign-in", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.is(422).problems(), WRONG);
        assert!(browser.jar.is_empty());
        assert_eq!(answer.form().value("password"), Some(""));
        let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        pages.push((answer.body.replace(email, "EMAIL"), names));
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
    assert_eq!(app.count("sign_in_failures").await, 3);

    // Slowed in the same words too.
    let mut slowed = Vec::new();
    for email in [EMAIL, "nobody@example.org"] {
        for place in 0..6 {
            let mut browser = app.browser().elsewhere(&format!("198.51.100.{place}"));
            let answer =
                browser.post("/sign-in", &[("email", email), ("password", "wrong wrong wrong")]).await;
            if place == 5 {
                slowed.push((
                    answer.status,
                    answer.body.replace(email, "EMAIL"),
                    answer.header("retry-after").to_owned(),
                ));
            }
        }
    }
    assert_eq!(slowed[0].0, 429);
    assert_eq!(slowed[0], slowed[1]);
}

#[tokio::test]
async fn a_password_of_the_predecessor_is_hashed_anew() {
    let (app, _) = TestApp::with_owner().await;
    let params = argon2::Params::new(1024, 3, 1, None).unwrap();
    let old = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let old = argon2::password_hash::PasswordHasher::hash_password(&old, PASSWORD.as_bytes()).unwrap();
    sqlx::query("update keepers set password_hash = $1")
        .bind(old.to_string())
        .execute(&app.database.pool)
        .await
        .unwrap();
    app.browser().sign_in().await;
    let hash = app.column("select password_hash from keepers").await;
    assert!(hash[0].contains("m=19456,t=2,p=1"), "{hash:?}");
    app.browser().sign_in().await;
}

#[tokio::test]
async fn a_form_too_large_is_told_the_limit() {
    let (app, _) = TestApp::with_owner().await;
    let mut browser = app.browser();
    let large = format!("email=a%40b.c&password={}", "x".repeat(300 * 1024));
    browser.send(Ask::post("/sign-in").body(large)).await.is(413).says("256 KB");
    let huge = vec![b'x'; 15 * 1024 * 1024 + 1];
    browser.send(Ask::post("/sign-in").body(huge.clone())).await.is(413).says("15 MiB");
    let json = browser.send(Ask::post("/sign-in").header("accept", "application/json").body(huge)).await;
    assert_eq!((json.status, &json.json()["status"]), (413, &413.into()));
    assert_eq!(json.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let (app, _) = TestApp::with_owner().await;
    let typed = [("email", EMAIL), ("password", PASSWORD)];
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let mut browser = app.browser();
        browser.send(Ask::post("/sign-in").form(&typed).header("content-type", kind)).await.is(400);
        assert!(browser.jar.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn many_at_once_all_get_sessions_of_their_own() {
    let (app, _) = TestApp::with_owner().await;
    let browsers = join_all((0..4).map(|_| {
        let mut browser = app.browser();
        async move {
            browser.sign_in().await;
            browser
        }
    }))
    .await;
    let sessions: std::collections::BTreeSet<_> = browsers.iter().map(Browser::session).collect();
    assert_eq!(sessions.len(), 4);
}
