use crate::routes::support::TestApp;

#[tokio::test]
async fn a_row_for_everything_tracked_at_the_tanks_time() {
    let (_app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/readings/new");
    let page = browser.get(&path).await;
    let form = page.is(200).form();
    assert_eq!(form.action, path);
    assert_eq!(form.value("taken_at"), Some("2026-11-23T13:00"), "Berlin's time");
    let rows: Vec<_> = form.names().filter_map(|name| name.strip_suffix("_value")).collect();
    let tracked = [
        "temperature",
        "ph",
        "salinity",
        "ammonia",
        "nitrite",
        "nitrate",
        "phosphate",
        "kh",
        "calcium",
        "magnesium",
    ];
    assert_eq!(rows, tracked);
    assert!(rows.iter().all(|key| form.has(&format!("{key}_unit"))));
    assert_eq!(form.value("salinity_unit"), Some("ppt"));
    page.says("Europe/Berlin (CET)").says("not measured yet");
    let another = browser.get(&path).await.form();
    assert_ne!(form.value("form_id"), another.value("form_id"));
}

#[tokio::test]
async fn the_unit_used_last_is_offered_first() {
    let (_app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/readings/new");
    let mut form = browser.get(&path).await.form();
    form.set("salinity_value", "1.0264").set("salinity_unit", "sg");
    browser.post_form(&form).await.is(303);
    let page = browser.get(&path).await;
    assert_eq!(page.form().value("salinity_unit"), Some("sg"));
    page.says("<b>1.0264 SG</b> today");
}
