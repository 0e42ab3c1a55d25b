use futures_util::future::join_all;

use crate::routes::livestock::herd::{add, event, happens, other_tank, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn what_was_removed_comes_back_as_it_was() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await.to_string();
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/move"), &[("tank", &nano), ("note", "by hand")]).await;
    // Straight from the notice, as one takes back a slip.
    let page = browser.get(&path).await;
    let undo = page.between("<p>Recorded.</p><form method=\"post\" action=\"", "\"").to_owned();
    assert_eq!(undo, format!("{}/remove", event(&app, "moved").await));
    let events = app.column("select animal_events::text from animal_events order by 1").await;
    let answers = join_all((0..10).map(|_| {
        let (mut browser, undo) = (browser.clone(), undo.clone());
        async move { browser.post(&undo, &[]).await.status }
    }))
    .await;
    assert_eq!(answers, [303; 10]);
    assert_eq!(standing(&app).await, ["Guppy 5 Reef by the window"]);
    assert_eq!(app.count("animal_event_revisions").await, 1);
    browser.post(&undo, &[]).await.is(303);
    let page = browser.get(&path).await;
    page.says("Removed: moved to another tank").never_says("All 5 moved");
    let back = page.between("<p>Removed.</p><form method=\"post\" action=\"", "\"").to_owned();
    browser.post(&back, &[]).await.is(303);
    assert_eq!(app.column("select animal_events::text from animal_events order by 1").await, events);
    assert_eq!(standing(&app).await, ["Guppy 5 Nano"]);
    browser.get(&path).await.says("Put back: moved to Nano");
}

#[tokio::test]
async fn what_others_rest_on_stays() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "2", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/add"), &[("quantity", "2"), ("occurred_at", "2026-11-11T10:00")])
        .await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "3"), ("occurred_at", "2026-11-12T10:00")])
        .await;
    let before = app.contents().await;
    let refused = browser.post(&format!("{}/remove", event(&app, "added").await), &[]).await;
    assert_eq!(
        refused.is(422).problems(),
        [
            "This does not go with “3 died” on 12 Nov 2026, 10:00: there would be only 2 by then. Correct that first."
        ]
    );
    assert_eq!(app.contents().await, before);
}
