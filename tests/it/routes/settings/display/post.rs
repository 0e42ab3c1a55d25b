use crate::routes::support::TestApp;

#[tokio::test]
async fn every_page_follows_what_was_chosen() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    sqlx::query("update tanks set set_up_on = '2024-05-03'").execute(&app.database.pool).await.unwrap();
    let batch = format!("{path}/readings/new");
    for taken in ["2026-11-10T18:30", "2026-11-23T13:00"] {
        let mut form = browser.get(&batch).await.form();
        form.set("temperature_value", "25").set("salinity_value", "35").set("taken_at", taken);
        browser.post_form(&form).await.is(303);
    }
    let page = browser.get(&path).await;
    page.says("set up 3 May 2024").says("25.0</span> <span class=\"unit\">°C").says("today 13:00");
    browser.get("/").await.says("Monday 23 November");

    let page = browser.get("/settings/display").await;
    let mut form = page.is(200).form();
    assert_eq!(
        (form.value("units"), form.value("dates"), form.value("theme")),
        (Some("metric"), Some("day_first"), Some("system"))
    );
    page.says("19 Nov 2026, 18:30").says("Nov 19, 2026, 6:30 PM").says("2026-11-19, 18:30");
    form.set("units", "imperial").set("dates", "month_first").set("theme", "dark");
    form.set("unit.temperature", "degF").set("unit.salinity", "sg");
    assert_eq!(browser.post_form(&form).await.leads_to(), "/settings/display");
    browser.get("/settings/display").await.says("Every page now follows it.").says("data-theme=\"dark\"");

    let page = browser.get(&format!("{path}?parameter=salinity")).await;
    page.says("set up May 3, 2024").says("77.0</span> <span class=\"unit\">°F").says("today 1:00 PM");
    page.says("1.0264</span> <span class=\"unit\">SG").says("data-theme=\"dark\"");
    page.says("@Tue Nov 10|6:30 PM 1.0264").says(">Mon Nov 23</time>").never_says("23 Nov");
    let batch = browser.get(&batch).await;
    batch.says("77.0 °F").says("today");
    assert_eq!(batch.form().value("temperature_unit"), Some("degF"), "over the unit last used");
    assert_eq!(batch.form().value("kh_unit"), Some("dKH"));
    browser
        .get("/")
        .await
        .says("Monday, November 23")
        .says("77.0</span> <span class=\"unit\">°F")
        .says("today 1:00 PM");
    assert_eq!(browser.get("/tanks/new").await.form().value("volume_unit"), Some("us_gal"));
    assert_eq!(browser.get("/settings/display").await.form().value("unit.salinity"), Some("sg"));

    // Without choices of single parameters the unit last used at the tank holds, then the system's.
    let mut form = browser.get("/settings/display").await.form();
    form.set("unit.temperature", "").set("unit.salinity", "").set("dates", "iso").set("theme", "system");
    browser.post_form(&form).await.is(303);
    let page = browser.get(&path).await;
    page.says("25.0</span> <span class=\"unit\">°C").says("set up 2024-05-03").never_says("data-theme");
    assert_eq!(app.count("keeper_units").await, 0);
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let fresh = app.tank(keeper, "Nano", "reef_sw").await;
    let form = browser.get(&format!("/tanks/{fresh}/readings/new")).await.form();
    assert_eq!((form.value("temperature_unit"), form.value("salinity_unit")), (Some("degF"), Some("sg")));
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    let (app, mut browser) = TestApp::with_owner().await;
    let before = app.contents().await;
    let typed = [
        ("units", "imperial"),
        ("dates", "us"),
        ("theme", "pink"),
        ("unit.temperature", "ppm"),
        ("unit.salinity", "sg"),
    ];
    let answer = browser.post("/settings/display", &typed).await;
    assert_eq!(
        answer.is(422).problems(),
        ["Choose one of these.", "Choose one of these.", "Temperature: Choose one of the units."]
    );
    assert_eq!(answer.form().value("unit.salinity"), Some("sg"));
    assert_eq!(answer.form().value("units"), Some("imperial"));
    assert_eq!(app.contents().await, before);
    browser.post("/settings/display", &[]).await.is(422);
}

#[tokio::test]
async fn each_keeper_has_their_own() {
    let (app, mut browser) = TestApp::with_owner().await;
    let other = app.id();
    sqlx::query(
        "insert into keepers (id, email, display_name, password_hash, role, created_at)
         values ($1::uuid, 'b@example.org', 'Ben', 'none', 'keeper', now())",
    )
    .bind(&other)
    .execute(&app.database.pool)
    .await
    .unwrap();
    let mut ben = app.signed_in(other.parse().unwrap()).await;
    let mut form = browser.get("/settings/display").await.form();
    form.set("theme", "dark").set("unit.temperature", "degF");
    browser.post_form(&form).await.is(303);
    ben.get("/").await.never_says("data-theme");
    assert_eq!(ben.get("/settings/display").await.form().value("unit.temperature"), Some(""));
    let mut form = ben.get("/settings/display").await.form();
    form.set("theme", "light");
    ben.post_form(&form).await.is(303);
    browser.get("/").await.says("data-theme=\"dark\"");
    assert_eq!(app.count("keeper_units").await, 1);
}
