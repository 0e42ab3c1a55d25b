use crate::routes::support::TestApp;

#[tokio::test]
async fn settings_are_found_and_say_what_is_set() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/").await.says("href=\"/settings\"");
    let page = browser.get("/settings").await;
    page.is(200).says("href=\"/settings/display\"").says("href=\"/settings/parameters\"");
    page.says("Now: metric and 23 Nov 2026.").says("Measure what is not in the list.");
    sqlx::query("update keepers set theme = 'dark', date_format = 'iso', unit_system = 'imperial'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    browser.get("/settings").await.says("Now: US units, 2026-11-23 and dark.").says("data-theme=\"dark\"");
    assert_eq!(app.browser().get("/settings").await.leads_to(), "/sign-in?next=/settings");
}
