use crate::routes::support::TestApp;

#[tokio::test]
async fn the_form_offers_what_there_is() {
    let (app, mut browser) = TestApp::with_owner().await;
    let page = browser.get("/tanks/new").await;
    let form = page.is(200).form();
    let fields = [
        "form_id",
        "name",
        "profile",
        "volume",
        "volume_unit",
        "set_up_on",
        "substrate",
        "notes",
        "timezone",
    ];
    assert!(fields.iter().all(|name| form.has(name)), "{form:?}");
    assert_eq!((form.value("timezone"), form.value("volume_unit")), (Some("Europe/Berlin"), Some("L")));
    page.says("value=\"reef_sw\"").says("value=\"brackish\"").says("value=\"Pacific/Auckland\"");
    let another = browser.get("/tanks/new").await.form();
    assert_ne!(form.value("form_id"), another.value("form_id"), "each form is a tank of its own");
    assert_eq!(app.count("tanks").await, 0);
}
