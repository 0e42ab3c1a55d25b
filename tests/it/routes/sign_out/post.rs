use crate::routes::support::TestApp;

#[tokio::test]
async fn the_session_ends_on_the_server_and_the_device_stays_known() {
    let (app, _) = TestApp::with_owner().await;
    let mut browser = app.browser();
    browser.sign_in().await;
    let kept = browser.clone();
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!(answer.leads_to(), "/sign-in");
    assert!(!browser.jar.contains_key("__Host-sh"));
    assert!(browser.jar.contains_key("__Host-sh-device"));
    browser.get("/sign-in").await.says("You are signed out.");
    // A copy of the cookie is worth nothing any more.
    for path in ["/", "/tanks"] {
        assert_eq!(kept.clone().get(path).await.status, 303, "{path}");
    }
    assert_eq!(app.count("devices").await, 1);
}

#[tokio::test]
async fn it_takes_a_post() {
    let (_app, mut browser) = TestApp::with_owner().await;
    let answer = browser.get("/sign-out").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    browser.get("/").await.is(200);
}

#[tokio::test]
async fn two_sessions_end_one_by_one() {
    let (app, mut phone) = TestApp::with_owner().await;
    let mut laptop = app.browser();
    laptop.sign_in().await;
    phone.post("/sign-out", &[]).await.is(303);
    assert_eq!(phone.get("/").await.status, 303);
    laptop.get("/").await.is(200);
    assert_eq!(app.count("sessions").await, 1);
}
