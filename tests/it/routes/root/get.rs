use crate::routes::support::TestApp;

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_a_new_household_to_set_up() {
    let app = TestApp::anonymous().await;
    assert_eq!(app.browser().get("/").await.leads_to(), "/setup");
    app.owner().await;
    assert_eq!(app.browser().get("/").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn an_empty_dashboard_teaches_the_next_step() {
    let (_app, mut browser) = TestApp::with_owner().await;
    let page = browser.get("/").await;
    page.is(200).says("href=\"/tanks/new\"");
    assert_eq!(page.title(), "Dashboard");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert!(page.cookies().is_empty(), "nothing to change: {page:?}");
}

#[tokio::test]
async fn what_needs_attention_is_named_with_its_reason() {
    let (_app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    browser.get("/").await.is(200).says("Reef by the window").says("No readings yet");
    let path = format!("/tanks/{tank}/readings/new");
    let mut form = browser.get(&path).await.form();
    form.set("nitrate_value", "30").set("ph_value", "8.2");
    browser.post_form(&form).await.is(303);
    browser.get("/").await.is(200).says("Nitrate").says("act").says(&format!("/tanks/{tank}"));
}

#[tokio::test]
async fn without_a_database_there_is_a_503_that_says_when_to_come_back() {
    let (app, mut browser) = TestApp::with_owner().await;
    app.database.pool.close().await;
    // A POST, because a GET is patient for a few seconds.
    let answer = browser.post("/sign-out", &[]).await;
    answer.is(503).says("Nothing is lost");
    assert_eq!(answer.header("retry-after"), "2");
    assert!(answer.cookies().is_empty());
}
