use futures_util::future::join_all;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_tank_is_added_with_its_profiles_set() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/tanks/new").await.form();
    form.set("name", "  Reef & <b>more</b> ").set("profile", "reef_sw").set("volume", "100,5");
    form.set("volume_unit", "us_gal").set("set_up_on", "2026-11-23").set("substrate", "Sand");
    form.set("notes", "A *pump*");
    let answer = browser.post_form(&form).await;
    let tank = app.column("select id::text from tanks").await.remove(0);
    // The script forgets the draft of the form that was saved.
    assert_eq!(answer.leads_to(), format!("/tanks/{tank}?saved={}", form.value("form_id").unwrap()));
    let page = browser.get(&format!("/tanks/{tank}")).await;
    page.is(200).says("The tank is added.").says("Reef &#38; &#60;b&#62;more").says("100.5 US gal");
    page.says("set up 23 Nov 2026").says("Sand").says("A <em>pump</em>").never_says("<b>more");
    let stored = app
        .column(
            "select concat_ws(' ', name, profile_key, volume, volume_unit, timezone, set_up_on) from tanks",
        )
        .await;
    assert_eq!(stored, ["Reef & <b>more</b> reef_sw 100.500 us_gal Europe/Berlin 2026-11-23"]);
    assert_eq!(app.count("tank_parameters").await, 10);
    assert_eq!(app.count("jobs").await, 0);
}

#[tokio::test]
async fn the_same_form_is_one_tank_however_often_and_fast() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/tanks/new").await.form();
    form.set("name", "Nano").set("profile", "planted_fw");
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
    assert_eq!(app.count("tanks").await, 2);
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_stays_as_typed() {
    let (app, mut browser) = TestApp::with_owner().await;
    let typed = [
        ("form_id", ""),
        ("name", " "),
        ("profile", "tea"),
        ("volume", "-3"),
        ("volume_unit", "us_gal"),
        ("set_up_on", "2026-11-25"),
        ("timezone", "Europe/Atlantis"),
    ];
    let answer = browser.post("/tanks/new", &typed).await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "This form is damaged. Reload the page and enter the tank again.",
            "Give the tank a name.",
            "Choose a profile.",
            "At least 0.01.",
            "This day is in the future.",
            "This is not a time zone. Write it like Europe/Berlin.",
        ]
    );
    let form = answer.form();
    for (name, value) in &typed[3..] {
        assert_eq!(form.value(name), Some(*value), "{name}");
    }
    assert_eq!(app.count("tanks").await, 0);
}
