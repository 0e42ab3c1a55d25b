use jiff::SignedDuration;

use crate::routes::support::{Browser, TestApp};

async fn measured(browser: &mut Browser, path: &str, values: &[(&str, &str)]) {
    let mut form = browser.get(&format!("{path}/readings/new")).await.form();
    for (key, value) in values {
        form.set(&format!("{key}_value"), value);
    }
    browser.post_form(&form).await.is(303);
    browser.get("/").await.is(200);
}

#[tokio::test]
async fn readings_are_listed_with_their_band_and_filtered_by_the_tanks_days() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    browser.get(&format!("{path}/history")).await.is(200).says("No readings yet");
    measured(&mut browser, &path, &[("ph", "8.25"), ("ammonia", "<0,02")]).await;
    // Half past midnight of the next day in Berlin, and still the 23rd in UTC.
    app.clock.advance(SignedDuration::from_mins(11 * 60 + 30));
    measured(&mut browser, &path, &[("ph", "7.5")]).await;
    let page = browser.get(&format!("{path}/history")).await;
    page.is(200)
        .says("<b>&#60;0.02</b> ppm")
        .says("<b>7.50</b>")
        .says("Act</span>")
        .says("OK</span>")
        .says("Marina");
    assert_eq!(page.body.matches("<tr><th scope=\"row\">").count(), 3);
    assert!(page.body.len() < 40_000, "{}", page.body.len());
    for (query, rows) in [
        ("parameter=ph", 2),
        ("parameter=ph&from=2026-11-24", 1),
        ("to=2026-11-23", 2),
        ("from=2026-11-23&to=2026-11-23", 2),
        ("from=2026-11-25", 0),
        ("parameter=&from=&to=", 3),
        ("at=o99999999999999999999.x", 3),
        ("at=n-377705023201000000.00000000000000000000000000000000", 3),
        ("at=o-377705023201000000.00000000000000000000000000000000", 0),
        ("x=%00", 3),
    ] {
        let page = browser.get(&format!("{path}/history?{query}")).await;
        assert_eq!(page.is(200).body.matches("<tr><th scope=\"row\">").count(), rows, "{query}");
    }
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_said_and_the_rest_holds() {
    let (_app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    measured(&mut browser, &path, &[("ph", "8.25"), ("kh", "9")]).await;
    for (query, problem, rows) in [
        ("parameter=unobtainium", "Choose one of the parameters.", 2),
        ("parameter=ph&from=yesterday", "This is not a day. Write it like 2026-11-23.", 1),
        ("to=9999-12-31", "This is not a day. Write it like 2026-11-23.", 2),
        ("from=2026-11-24&to=2026-11-23", "The last day is before the first.", 2),
    ] {
        for page in ["history", "charts"] {
            let page = browser.get(&format!("{path}/{page}?{query}")).await;
            let said = if page.title().starts_with("Charts") && query == "parameter=unobtainium" {
                "Choose among what was measured in this tank."
            } else {
                problem
            };
            assert_eq!(page.is(422).problems(), [said], "{query}");
            if page.title().starts_with("History") {
                assert_eq!(page.body.matches("<tr><th scope=\"row\">").count(), rows, "{query}");
            } else {
                page.says("<figure");
            }
        }
    }
    let hostile =
        browser.get(&format!("{path}/history?parameter=%22%3E%3Cscript%3E&from=%3Cb%3E&at=%3Cb%3E")).await;
    hostile.is(422).never_says("<script>").never_says("<b>\"");
}

#[tokio::test]
async fn pages_lead_on_and_back_and_deleting_leads_to_the_same_page() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/history");
    sqlx::query(
        "insert into readings (id, tank_id, parameter_id, taken_at, value, entered_value, entered_unit, source, created_at)
         select gen_random_uuid(), $1, 2, timestamptz '2026-11-23 12:00Z' - i * interval '1 hour', 8.2, 8.2, 'pH', 'probe', now()
         from generate_series(0, 119) i",
    )
    .bind(tank.0)
    .execute(&app.database.pool)
    .await
    .unwrap();
    let first = browser.get(&format!("{path}?parameter=ph")).await;
    first.says("a probe").never_says("rel=\"prev\"");
    let older = first
        .between("aria-label=\"Pages\"><a class=\"button\" href=\"", "\" rel=\"next\"")
        .replace("&#38;", "&");
    let second = browser.get(&older).await;
    assert_eq!(second.is(200).body.matches("<tr><th scope=\"row\">").count(), 50);
    let back = second.form().value("back").unwrap().to_owned();
    assert_eq!(format!("/tanks/{tank}/{back}"), older);
    let action = second.between("formaction=\"", "\"").to_owned();
    assert_eq!(browser.post(&action, &[("back", &back)]).await.leads_to(), older);
    browser.get(&older).await.says("Deleted.");
    assert_eq!(app.count("readings").await, 119);
}

#[tokio::test]
async fn charts_show_any_subset_over_any_days() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    browser.get(&format!("{path}/charts")).await.is(200).says("Nothing to draw yet");
    for (hours, ph) in [(0, "8.2"), (24, "8.3"), (24, "8.1")] {
        app.clock.advance(SignedDuration::from_hours(hours));
        measured(&mut browser, &path, &[("ph", ph), ("kh", "9"), ("calcium", "420")]).await;
    }
    let mut form = browser.get(&format!("/readings/quick?tank={tank}&parameter=copper")).await.form();
    form.set("value", "0.1").set("note", "after the <b>cure</b>");
    browser.post_form(&form).await.is(303);
    let page = browser.get(&format!("{path}/charts")).await;
    page.is(200).says("pH, KH, Calcium and Copper, the last 30 days");
    assert_eq!(page.body.matches("class=\"plot-panel\"").count(), 8, "four, in two sizes");
    page.says("after the &#60;b&#62;cure&#60;/b&#62;").says("plot-note").never_says("<b>cure");
    let page =
        browser.get(&format!("{path}/charts?parameter=ph&parameter=kh&from=2026-11-24&to=2026-11-24")).await;
    page.is(200).says("pH and KH, 24 Nov 2026").says("<td class=\"n\" data-label=\"pH\">8.30</td>");
    page.never_says("8.20</td>").never_says("8.10</td>").says("range=7d&#38;parameter=ph&#38;parameter=kh");
    browser.get(&format!("{path}/charts?to=2020-01-01")).await.is(200).says("No reading in this time");
    browser.get(&format!("{path}/charts?from=2030-01-01")).await.is(200).says("No reading in this time");
    for range in ["24h", "all", "x", "%00"] {
        browser.get(&format!("{path}/charts?range={range}")).await.is(200).says("<figure");
    }
}
