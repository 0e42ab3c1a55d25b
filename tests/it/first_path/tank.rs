//! `/tanks/{id}`

use http::StatusCode;

use super::site::Site;

#[tokio::test]
async fn the_chart_shows_what_the_address_asks_for_and_ignores_nonsense() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    for (day, ph) in [("20", "8.2"), ("21", "8.25"), ("23", "8.3")] {
        let form_id = site.form_id(&path).await;
        let at = format!("2026-11-{day}T18:00");
        let form = [
            ("form_id", form_id.as_str()),
            ("taken_at", at.as_str()),
            ("ph_value", ph),
            ("ph_unit", "pH"),
            ("kh_value", "9"),
            ("kh_unit", "dKH"),
        ];
        assert_eq!(site.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    }
    for (query, title) in [
        ("", "pH, the last 30 days"),
        ("?parameter=kh&range=7d", "KH, the last 7 days"),
        ("?parameter=kh&range=all", "KH, all readings"),
        ("?parameter=nothing&range=eternity", "pH, the last 30 days"),
        ("?parameter=ph&parameter=kh&range=24h", "pH, the last 24 hours"),
        ("?parameter=%00&range=%FF", "pH, the last 30 days"),
        // Tracked, but never measured: there is nothing to draw.
        ("?parameter=calcium", "pH, the last 30 days"),
    ] {
        let page = site.get(&format!("{tank}{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert!(page.body.contains(&format!("<h2 id=\"chart-title\">{title}</h2>")), "{query}");
        assert!(page.body.contains("The same as a table"), "{query}");
    }
    let page = site.get(&tank).await.body;
    assert!(page.contains("up 0.05") && page.contains("steady"), "the way since the day before");
}
