use crate::routes::livestock::herd::{decommission, other_tank};
use crate::routes::support::{NOW_IN_BERLIN, TestApp};

#[tokio::test]
async fn without_a_tank_there_is_nowhere_to_put_it() {
    let (_app, mut browser) = TestApp::with_owner().await;
    browser.get("/livestock/new").await.is(200).says("First, a tank").never_says("name=\"species\"");
}

#[tokio::test]
async fn the_tank_that_was_asked_for_is_chosen_if_it_is_in_use() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (nano, old) = (other_tank(&app, "Nano").await, other_tank(&app, "Old").await);
    decommission(&app, old).await;
    for (asked, chosen) in [(tank, Some(tank)), (nano, Some(nano)), (old, None)] {
        let page = browser.get(&format!("/livestock/new?tank={asked}")).await;
        page.is(200).never_says("Old");
        let form = page.form();
        assert!(chosen.is_none_or(|chosen| form.value("tank") == Some(&chosen.to_string())), "{asked}");
        // All stand in Berlin: the present minute there.
        assert_eq!(form.value("acquired_at"), Some(NOW_IN_BERLIN));
    }
    for nonsense in ["x", "", "%00", "019ab0de-7c1e-7000-8000-0000000000aa"] {
        browser.get(&format!("/livestock/new?tank={nonsense}")).await.is(200);
    }
}

#[tokio::test]
async fn where_clocks_differ_no_time_is_filled_in() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    other_tank(&app, "Nano").await;
    sqlx::query("update tanks set timezone = 'America/New_York' where id = $1")
        .bind(tank.0)
        .execute(&app.database.pool)
        .await
        .unwrap();
    let page = browser.get("/livestock/new").await;
    assert_eq!(page.form().value("acquired_at"), Some(""));
    page.says("In the time of the tank you choose.").never_says("data-zone");
}
