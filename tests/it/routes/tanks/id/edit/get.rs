use crate::routes::support::TestApp;

#[tokio::test]
async fn the_form_holds_the_tank_as_it_was_entered() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/tanks/new").await.form();
    form.set("name", "Reef").set("profile", "reef_sw").set("volume", "26,42").set("volume_unit", "us_gal");
    form.set("set_up_on", "2026-11-23").set("substrate", "Sand").set("notes", "- pump\n- light");
    browser.post_form(&form).await.is(303);
    let tank = app.column("select id::text from tanks").await.remove(0);
    let page = browser.get(&format!("/tanks/{tank}/edit")).await;
    let edit = page.is(200).form();
    for (name, value) in [
        ("version", "1"),
        ("name", "Reef"),
        ("profile", "reef_sw"),
        ("volume", "26.42"),
        ("volume_unit", "us_gal"),
        ("set_up_on", "2026-11-23"),
        ("substrate", "Sand"),
        ("notes", "- pump\n- light"),
        ("timezone", "Europe/Berlin"),
    ] {
        assert_eq!(edit.value(name), Some(value), "{name}");
    }
    page.says(&format!("href=\"/tanks/{tank}/decommission\"")).never_says("data-here");
    browser.get("/tanks/new").await.says("data-here");
    browser.get(&format!("/tanks/{}/edit", app.id())).await.is(404);
}
