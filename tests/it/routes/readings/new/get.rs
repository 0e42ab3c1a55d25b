use crate::routes::support::TestApp;

#[tokio::test]
async fn with_one_tank_it_leads_straight_to_its_form() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/readings/new").await.is(200).says("First, a tank");
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let first = app.tank(keeper, "Reef", "reef_sw").await;
    assert_eq!(browser.get("/readings/new").await.leads_to(), format!("/tanks/{first}/readings/new"));
    let second = app.tank(keeper, "Nano", "planted_fw").await;
    let page = browser.get("/readings/new").await;
    page.is(200).says("Which tank are you at?").says(&format!("/tanks/{second}/readings/new"));
}
