use futures_util::future::join;

use crate::routes::support::TestApp;

const TRACKED: &str = "select coalesce(string_agg(key, ' ' order by tp.position), '') from tank_parameters tp
                       join parameters p on p.id = parameter_id where tracked";

#[tokio::test]
async fn what_is_ticked_is_tracked_in_the_order_chosen() {
    let (app, mut browser, tank) = TestApp::with_tank("planted_fw").await;
    let path = format!("/tanks/{tank}/parameters");
    let page = browser.get(&path).await;
    page.is(200).says("OK 22.2 to 25.6 °C, every 7 days").says("Iron").never_says("Calcium");
    let mut form = page.form();
    form.set("track.ammonia", "").set("track.iron", "1").set("track.calcium", "1").set("track.tea", "1");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    browser.get(&path).await.says("Saved what this tank tracks.");
    assert_eq!(app.column(TRACKED).await, ["temperature ph nitrite nitrate phosphate kh gh iron"]);
    // Sent once more, nothing changes.
    let before = app.contents().await;
    browser.post_form(&form).await.is(303);
    assert_eq!(app.contents().await, before);

    let mut form = browser.get(&path).await.form();
    form.set("move", "iron.0").set("track.gh", "");
    assert_eq!(browser.post_form(&form).await.leads_to(), format!("{path}#row-iron"));
    assert_eq!(app.column(TRACKED).await, ["iron temperature ph nitrite nitrate phosphate kh"]);
    browser.get(&path).await.says("id=\"row-iron\"").says("value=\"iron.1\"");
    for nonsense in ["iron.99999999999999999999", "iron.-1", "tea.1", ".", "iron", "gh.0"] {
        let mut form = browser.get(&path).await.form();
        form.set("move", nonsense);
        browser.post_form(&form).await.is(303);
        assert_eq!(
            app.column(TRACKED).await,
            ["iron temperature ph nitrite nitrate phosphate kh"],
            "{nonsense}"
        );
    }
    let batch = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    assert!(batch.has("iron_value") && !batch.has("ammonia_value"));
}

#[tokio::test]
async fn two_who_change_different_things_both_get_theirs() {
    let (app, mut browser, tank) = TestApp::with_tank("planted_fw").await;
    let path = format!("/tanks/{tank}/parameters");
    let (mut one, mut other) = (browser.get(&path).await.form(), browser.get(&path).await.form());
    one.set("track.iron", "1").set("track.gh", "");
    other.set("track.co2", "1").set("track.ammonia", "");
    let mut second = browser.clone();
    let (first, second) = join(browser.post_form(&one), second.post_form(&other)).await;
    assert_eq!((first.status, second.status), (303, 303));
    let tracked = app.column(TRACKED).await.remove(0);
    assert!(tracked.contains("iron") && tracked.contains("co2"), "{tracked}");
    assert!(!tracked.contains("gh") && !tracked.contains("ammonia"), "{tracked}");
}

#[tokio::test]
async fn a_tank_that_tracks_nothing_is_refused() {
    let (app, mut browser, tank) = TestApp::with_tank("planted_fw").await;
    let path = format!("/tanks/{tank}/parameters");
    let before = app.contents().await;
    let answer = browser.post(&path, &[("was", "temperature,ph")]).await;
    assert_eq!(
        answer.is(422).problems(),
        ["Tick at least one parameter: a tank without any has nothing to log."]
    );
    assert_eq!(app.contents().await, before);
    browser.get(&format!("/tanks/{}/parameters", app.id())).await.is(404);
    browser.post(&format!("/tanks/{}/parameters", app.id()), &[("track.ph", "1")]).await.is(404);
}
