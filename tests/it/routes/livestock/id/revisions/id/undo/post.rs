use crate::routes::livestock::herd::{add, event, happens, other_tank, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn what_no_longer_fits_is_not_put_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "4"), ("occurred_at", "2026-11-12T10:00")])
        .await;
    browser.post(&format!("{}/remove", event(&app, "died").await), &[]).await.is(303);
    let undo = format!(
        "{path}/revisions/{}/undo",
        app.column("select id::text from animal_event_revisions").await[0]
    );
    happens(
        &mut browser,
        &format!("{path}/rehomed"),
        &[("quantity", "3"), ("occurred_at", "2026-11-11T10:00")],
    )
    .await;
    let before = app.contents().await;
    let refused = browser.post(&undo, &[]).await;
    assert_eq!(refused.is(422).problems().len(), 1);
    assert_eq!(app.contents().await, before);
    // Once that is out of the way it is put back, and the list of changes says so.
    browser.post(&format!("{}/remove", event(&app, "rehomed").await), &[]).await.is(303);
    browser.post(&undo, &[]).await.is(303);
    assert_eq!(standing(&app).await, ["Guppy 1 Reef by the window"]);
    let page = browser.get(&path).await;
    page.says("Removed: 3 rehomed, 11 Nov 2026, 10:00").says("Put back: 4 died, 12 Nov 2026, 10:00");
    // A change of another animal is none of this one.
    let other = add(&mut browser, tank, "Tetra", "5", "2026-11-10T10:00").await;
    browser.post(&undo.replace(&path, &other), &[]).await.is(404);
}

#[tokio::test]
async fn a_tank_that_is_gone_for_good_takes_nothing_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/move"), &[("tank", &nano.to_string())]).await;
    browser.post(&format!("{}/remove", event(&app, "moved").await), &[]).await.is(303);
    let revision = app.column("select id::text from animal_event_revisions").await.remove(0);
    sqlx::query("delete from tanks where id = $1").bind(nano.0).execute(&app.database.pool).await.unwrap();
    let before = app.contents().await;
    let refused = browser.post(&format!("{path}/revisions/{revision}/undo"), &[]).await;
    assert_eq!(refused.is(422).problems(), ["This tank is not there any more. Choose another one."]);
    assert_eq!(app.contents().await, before);
}
