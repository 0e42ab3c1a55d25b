use crate::routes::support::TestApp;

#[tokio::test]
async fn tanks_are_listed_with_how_they_stand() {
    let (app, mut browser) = TestApp::with_owner().await;
    browser.get("/tanks").await.is(200).says("No tanks yet").says("href=\"/tanks/new\"");
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let first = app.tank(keeper, "Reef by the window", "reef_sw").await;
    let second = app.tank(keeper, "Nano <3", "planted_fw").await;
    let page = browser.get("/tanks").await;
    page.is(200).says("2 tanks").says(&format!("/tanks/{first}")).says(&format!("/tanks/{second}"));
    page.says("Reef by the window").says("Nano &#60;3").never_says("Nano <3").never_says("<table");
    let table = browser.get("/tanks?view=table").await;
    table.is(200).says("<table").says("Reef Saltwater").says("never").says(&format!("/tanks/{first}"));
}

#[tokio::test]
async fn they_are_found_by_name_profile_water_and_substrate() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    app.tank(keeper, "Kapitänsaquarium", "reef_sw").await;
    app.tank(keeper, "100% Nano_tank", "planted_fw").await;
    sqlx::query("update tanks set substrate = 'Aragonite' where profile_key = 'reef_sw'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let captain = "Kapitänsaquarium</a>";
    for (question, found) in [
        ("kapitan", [true, false]),
        ("++KAPIT%C3%84N+", [true, false]),
        ("saltwater", [true, false]),
        ("planted", [false, true]),
        ("freshwater+nano", [false, true]),
        ("aragonite+reef", [true, false]),
        ("%25", [false, true]),
        ("_", [false, true]),
        ("", [true, true]),
        ("%5C", [false, false]),
        ("%00", [true, true]),
        ("%27+or+1%3D1", [false, false]),
    ] {
        for view in ["cards", "table"] {
            let page = browser.get(&format!("/tanks?q={question}&view={view}")).await;
            let there = [captain, "100% Nano_tank</a>"].map(|name| page.is(200).body.contains(name));
            assert_eq!(there, found, "{question} {view}");
        }
    }
    let page = browser.get("/tanks?q=unobtainium&view=table").await;
    page.says("No tank has “unobtainium”").says("href=\"/tanks?view=table\"").says("value=\"unobtainium\"");
    let page = browser.get("/tanks?q=%22%3E%3Cscript%3E&view=table").await;
    page.never_says("<script>").says("q=%22%3E%3Cscript%3E");
}

#[tokio::test]
async fn decommissioned_ones_have_their_own_list() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    browser.get("/tanks?status=decommissioned").await.is(200).says("No tank was decommissioned");
    browser.get("/tanks").await.never_says("status=decommissioned");
    sqlx::query("update tanks set decommissioned_on = '2026-11-01'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    app.tank(keeper, "Nano", "planted_fw").await;
    let page = browser.get("/tanks").await;
    page.says("In use 1").says("Decommissioned 1").says("Nano").never_says(&tank.to_string());
    let page = browser.get("/tanks?status=decommissioned").await;
    page.says(&tank.to_string()).says("Decommissioned 1 Nov 2026.").never_says("Nano</a>");
    for query in ["?status=x", "?view=x", "?status=", "?x=y&view=cards"] {
        browser.get(&format!("/tanks{query}")).await.is(200).says("Nano");
    }
}
