use std::fmt::Write as _;

use crate::routes::support::{Browser, TestApp};

async fn everything(app: &TestApp, browser: &mut Browser, path: &str) {
    for (kind, name, value) in [
        ("feeding", "subject", "mysis"),
        ("cleaning", "subject", "glass"),
        ("note", "note", "The heater hums."),
    ] {
        let address = format!("{path}/care/new?kind={kind}");
        let mut form = browser.get(&address).await.form_to(&address);
        form.set(name, value);
        browser.post_form(&form).await.is(303);
    }
    let batch = format!("{path}/readings/new");
    // The page begins with a notice that has a form of its own.
    let mut form = browser.get(&batch).await.form_to(&batch);
    form.set("form_id", &app.id())
        .set("ph_value", "8.15")
        .set("nitrate_value", "<0.5")
        .set("note", "in the morning");
    browser.post_form(&form).await.is(303);
}

#[tokio::test]
async fn readings_care_and_animals_are_one_timeline_that_can_be_narrowed() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    browser.get(&format!("{path}/timeline")).await.is(200).says("Nothing yet");
    everything(&app, &mut browser, &path).await;
    let other = app
        .tank(app.column("select id::text from keepers").await[0].parse().unwrap(), "Nano", "reef_sw")
        .await;
    let mut sql = format!(
        "insert into animals (id, form_id, species, tank_id, quantity, acquired_at, created_at)
         values ('019ab0de-7c1e-7000-8000-00000000000a', '019ab0de-7c1e-7000-8000-00000000000a', 'Neon tetra',
                 '{other}', 5, '2026-11-20T12:00Z', '2026-11-20T12:00Z');"
    );
    for (number, kind, at, from, to, count) in [
        (1, "acquired", "2026-11-20T12:00Z", tank, Some(tank), "5"),
        (2, "moved", "2026-11-21T12:00Z", tank, Some(other), "null"),
        (3, "died", "2026-11-22T12:00Z", other, None, "1"),
    ] {
        let to = to.map_or("null".to_owned(), |to| format!("'{to}'"));
        let _ = write!(
            sql,
            "insert into animal_events (id, animal_id, kind, tank_id, to_tank_id, quantity, occurred_at, created_at)
             values ('019ab0de-7c1e-7000-8000-00000000001{number}', '019ab0de-7c1e-7000-8000-00000000000a', '{kind}',
                     '{from}', {to}, {count}, '{at}', '{at}');"
        );
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&app.database.pool).await.unwrap();

    let page = browser.get(&format!("{path}/timeline")).await;
    for said in [
        "2 readings",
        "pH 8.15",
        "Nitrate &#60;0.5 ppm",
        "in the morning",
        "Fed mysis",
        "Cleaning: glass",
        "The heater hums.",
        "5 × Neon tetra came",
        "Neon tetra moved to Nano",
        "<time datetime=\"2026-11-23\">Today</time>",
        "<time datetime=\"2026-11-20\">20 Nov</time>",
        "href=\"/livestock/019ab0de-7c1e-7000-8000-00000000000a\"",
    ] {
        page.says(said);
    }
    page.never_says("died");
    let there = browser.get(&format!("/tanks/{other}/timeline")).await;
    there.says("Neon tetra came from Reef by the window").says("Neon tetra died").never_says("Fed mysis");
    for (kind, there, not_there) in [
        ("readings", "2 readings", "Fed mysis"),
        ("feedings", "Fed mysis", "Cleaning: glass"),
        ("upkeep", "Cleaning: glass", "2 readings"),
        ("notes", "The heater hums.", "Fed mysis"),
        ("livestock", "5 × Neon tetra came", "2 readings"),
        ("water", "Nothing of this kind", "Fed mysis"),
        ("doses", "Nothing of this kind", "2 readings"),
        ("tea", "2 readings", "Nothing of this kind"),
    ] {
        let page = browser.get(&format!("{path}/timeline?kind={kind}&at=nonsense")).await;
        page.is(200).says(there).never_says(not_there);
    }
    browser.get(&path).await.says("What happened").says("Neon tetra moved to Nano");
}

#[tokio::test]
async fn a_long_timeline_is_read_page_by_page_and_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    // Twenty at each instant, so that a page ends in the midst of one.
    sqlx::query(
        "insert into care_entries (id, tank_id, kind, done_at, subject, created_at, updated_at)
         select gen_random_uuid(), $1, 'feeding', '2026-11-01T00:00Z'::timestamptz + (n / 20) * interval '3 hours',
                'food ' || n || '.', '2026-11-01T00:00Z', '2026-11-01T00:00Z'
         from generate_series(1, 130) n",
    )
    .bind(tank.0)
    .execute(&app.database.pool)
    .await
    .unwrap();
    let mut page = browser.get(&format!("/tanks/{tank}/timeline")).await;
    let mut met = Vec::new();
    let mut pages = 1;
    loop {
        let foods =
            page.body.split("Fed food ").skip(1).map(|rest| rest.split('.').next().unwrap().to_owned());
        met.extend(foods);
        let Some((before, _)) = page.body.split_once("\">Older</a>") else { break };
        let href = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
        page = browser.get(&href).await;
        page.is(200);
        pages += 1;
    }
    assert_eq!((pages, met.len()), (3, 130));
    met.sort_unstable();
    met.dedup();
    assert_eq!(met.len(), 130);
    let (before, _) = page.body.split_once("\">Newer</a>").unwrap();
    let href = before.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
    assert_eq!(browser.get(&href).await.body.matches("Fed food ").count(), 50);
}

#[tokio::test]
async fn a_tank_that_was_taken_down_says_when() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get(&format!("/tanks/{tank}/decommission")).await.form();
    form.set("on", "2026-11-20").set("reason", "A leak in the stand");
    browser.post_form(&form).await.is(303);
    let page = browser.get(&format!("/tanks/{tank}/timeline")).await;
    page.says("was taken out of use").says("A leak in the stand");
    page.says("<time datetime=\"2026-11-20\">20 Nov</time>").never_says("is in use again");
    browser.post(&format!("/tanks/{tank}/restore"), &[]).await.is(303);
    let page = browser.get(&format!("/tanks/{tank}/timeline")).await;
    page.says("was taken out of use").says("is in use again");
    browser.get(&format!("/tanks/{tank}/timeline?kind=readings")).await.never_says("was taken out of use");
    browser.get(&format!("/tanks/{}/timeline", app.id())).await.is(404);
}
