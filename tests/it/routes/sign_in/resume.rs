//! A session that ends while somebody types: nothing is lost, and nothing is saved twice.

use jiff::SignedDuration;

use crate::routes::support::{Ask, EMAIL, NOW_IN_BERLIN, PASSWORD, TestApp};

#[tokio::test]
async fn a_batch_survives_the_end_of_its_session() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/readings/new");
    let mut form = browser.get(&path).await.form();
    form.set("ph_value", "8,2")
        .set("nitrate_value", "<0.5")
        .set("note", "after the \"big\" change <3 & more");
    app.clock.advance(SignedDuration::from_hours(31 * 24));
    form.set("taken_at", "2026-12-24T13:00");

    let lapsed = browser.post_form(&form).await;
    lapsed.is(401).says("Your session ended before this was saved");
    assert_eq!(app.count("readings").await, 0);

    // A typo in the password on the way loses nothing either.
    let mut sign_in = lapsed.form();
    sign_in.set("email", EMAIL).set("password", "another hengst acker zaun");
    let refused = browser.post_form(&sign_in).await;
    let mut sign_in = refused.is(422).form();
    sign_in.set("email", EMAIL).set("password", PASSWORD);
    let resumed = browser.post_form(&sign_in).await;
    resumed.is(200).says("One step left").says("8,2").says("&#60;0.5");
    let form_again = resumed.form();
    assert_eq!(form_again.action, path);
    for name in form.names() {
        assert_eq!(form_again.value(name), form.value(name), "{name}");
    }
    assert!(!form_again.has("password"));

    let saved = browser.post_form(&form_again).await;
    assert!(saved.leads_to().starts_with(&format!("/tanks/{tank}")));
    browser.get("/").await.says("Saved 2 readings.");
    browser.post_form(&form_again).await.is(303);
    browser.get("/").await.says("nothing was added twice");
    assert_eq!((app.count("reading_sessions").await, app.count("readings").await), (1, 2));
    assert_eq!(app.column("select note from reading_sessions").await, ["after the \"big\" change <3 & more"]);
}

#[tokio::test]
async fn a_new_tank_survives_it_too() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/tanks/new").await.form();
    form.set("name", "Nano").set("profile", "reef_sw");
    browser.jar.clear();
    let mut sign_in = browser.post_form(&form).await.is(401).form();
    sign_in.set("email", EMAIL).set("password", PASSWORD);
    let resumed = browser.post_form(&sign_in).await.is(200).form();
    browser.post_form(&resumed).await.is(303);
    assert_eq!(app.column("select name from tanks").await, ["Nano"]);
}

#[tokio::test]
async fn only_forms_of_this_log_are_carried() {
    let (app, _, tank) = TestApp::with_tank("reef_sw").await;
    let mut stranger = app.browser();
    let out = stranger.post("/sign-out", &[("x", "1")]).await;
    assert!(!out.is(401).form().has("kept_action"));
    // Even where another site could plant them: the sign-in form itself takes only its own.
    for action in
        ["https://evil.example/", "//evil.example/tanks/new", "/sign-out", "/tanks/new?x", "/tanks/x/y"]
    {
        let typed = [("email", EMAIL), ("password", PASSWORD), ("kept_action", action), ("kept.name", "x")];
        let answer = app.browser().post("/sign-in", &typed).await;
        assert_eq!(answer.leads_to(), "/", "{action}");
    }
    // And what cannot be read is not carried.
    let garbled = Ask::post("/tanks/new").header("content-type", "text/plain").body("name=x");
    assert!(!stranger.send(garbled).await.is(401).form().has("kept_action"));
    let large = format!("taken_at={NOW_IN_BERLIN}&note={}", "x".repeat(70 * 1024));
    let path = format!("/tanks/{tank}/readings/new");
    assert!(!stranger.send(Ask::post(&path).body(large)).await.is(401).form().has("kept_action"));
}
