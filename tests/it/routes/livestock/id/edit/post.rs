use crate::routes::livestock::herd::{add, form_at, happens, send};
use crate::routes::support::TestApp;

#[tokio::test]
async fn facts_are_changed_and_nothing_else() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Gupy", "5", "2026-11-10T10:00").await;
    let events = app.column("select animal_events::text from animal_events").await;
    let fields =
        [("species", "Guppy"), ("name", "The gang"), ("sex", "male"), ("quantity", "99"), ("tank", "x")];
    happens(&mut browser, &format!("{path}/edit"), &fields).await;
    browser
        .get(&path)
        .await
        .says("Saved.")
        .says("The gang")
        .says("male")
        .says("<span class=\"num\">5</span>");
    assert_eq!(app.column("select animal_events::text from animal_events").await, events);
    let form = form_at(&mut browser, &format!("{path}/edit")).await;
    assert_eq!((form.value("name"), form.value("sex")), (Some("The gang"), Some("male")));

    let before = app.contents().await;
    let answer =
        send(&mut browser, &format!("{path}/edit"), &[("species", ""), ("notes", &"n".repeat(513))]).await;
    assert_eq!(
        answer.is(422).problems(),
        ["Say what kind of animal it is.", "A note has at most 512 characters."]
    );
    assert_eq!(answer.form().value("name"), Some("The gang"));
    assert_eq!(app.contents().await, before);
}
