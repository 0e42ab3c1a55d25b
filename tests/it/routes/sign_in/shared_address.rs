//! Several people behind one address, as at home or behind a hop that shows one address for all.

use http::StatusCode;

use crate::support::site::{PASSWORD, Site};

#[tokio::test]
async fn a_stranger_at_the_same_address_does_not_use_up_a_remembered_devices_tries() {
    let mut site = Site::with_ana().await;
    site.post("/sign-out", &[]).await;
    let device = site.forget();
    for tried in 0..20 {
        let email = format!("nobody{tried}@example.org");
        let answer = site.post("/sign-in", &[("email", &email), ("password", "not this one, no")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{tried}");
    }
    let right = [("email", "ana@example.org"), ("password", PASSWORD)];
    assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    site.with_cookies(device.clone());
    for tried in 0..20 {
        let wrong = [("email", "ana@example.org"), ("password", "not this one, no")];
        assert_eq!(site.post("/sign-in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{tried}");
        if tried == 0 {
            assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER);
            site.with_cookies(device.clone());
        }
    }
    assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS, "it has its own");
}
