use futures_util::future::join_all;

use crate::routes::livestock::herd::{add, form_at, happens, send, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn the_last_one_ends_it_and_notes_go_on() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "3", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "1"), ("note", "jumped")]).await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "2")]).await;
    let page = browser.get(&path).await;
    page.says("gone since today 13:00").says("All 2 died").says("none left").says("jumped");
    page.never_says(&format!("{path}/move")).says(&format!("{path}/note"));
    assert_eq!(standing(&app).await, ["Guppy 0 Reef by the window"]);
    // The timeline still tells of them.
    browser.get(&format!("/tanks/{tank}")).await.says("What lives in it?").says("Guppy");
    for (action, fields) in
        [("died", &[("quantity", "1")][..]), ("add", &[("quantity", "1")]), ("rehomed", &[("quantity", "1")])]
    {
        let answer = send(&mut browser, &format!("{path}/{action}"), fields).await;
        assert_eq!(answer.is(422).problems(), ["None were left at that time."], "{action}");
    }
    happens(&mut browser, &format!("{path}/note"), &[("kind", "health"), ("note", "it was the pump")]).await;
}

#[tokio::test]
async fn more_than_there_were_is_refused_then_and_later() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let page = format!("{path}/died");
    happens(&mut browser, &page, &[("quantity", "3"), ("occurred_at", "2026-11-20T10:00")]).await;
    let before = app.contents().await;
    for (quantity, at, problem) in [
        ("3", "2026-11-21T10:00", "There were only 2 at that time."),
        ("6", "2026-11-15T10:00", "There were only 5 at that time."),
        (
            "3",
            "2026-11-15T10:00",
            "This does not go with “3 died” on 20 Nov 2026, 10:00: there would be only 2 by then. Correct that first.",
        ),
        ("0", "2026-11-21T10:00", "At least 1."),
        ("", "2026-11-21T10:00", "Enter how many."),
        ("99999999999999999999", "2026-11-21T10:00", "At most 100000."),
    ] {
        let answer = send(&mut browser, &page, &[("quantity", quantity), ("occurred_at", at)]).await;
        assert_eq!(answer.is(422).problems(), [problem], "{quantity} {at}");
        assert_eq!(answer.form().value("quantity"), Some(quantity));
    }
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn the_same_form_is_one_event_however_often_and_fast() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let other = add(&mut browser, tank, "Tetra", "5", "2026-11-10T10:00").await;
    let form = form_at(&mut browser, &format!("{path}/died")).await;
    let answers = join_all((0..10).map(|_| {
        let (mut browser, form) = (browser.clone(), form.clone());
        async move { browser.post_form(&form).await.status }
    }))
    .await;
    assert_eq!(answers, [303; 10]);
    assert_eq!(standing(&app).await, ["Guppy 4 Reef by the window", "Tetra 5 Reef by the window"]);
    let before = app.contents().await;
    let again = browser.post_form(&form).await.leads_to().to_owned();
    browser.get(&again).await.says("nothing was added twice");
    // Of another animal it is no event at all.
    let mut stolen = form.clone();
    stolen.action = format!("{other}/died");
    browser.post_form(&stolen).await.is(422).says("used for something else");
    assert_eq!(app.contents().await, before);
    // What was removed does not come back with an old form.
    let id = form.value("form_id").unwrap();
    browser.post(&format!("{path}/events/{id}/remove"), &[]).await.is(303);
    browser.post_form(&form).await.is(303);
    assert_eq!(standing(&app).await[0], "Guppy 5 Reef by the window");
}
