//! `/`

use http::StatusCode;

use super::site::Site;

#[tokio::test]
async fn it_says_what_needs_attention_first() {
    let (mut site, tank) = Site::with_reef().await;
    assert_eq!(site.get("/").await.heading(), "Ready for the first readings");
    let path = format!("{tank}/readings/new");
    let form_id = site.form_id(&path).await;
    let form = [
        ("form_id", form_id.as_str()),
        ("taken_at", "2026-11-23T18:00"),
        ("nitrite_value", "0.4"),
        ("nitrite_unit", "ppm"),
        ("ph_value", "8.2"),
        ("ph_unit", "pH"),
    ];
    assert_eq!(site.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    let home = site.get("/").await;
    assert_eq!(home.heading(), "1 tank needs action");
    for text in ["Monday 23 November", "Nitrite 0.4 ppm is above 0.05", "2 readings", "today 18:00", ", Ana"]
    {
        assert!(home.body.contains(text), "{text}");
    }
    site.clock.advance(jiff::SignedDuration::from_hours(24 * 12));
    let later = site.get("/").await;
    assert_eq!(later.heading(), "1 tank needs measuring");
    assert!(later.body.contains("Nitrite not measured for 12 days"));
}
