//! R11, C18.

use http::Method;
use safeharbor::proxy::Peer;

use crate::routes::support::{Ask, TestApp, environ};
use crate::support::{postgres, redis};

#[tokio::test]
async fn any_host_any_scheme_no_cookie_no_redirect() {
    let app = TestApp::anonymous().await;
    let mut browser = app.browser();
    for ask in [
        Ask::get("/healthz"),
        Ask::get("/healthz").header("host", "127.0.0.1:8000").without("x-forwarded-proto"),
        Ask::get("/healthz").header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "http"),
        Ask::get("/healthz").over(Peer::Unix),
        Ask::get("/healthz").header("cookie", "__Host-sh=garbage"),
    ] {
        let answer = browser.send(ask.clone()).await;
        assert_eq!(answer.is(200).body, r#"{"status":"degraded","db":"ok","redis":"down"}"#, "{ask:?}");
        assert!(answer.cookies().is_empty());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let head = browser.send(Ask::new(Method::HEAD, "/healthz")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[tokio::test]
async fn with_redis_all_is_well() {
    let database = postgres::database().await;
    let environ = environ(&database.url).with("REDIS_URL", redis::server().await.url());
    let app = TestApp::over(database, &environ);
    let answer = app.browser().get("/healthz").await;
    assert_eq!(answer.is(200).body, r#"{"status":"ok","db":"ok","redis":"ok"}"#);
}

#[tokio::test]
async fn pending_migrations_and_a_missing_database_are_down() {
    let database = postgres::empty_database().await;
    let environ = environ(&database.url);
    let missing = environ.clone().with("DATABASE_URL", "postgresql:///none?host=/nonexistent");
    let app = TestApp::over(database, &environ);
    let answer = app.browser().get("/healthz").await;
    assert_eq!(answer.is(503).body, r#"{"status":"down","db":"migrating","redis":"down"}"#);
    let app = TestApp::over(app.database, &missing);
    let answer = app.browser().get("/healthz").await;
    assert_eq!(answer.is(503).body, r#"{"status":"down","db":"down","redis":"down"}"#);
}
