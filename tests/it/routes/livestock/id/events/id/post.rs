use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::livestock::herd::{
    add, decommission, event, form_at, happens, other_tank, send, standing,
};
use crate::routes::support::TestApp;

#[tokio::test]
async fn a_correction_keeps_what_it_was_and_can_be_undone() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "3"), ("occurred_at", "2026-11-20T10:00")])
        .await;
    let died = event(&app, "died").await;
    let form = browser.get(&died).await;
    form.says("Correct: 3 died").says("Remove this entry");
    app.clock.advance(SignedDuration::from_mins(5));
    let fields = [("quantity", "2"), ("occurred_at", "2026-11-21T11:00"), ("note", "counted again")];
    happens(&mut browser, &died, &fields).await;
    assert_eq!(standing(&app).await, ["Guppy 3 Reef by the window"]);
    let page = browser.get(&path).await;
    page.says("Corrected.")
        .says("2 died")
        .says("21 Nov 11:00")
        .says("counted again")
        .says("<span>corrected</span>");
    page.says("Corrected: 3 died, 20 Nov 2026, 10:00 became 2 died, 21 Nov 2026, 11:00, “counted again”");
    let revision = app
        .column(
            "select concat_ws('|', change, before->>'quantity', after->>'quantity', before->>'occurred_at',
                              after->>'note', changed_at at time zone 'UTC',
                              (select display_name from keepers k where k.id = changed_by))
             from animal_event_revisions",
        )
        .await;
    assert_eq!(revision, ["corrected|3|2|2026-11-20T09:00:00Z|counted again|2026-11-23 12:05:00|Marina"]);

    let undo = page.between("<p>Corrected.</p><form method=\"post\" action=\"", "\"").to_owned();
    browser.post(&undo, &[]).await.is(303);
    assert_eq!(standing(&app).await, ["Guppy 2 Reef by the window"]);
    browser.get(&path).await.says("as it was before").says("3 died");
    let before = app.contents().await;
    browser.post(&undo, &[]).await.is(303);
    browser.get(&path).await.says("nothing was done");
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_correction_that_cannot_be_names_what_stands_against_it() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let old = other_tank(&app, "Old").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "3"), ("occurred_at", "2026-11-20T10:00")])
        .await;
    decommission(&app, old).await;
    let old = old.to_string();
    let (came, died) = (event(&app, "acquired").await, event(&app, "died").await);
    let before = app.contents().await;
    let later = "This does not go with “3 died” on 20 Nov 2026, 10:00:";
    for (path, fields, problem) in [
        (
            &came,
            &[("quantity", "2")][..],
            format!("{later} there would be only 2 by then. Correct that first."),
        ),
        (
            &came,
            &[("occurred_at", "2026-11-21T10:00")],
            format!("{later} they would not have come by then. Correct that first."),
        ),
        (&came, &[("tank", &*old)], "Choose one of the tanks.".to_owned()),
        (&came, &[("occurred_at", "")], "Enter a date and a time.".to_owned()),
        (&died, &[("quantity", "6")], "There were only 5 at that time.".to_owned()),
        (&died, &[("occurred_at", "2026-11-09T10:00")], "They had not come yet at that time.".to_owned()),
        (&died, &[("occurred_at", "2026-11-24T10:00")], "This time is in the future.".to_owned()),
        (
            &died,
            &[("form_id", "x")],
            "This form is damaged. Reload the page and correct it again.".to_owned(),
        ),
        (&died, &[("seen", "x")], "This form is damaged. Reload the page and correct it again.".to_owned()),
        (&died, &[("note", "a\u{1}")], "This contains characters that cannot be kept.".to_owned()),
    ] {
        let answer = send(&mut browser, path, fields).await;
        assert_eq!(answer.is(422).problems(), [problem], "{fields:?}");
    }
    assert_eq!(app.contents().await, before);
    // Their coming is not removed: without it there is no animal.
    browser.get(&came).await.never_says("Remove this entry");
    let refused = browser.post(&format!("{came}/remove"), &[]).await;
    assert!(refused.is(422).problems()[0].starts_with("Without this they never came."));
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_split_and_its_group_are_corrected_together() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (nano, far) = (other_tank(&app, "Nano").await.to_string(), other_tank(&app, "Far").await.to_string());
    let path = add(&mut browser, tank, "Guppy", "10", "2026-11-10T10:00").await;
    let some = [("which", "some"), ("quantity", "4"), ("tank", &*nano), ("occurred_at", "2026-11-15T10:00")];
    happens(&mut browser, &format!("{path}/move"), &some).await;
    let group = app
        .column("select '/livestock/' || split_into from animal_events where split_into is not null")
        .await
        .remove(0);
    let moved = event(&app, "moved").await;
    happens(&mut browser, &moved, &[("quantity", "6"), ("tank", &far), ("occurred_at", "2026-11-14T10:00")])
        .await;
    assert_eq!(standing(&app).await, ["Guppy 6 Far", "Guppy 4 Reef by the window"]);
    browser.get(&group).await.says("14 Nov 10:00").says("6 came into Far");

    happens(
        &mut browser,
        &format!("{group}/died"),
        &[("quantity", "5"), ("occurred_at", "2026-11-16T10:00")],
    )
    .await;
    let before = app.contents().await;
    for fields in [&[("quantity", "3")][..], &[("occurred_at", "2026-11-17T10:00")]] {
        let answer = send(&mut browser, &moved, fields).await;
        assert!(
            answer.is(422).problems()[0].starts_with("The group that was split off would then"),
            "{fields:?}"
        );
    }
    assert_eq!(
        send(&mut browser, &moved, &[("quantity", "11")]).await.is(422).problems(),
        ["There were only 10 at that time."]
    );
    // Of the group itself only the note of its coming is its own.
    let came = format!(
        "{group}/events/{}",
        app.column("select id::text from animal_events where kind = 'acquired' and quantity = 6").await[0]
    );
    let answer = send(&mut browser, &came, &[("quantity", "7")]).await;
    assert!(answer.is(422).problems()[0].starts_with("This group was split off another one."));
    let refused = browser.post(&format!("{moved}/remove"), &[]).await;
    assert!(
        refused.is(422).problems()[0].starts_with("The group that was split off has a history of its own")
    );
    assert_eq!(app.contents().await, before);
    happens(&mut browser, &came, &[("note", "the small ones")]).await;

    // Without a history of its own the group goes with the move, and comes back with it.
    browser.post(&format!("{}/remove", event(&app, "died").await), &[]).await.is(303);
    browser.post(&format!("{moved}/remove"), &[]).await.is(303);
    assert_eq!(standing(&app).await, ["Guppy 10 Reef by the window"]);
    browser.get(&group).await.is(404);
    // Not on its own: its animals are in the first group again.
    browser.post(&format!("{group}/restore"), &[]).await.is(404);
    let page = browser.get(&path).await;
    let undo = page.between("<p>Removed.</p><form method=\"post\" action=\"", "\"").to_owned();
    browser.post(&undo, &[]).await.is(303);
    assert_eq!(standing(&app).await, ["Guppy 6 Far", "Guppy 4 Reef by the window"]);
    browser.get(&group).await.is(200).says("the small ones").says(&path);
}

