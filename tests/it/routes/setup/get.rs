use crate::routes::support::TestApp;

#[tokio::test]
async fn the_form_is_there_until_somebody_is() {
    let app = TestApp::anonymous().await;
    let page = app.browser().get("/setup").await;
    let form = page.is(200).form();
    assert_eq!(form.action, "/setup");
    assert_eq!(form.names().collect::<Vec<_>>(), ["code", "name", "email", "password", "again", "units"]);
    assert!(form.names().all(|name| form.value(name) == Some(if name == "units" { "metric" } else { "" })));
    page.never_says("class=\"nav\"");

    app.owner().await;
    assert_eq!(app.browser().get("/setup").await.leads_to(), "/");
}
