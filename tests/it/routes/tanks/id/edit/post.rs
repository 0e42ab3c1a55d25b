use futures_util::future::join_all;

use crate::routes::support::TestApp;

const STORED: &str = "select concat_ws('|', name, profile_key, volume, volume_unit, timezone, set_up_on,
                                       substrate, notes, version) from tanks";

#[tokio::test]
async fn a_tank_is_changed_and_shows_it() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/edit");
    let mut form = browser.get(&path).await.form();
    form.set("name", " Reef two ").set("volume", "100").set("volume_unit", "L").set("substrate", " Sand ");
    form.set(
        "notes",
        "# Pump\r\n\r\n<script>alert(1)</script> [x](javascript:alert(1))\r\n\r\n- **3,000** L/h",
    );
    form.set("set_up_on", "2026-11-23").set("timezone", "america/new_york");
    assert_eq!(browser.post_form(&form).await.leads_to(), format!("/tanks/{tank}"));
    let page = browser.get(&format!("/tanks/{tank}")).await;
    page.says("The tank is saved.")
        .says("Reef two")
        .says("100 L")
        .says("Sand")
        .says("America/New_York (EST)");
    page.says("<h3>Pump</h3>").says("<strong>3,000</strong>").says("&#60;script&#62;alert(1)");
    page.never_says("<script>").never_says("href=\"javascript:").never_says("volume: 100.0");
    let stored = app.column(STORED).await.remove(0);
    assert!(
        stored.starts_with("Reef two|reef_sw|100.000|L|America/New_York|2026-11-23|Sand|# Pump\n\n<script>"),
        "{stored}"
    );
    assert!(stored.ends_with("|2"), "{stored}");

    // Volume is kept as entered, whatever is edited around it.
    for unit in ["us_gal", "uk_gal", "L"] {
        let mut form = browser.get(&path).await.form();
        form.set("volume", "100").set("volume_unit", unit);
        browser.post_form(&form).await.is(303);
        let form = browser.get(&path).await.form();
        assert_eq!((form.value("volume"), form.value("volume_unit")), (Some("100"), Some(unit)));
    }
}

#[tokio::test]
async fn the_same_edit_twice_is_one_and_an_older_form_takes_nothing_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/edit");
    let mut mine = browser.get(&path).await.form();
    let mut theirs = mine.clone();
    mine.set("substrate", "Sand");
    let answers = join_all((0..8).map(|_| {
        let (mut browser, form) = (browser.clone(), mine.clone());
        async move { browser.post_form(&form).await }
    }))
    .await;
    assert!(answers.iter().all(|answer| answer.status == 303));
    let before = app.contents().await;
    assert!(app.column(STORED).await[0].ends_with("|Sand|2"));

    theirs.set("name", "Mangroves");
    let answer = browser.post_form(&theirs).await;
    answer.is(422).says("Somebody else changed this tank").says("substrate Sand").says("value=\"Mangroves\"");
    assert_eq!(app.contents().await, before);
    // Now that they have seen it, the next save counts.
    let mut again = answer.form();
    again.set("substrate", "Sand");
    browser.post_form(&again).await.is(303);
    assert!(app.column(STORED).await[0].starts_with("Mangroves|reef_sw"));
    assert!(app.column(STORED).await[0].ends_with("|Sand|3"));
}

#[tokio::test]
async fn another_profile_adds_what_belongs_to_it_and_keeps_what_was_chosen() {
    let (app, mut browser, tank) = TestApp::with_tank("planted_fw").await;
    let parameters = format!("/tanks/{tank}/parameters");
    let mut form = browser.get(&parameters).await.form();
    form.set("track.nitrite", "").set("track.co2", "1");
    browser.post_form(&form).await.is(303);
    let path = format!("/tanks/{tank}/edit");
    let mut form = browser.get(&path).await.form();
    form.set("profile", "reef_sw");
    assert_eq!(browser.post_form(&form).await.leads_to(), parameters);
    let page = browser.get(&parameters).await;
    page.says("what belongs to it is tracked as well").says("OK 8.1 to 8.4").says("Reef Saltwater");
    let tracked = app
        .column(
            "select string_agg(key, ' ' order by tp.position) from tank_parameters tp
             join parameters p on p.id = parameter_id where tracked",
        )
        .await;
    assert_eq!(
        tracked,
        ["temperature ph ammonia nitrate phosphate kh gh co2 salinity calcium magnesium"],
        "the new profile's come last, nitrite stays unticked, GH and CO₂ stay"
    );
}

#[tokio::test]
async fn everything_wrong_is_said_at_once_and_stays_as_typed() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/edit");
    let before = app.contents().await;
    let long = "n".repeat(4097);
    let typed = [
        ("version", "1"),
        ("name", ""),
        ("profile", "tea"),
        ("volume", "1e5"),
        ("volume_unit", "L"),
        ("set_up_on", "2026-11-24"),
        ("substrate", "a\nb"),
        ("notes", &long),
        ("timezone", "Mars"),
    ];
    let answer = browser.post(&path, &typed).await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "Give the tank a name.",
            "Choose a profile.",
            "Write the number out, without an exponent.",
            "This contains characters that cannot be kept.",
            "At most 4096 characters.",
            "This is not a time zone. Write it like Europe/Berlin.",
        ],
        "with no zone, today is today anywhere"
    );
    answer.says(&long).says("value=\"1e5\"");
    assert_eq!(app.contents().await, before);
    browser.post(&format!("/tanks/{}/edit", app.id()), &typed).await.is(404);
}

#[tokio::test]
async fn the_day_is_judged_in_the_tanks_own_zone() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/edit");
    // In Berlin it is 13:00 on the 23rd.
    for (zone, day, status) in [
        ("Pacific/Kiritimati", "2026-11-24", 303),
        ("Europe/Berlin", "2026-11-24", 422),
        ("Australia/Lord_Howe", "2026-11-23", 303),
        ("America/New_York", "2026-11-23", 303),
        ("Pacific/Pago_Pago", "2026-11-24", 422),
    ] {
        let mut form = browser.get(&path).await.form();
        form.set("timezone", zone).set("set_up_on", day);
        browser.post_form(&form).await.is(status);
    }
    sqlx::query("update tanks set set_up_on = null, decommissioned_on = '2026-11-01'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let mut form = browser.get(&path).await.form();
    form.set("set_up_on", "2026-11-02");
    let answer = browser.post_form(&form).await;
    assert_eq!(answer.is(422).problems(), ["This day is after the tank was taken down."]);
}

#[tokio::test]
async fn tasks_follow_the_tanks_zone() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water").set("tank", &tank.to_string()).set("due_time", "18:30");
    form.set("starts_on", "2026-11-24").set("how", "days").set("every_days", "7");
    browser.post_form(&form).await.is(303);
    let due = "select (next_due_at at time zone 'UTC')::text from tasks";
    assert_eq!(app.column(due).await, ["2026-11-24 17:30:00"]);
    let path = format!("/tanks/{tank}/edit");
    let mut form = browser.get(&path).await.form_to(&path);
    form.set("timezone", "America/New_York");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.column(due).await, ["2026-11-24 23:30:00"]);
}
