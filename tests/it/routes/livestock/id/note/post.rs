use crate::routes::livestock::herd::{add, happens, send};
use crate::routes::support::TestApp;

#[tokio::test]
async fn what_was_seen_is_noted() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let page = format!("{path}/note");
    happens(&mut browser, &page, &[("kind", "health"), ("note", "thin")]).await;
    happens(&mut browser, &page, &[("kind", "note"), ("note", "eats")]).await;
    let stored =
        app.column("select kind || ' ' || note from animal_events where note is not null order by 1").await;
    assert_eq!(stored, ["health thin", "note eats"]);
    let before = app.contents().await;
    let long = "x".repeat(513);
    for (fields, problem) in [
        (&[("note", " ")][..], "Say what you saw."),
        (&[("note", &*long)], "A note has at most 512 characters."),
        (&[("note", "a\u{0}b")], "This contains characters that cannot be kept."),
        (&[("note", "fine"), ("kind", "rumour")], "Choose what the note is about."),
    ] {
        let answer = send(&mut browser, &page, fields).await;
        assert_eq!(answer.is(422).problems(), [problem]);
    }
    assert_eq!(app.contents().await, before);
}
