use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::livestock::herd::{decommission, form_at, other_tank};
use crate::routes::support::TestApp;

#[tokio::test]
async fn an_animal_is_stored_with_its_coming_in_its_tanks_time() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = form_at(&mut browser, "/livestock/new").await;
    form.set("name", " Nemo <3 ").set("species", "Clownfish").set("scientific_name", "Amphiprion ocellaris");
    form.set("sex", "female").set("quantity", "2").set("notes", "eats\r\nall").set("note", "in a bag");
    form.set("acquired_at", "2026-11-23T12:30");
    let answer = browser.post_form(&form).await;
    let id = app.column("select id::text from animals").await.remove(0);
    // The script forgets the draft of the form that was saved.
    assert_eq!(answer.leads_to(), format!("/livestock/{id}?saved={}", form.value("form_id").unwrap()));
    let page = browser.get(&format!("/livestock/{id}")).await;
    page.is(200).says("The animal is added.").says("Nemo &#60;3").says("2 came into Reef by the window");
    // Where the tank stands it is one hour later than in UTC, going in and coming out.
    page.says("today 12:30").says("in a bag").says("eats\nall").says("female").says("Marina");
    let stored = app
        .column(
            "select concat_ws('|', a.name, a.species, a.scientific_name, a.sex, a.quantity, a.notes, e.kind, e.quantity,
                              e.occurred_at at time zone 'UTC', e.note, e.tank_id = a.tank_id, e.to_tank_id = a.tank_id)
             from animals a join animal_events e on e.animal_id = a.id",
        )
        .await;
    let expected = "Nemo <3|Clownfish|Amphiprion ocellaris|female|2|eats\nall|acquired|2|2026-11-23 11:30:00|in a bag|t|t";
    assert_eq!(stored, [expected]);
    browser.get(&format!("/tanks/{tank}")).await.says("Nemo &#60;3").says("2 animals");
}

#[tokio::test]
async fn days_when_clocks_change_are_the_tanks_own() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    for (zone, entered, utc, shown) in [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29 01:30:00", "29 Mar 03:30"), // skipped: forward
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25 00:30:00", "25 Oct 02:30"), // twice: the first
        ("America/New_York", "2026-03-08T02:30", "2026-03-08 07:30:00", "8 Mar 03:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01 05:30:00", "1 Nov 01:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04 14:45:00", "5 Apr 01:45"), // half an hour only
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03 15:45:00", "4 Oct 02:45"),
    ] {
        sqlx::query("update tanks set timezone = $1").bind(zone).execute(&app.database.pool).await.unwrap();
        let mut form = form_at(&mut browser, "/livestock/new").await;
        form.set("species", "Guppy").set("acquired_at", entered);
        let path = browser.post_form(&form).await.leads_to().to_owned();
        let stored = app
            .column("select (occurred_at at time zone 'UTC')::text from animal_events order by created_at desc, id desc limit 1")
            .await;
        assert_eq!(stored, [utc], "{zone} {entered}");
        browser.get(&path).await.says(shown);
        app.clock.advance(SignedDuration::from_secs(1));
    }
}

#[tokio::test]
async fn the_same_form_is_one_animal_however_often_and_fast() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let mut form = form_at(&mut browser, "/livestock/new").await;
    form.set("species", "Guppy").set("quantity", "5");
    let first = browser.post_form(&form).await.leads_to().to_owned();
    let before = app.contents().await;
    assert_eq!(browser.post_form(&form).await.leads_to(), first);
    assert_eq!(app.contents().await, before);

    form.set("form_id", &app.id());
    let answers = join_all((0..10).map(|_| {
        let (mut browser, form) = (browser.clone(), form.clone());
        async move { browser.post_form(&form).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.leads_to() == answers[0].leads_to()));
    assert_eq!((app.count("animals").await, app.count("animal_events").await), (2, 2));

    // A form whose animal was deleted since does not bring it back, and does not lead to a page that is not there.
    let path = answers[0].leads_to().split_once('?').unwrap().0.to_owned();
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    browser.post_form(&form).await.is(422).says("deleted since");
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_stays_as_typed() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let old = other_tank(&app, "Old").await;
    decommission(&app, old).await;
    let old = old.to_string();
    let long = "x".repeat(97);
    let typed = [
        ("form_id", "x"),
        ("species", " "),
        ("quantity", "1,5"),
        ("tank", &*old),
        ("acquired_at", "2026-11-23T12:30"),
        ("note", "fine"),
        ("scientific_name", &long),
        ("name", "\u{202e}omeN"),
        ("sex", "x"),
        ("notes", "fine too"),
    ];
    let answer = browser.post("/livestock/new", &typed).await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "This form is damaged. Reload the page and enter the animal again.",
            "Say what kind of animal it is.",
            "Enter a whole number.",
            "Choose one of the tanks.",
            "A scientific name has at most 96 characters.",
            "This contains characters that cannot be kept.",
            "Choose one of the list.",
        ]
    );
    let form = answer.form();
    for (name, value) in [typed[2], typed[4], typed[5], typed[6], typed[9]] {
        assert_eq!(form.value(name), Some(value), "{name}");
    }
    assert_eq!(app.count("animals").await, 0);
    let mut form = form_at(&mut browser, "/livestock/new").await;
    form.set("species", "Guppy").set("acquired_at", "2026-11-23T13:11");
    assert_eq!(browser.post_form(&form).await.is(422).problems(), ["This time is in the future."]);
    form.set("acquired_at", "");
    browser.post_form(&form).await.is(303);
}
