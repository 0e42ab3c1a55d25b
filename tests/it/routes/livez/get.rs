use http::Method;

use crate::routes::support::{Ask, TestApp};

#[tokio::test]
async fn the_process_serves_whatever_else_does_not() {
    let app = TestApp::anonymous().await;
    app.database.pool.close().await;
    let answer = app.browser().send(Ask::get("/livez").header("host", "evil.example")).await;
    assert_eq!(
        (answer.is(200).body.as_str(), answer.header("cache-control")),
        ("{\"status\":\"ok\"}", "no-store")
    );
    let head = app.browser().send(Ask::new(Method::HEAD, "/livez")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    app.browser().send(Ask::post("/livez")).await.is(405);
}
