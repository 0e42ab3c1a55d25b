use crate::routes::support::{Browser, NOW_IN_BERLIN, TestApp};

async fn measured(browser: &mut Browser, path: &str, form_id: &str, values: &[(&str, &str, &str)]) {
    let mut form = browser.get(&format!("{path}/readings/new")).await.form();
    form.set("form_id", form_id);
    for (key, value, unit) in values {
        form.set(&format!("{key}_value"), value).set(&format!("{key}_unit"), unit);
    }
    browser.post_form(&form).await.is(303);
}

#[tokio::test]
async fn a_tank_shows_its_values_with_their_ranges_and_a_chart() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    browser.get(&path).await.is(200).says("Log the first readings").never_says("<figure");
    let values = [
        ("ph", "8.25", "pH"),
        ("nitrate", "30", "ppm"),
        ("salinity", "1.0264", "sg"),
        ("ammonia", "<0.02", "ppm"),
        ("temperature", "25", "degC"),
    ];
    measured(&mut browser, &path, &app.id(), &values).await;
    let page = browser.get(&path).await;
    page.is(200).says("<span class=\"num\">1.0264</span>").says("&#60;0.02").says("today 13:00");
    page.says("<figure class=\"chart\"").says("<h2 id=\"chart-title\">Nitrate, the last 30 days</h2>");
    assert_eq!(page.title(), "Reef by the window");
    page.says("<ul class=\"todo card\">").says("Toxic ammonia");
    // The upper bound, 35 ppt, reads 1.0264 too: what is on a bound is in range.
    page.never_says("is above 1.0264");
}

#[tokio::test]
async fn the_chart_asked_for_is_shown_and_nonsense_is_not_there() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    measured(&mut browser, &path, &app.id(), &[("ph", "8.25", "pH"), ("kh", "9", "dKH")]).await;
    for (query, title) in [
        ("?parameter=kh&range=24h", "KH, the last 24 hours"),
        ("?parameter=kh&range=all", "KH, all readings"),
        ("?range=1y&parameter=ph", "pH, the last year"),
        ("?parameter=kh", "KH, the last 30 days"),
        ("", "pH, the last 30 days"),
        ("?parameter=nitrate", "pH, the last 30 days"),
        ("?parameter=unobtainium&range=2d", "pH, the last 30 days"),
        ("?PARAMETER=kh&range=", "pH, the last 30 days"),
    ] {
        let page = browser.get(&format!("{path}{query}")).await;
        assert_eq!(page.is(200).between("<h2 id=\"chart-title\">", "</h2>"), title, "{query}");
    }
}

#[tokio::test]
async fn what_is_no_tank_is_not_there() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let upper = tank.to_string().to_uppercase();
    for id in [app.id().as_str(), "1", "x", "%00", "..%2f..%2fetc", upper.as_str(), "%ff", "new%00"] {
        for more in ["", "/readings/new"] {
            let page = browser.get(&format!("/tanks/{id}{more}")).await;
            page.is(404).says("Nothing here");
        }
        let typed =
            [("form_id", app.id()), ("ph_value", "8".to_owned()), ("taken_at", NOW_IN_BERLIN.to_owned())];
        let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post(&format!("/tanks/{id}/readings/new"), &typed).await.is(404);
    }
    assert_eq!(app.count("readings").await, 0);
}
