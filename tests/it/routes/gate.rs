//! Until Postgres has answered and migrations are done, health answers and every page asks to come back.

use http::Method;
use safeharbor::http::{App, router};
use safeharbor::jobs::Wake;

use super::support::{Ask, Browser, TestApp};

async fn starting() -> (TestApp, Browser) {
    let mut app = TestApp::anonymous().await;
    let settings = app.app.settings.clone();
    app.app = App::new(settings, app.database.pool.clone(), app.clock.clone(), Wake::off());
    app.router = router::router(app.app.clone());
    let browser = app.browser();
    (app, browser)
}

#[tokio::test]
async fn pages_are_closed_and_say_when_they_open() {
    let (app, mut browser) = starting().await;
    for ask in [
        Ask::get("/"),
        Ask::get("/sign-in"),
        Ask::get("/setup"),
        Ask::get("/tanks/x/readings/new"),
        Ask::new(Method::HEAD, "/"),
        Ask::post("/sign-in").form(&[("email", "a@b.c"), ("password", "x")]),
        Ask::post("/setup"),
    ] {
        let answer = browser.send(ask.clone()).await;
        assert_eq!((answer.is(503).header("retry-after"), answer.cookies().len()), ("2", 0), "{ask:?}");
    }
    let page = browser.get("/").await;
    page.says("Safe Harbor is starting").says("Try again");
    let json = browser.send(Ask::get("/").header("accept", "application/json")).await;
    assert_eq!(json.json()["status"], 503);
    // The page about it can be shown, and health says what is going on.
    let style = page.between("rel=\"stylesheet\" href=\"", "\"").to_owned();
    browser.get(&style).await.is(200);
    browser.get("/livez").await.is(200);
    browser.get("/healthz").await.says("\"db\":");
    assert_eq!(app.count("sign_in_failures").await, 0);

    app.app.set_ready();
    assert_eq!(browser.get("/").await.leads_to(), "/setup");
}
