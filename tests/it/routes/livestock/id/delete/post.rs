use crate::routes::livestock::herd::{add, happens, other_tank, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn a_mistake_is_deleted_and_comes_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let page = browser.get(&path).await;
    page.says("Entered by mistake?").says(&format!("action=\"{path}/delete\""));
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), "/livestock");
    // Twice is once.
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    let list = browser.get("/livestock?show=all").await;
    list.says("The animal is deleted.").says(&format!("action=\"{path}/restore\"")).never_says("Guppy");
    browser.get(&path).await.is(404);
    browser.post(&format!("{path}/died"), &[]).await.is(404);
    browser.get(&format!("/tanks/{tank}")).await.never_says("Guppy");
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/restore"), &[]).await.leads_to(), path);
    }
    browser.get(&path).await.is(200).says("as it was before");
    assert_eq!(standing(&app).await, ["Guppy 5 Reef by the window"]);
}

#[tokio::test]
async fn an_animal_with_a_history_stays() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await.to_string();
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let some = [("which", "some"), ("quantity", "2"), ("tank", &*nano)];
    happens(&mut browser, &format!("{path}/move"), &some).await;
    let before = app.contents().await;
    let refused = browser.post(&format!("{path}/delete"), &[]).await;
    assert!(refused.is(422).problems()[0].starts_with("More happened than their coming."));
    // A group that was split off goes with the move that made it only: its animals would be lost.
    let group = app
        .column("select '/livestock/' || split_into from animal_events where split_into is not null")
        .await;
    browser.get(&group[0]).await.never_says("Entered by mistake?");
    let refused = browser.post(&format!("{}/delete", group[0]), &[]).await;
    assert!(refused.is(422).problems()[0].starts_with("This group was split off another one."));
    assert_eq!(app.contents().await, before);
}
