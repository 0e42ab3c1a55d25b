use crate::routes::livestock::herd::{add, form_at, happens, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn some_and_all_go_to_another_household() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let page = format!("{path}/rehomed");
    assert_eq!(form_at(&mut browser, &page).await.value("quantity"), Some("5"));
    happens(&mut browser, &page, &[("quantity", "2")]).await;
    browser.get(&path).await.says("2 rehomed").says("3 left").says("<dt>Rehomed</dt><dd>2</dd>");
    happens(&mut browser, &page, &[]).await;
    browser.get(&path).await.says("All 3 rehomed").says("gone since");
    assert_eq!(standing(&app).await, ["Guppy 0 Reef by the window"]);
}