#[tokio::test]
async fn two_who_correct_at_once_do_not_overwrite_each_other() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "50", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "3")]).await;
    let died = event(&app, "died").await;
    let opened = form_at(&mut browser, &died).await;
    let sent = join_all((10..20).map(|number| {
        let (mut browser, mut form, id) = (browser.clone(), opened.clone(), app.id());
        form.set("form_id", &id).set("quantity", &number.to_string());
        async move { browser.post_form(&form).await }
    }))
    .await;
    assert_eq!(sent.iter().filter(|answer| answer.status == 303).count(), 1);
    for answer in sent.iter().filter(|answer| answer.status != 303) {
        assert!(answer.is(422).problems()[0].starts_with("Somebody changed this since you opened it."));
    }
    assert_eq!(app.count("animal_event_revisions").await, 1);

    // The same form twice corrects once, whatever was changed after it.
    let mut form = form_at(&mut browser, &died).await;
    form.set("quantity", "7");
    browser.post_form(&form).await.is(303);
    happens(&mut browser, &died, &[("quantity", "8")]).await;
    let before = app.contents().await;
    browser.post_form(&form).await.is(303);
    assert_eq!(app.contents().await, before);
    // The same again is no change.
    happens(&mut browser, &died, &[]).await;
    browser.get(&path).await.says("it says this already");
    assert_eq!(app.contents().await, before);
}
