use crate::routes::support::TestApp;

#[tokio::test]
async fn tanks_are_listed_with_how_they_stand() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/tanks").await.is(200).says("No tanks yet").says("href=\"/tanks/new\"");
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let first = app.tank(keeper, "Reef by the window", "reef_sw").await;
    let second = app.tank(keeper, "Nano <3", "planted_fw").await;
    let page = browser.get("/tanks").await;
    page.is(200).says("2 tanks").says(&format!("/tanks/{first}")).says(&format!("/tanks/{second}"));
    page.says("Reef by the window").says("Nano &#60;3").never_says("Nano <3");
}
