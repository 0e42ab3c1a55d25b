use futures_util::future::join_all;

use crate::routes::livestock::herd::{add, decommission, form_at, happens, other_tank, send, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn all_of_them_move() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await.to_string();
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/move"), &[("which", "all"), ("tank", &nano)]).await;
    assert_eq!(standing(&app).await, ["Guppy 5 Nano"]);
    browser.get(&format!("/tanks/{nano}")).await.says("Guppy").says("5 animals");
    browser.get(&format!("/tanks/{tank}")).await.never_says("5 animals").says("What lives in it?");
}

#[tokio::test]
async fn some_of_them_become_a_group_that_knows_where_it_came_from() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await.to_string();
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let mut form = form_at(&mut browser, &format!("{path}/move")).await;
    form.set("which", "some").set("quantity", "2").set("tank", &nano).set("note", "too many here");
    assert!(browser.post_form(&form).await.leads_to().starts_with(&path));
    assert_eq!(standing(&app).await, ["Guppy 3 Reef by the window", "Guppy 2 Nano"]);
    let group = app
        .column("select '/livestock/' || split_into from animal_events where split_into is not null")
        .await;
    browser.get(&path).await.says("2 moved to Nano").says(&group[0]).says("3 left");
    let page = browser.get(&group[0]).await;
    page.says("2 came into Nano").says("<dt>Came from</dt>").says(&path).says("too many here");
    // The group's coming is corrected where it was split off.
    let moved = app.column("select '/events/' || id from animal_events where kind = 'moved'").await;
    page.says(&format!("{path}{}", moved[0]));

    // The same form again, at once and later, is the same split.
    let before = app.contents().await;
    browser.post_form(&form).await.is(303);
    assert_eq!(app.contents().await, before);
    form.set("form_id", &app.id()).set("quantity", "1");
    let answers = join_all((0..10).map(|_| {
        let (mut browser, form) = (browser.clone(), form.clone());
        async move { browser.post_form(&form).await.status }
    }))
    .await;
    assert_eq!(answers, [303; 10]);
    assert_eq!(standing(&app).await, ["Guppy 2 Nano", "Guppy 2 Reef by the window", "Guppy 1 Nano"]);
    // Some that are all is all: no group is made, and none is left behind empty.
    happens(&mut browser, &format!("{path}/move"), &[("which", "some"), ("quantity", "2"), ("tank", &nano)])
        .await;
    assert_eq!(standing(&app).await, ["Guppy 2 Nano", "Guppy 2 Nano", "Guppy 1 Nano"]);
}

#[tokio::test]
async fn what_cannot_be_is_refused_beside_its_field() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (nano, old) = (other_tank(&app, "Nano").await, other_tank(&app, "Old").await);
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    let page = format!("{path}/move");
    browser.get(&page).await.says("Old");
    decommission(&app, old).await;
    browser.get(&page).await.never_says(">Old<");
    let (reef, nano, old) = (tank.to_string(), nano.to_string(), old.to_string());
    let before = app.contents().await;
    for (fields, field, problem) in [
        (&[("tank", &*old)][..], "tank", "Choose one of the tanks."),
        (&[("tank", &*reef)], "tank", "They were in this tank already at that time."),
        (&[("tank", "x")], "tank", "Choose one of the tanks."),
        (&[("which", "few")], "which", "Choose whether all of them move, or some."),
        (&[("which", "some")], "quantity", "Enter how many."),
        (&[("which", "some"), ("quantity", "6")], "quantity", "There were only 5 at that time."),
        (&[("occurred_at", "2026-11-09T10:00")], "occurred_at", "They had not come yet at that time."),
        (&[("occurred_at", "2026-11-23T13:11")], "occurred_at", "This time is in the future."),
        (&[("form_id", "x")], "form", "This form is damaged. Reload the page and enter it again."),
    ] {
        let mut all = vec![("tank", &*nano)];
        all.extend(fields.iter().filter(|(name, _)| *name == "tank"));
        let mut form = form_at(&mut browser, &page).await;
        for (name, value) in all.iter().chain(fields) {
            form.set(name, value);
        }
        let answer = browser.post_form(&form).await;
        assert_eq!(answer.is(422).problems(), [problem], "{fields:?}");
        if field != "form" {
            answer.says(&format!("id=\"{field}-error\""));
        }
        for (name, value) in fields.iter().filter(|(name, _)| ["quantity", "occurred_at"].contains(name)) {
            assert_eq!(answer.form().value(name), Some(*value), "{name}");
        }
    }
    assert_eq!(app.contents().await, before);
    // The tank is taken down between the form and its sending.
    let mut form = form_at(&mut browser, &page).await;
    form.set("tank", &nano);
    sqlx::query("update tanks set decommissioned_on = '2026-11-22' where id::text = $1")
        .bind(&nano)
        .execute(&app.database.pool)
        .await
        .unwrap();
    assert_eq!(browser.post_form(&form).await.is(422).problems(), ["Choose one of the tanks."]);
    browser.get(&page).await.says("No other tank");
    let none = send(&mut browser, &format!("{path}/note"), &[("note", "alone")]).await;
    none.is(303);
}
