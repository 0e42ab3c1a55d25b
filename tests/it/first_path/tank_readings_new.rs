//! `/tanks/{id}/readings/new` and `/readings/new`

use http::StatusCode;

use super::site::{NONSENSE, Site, short};

#[tokio::test]
async fn a_batch_is_saved_once_and_shown() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    assert_eq!(site.get("/readings/new").await.location, path, "one tank: nothing to choose");
    let empty = site.get(&path).await;
    assert!(empty.body.contains("value=\"2026-11-23T18:30\""), "the tank's time");
    assert!(empty.body.contains("Europe/Berlin (CET)"));
    let form_id = site.form_id(&path).await;
    let form = [
        ("form_id", form_id.as_str()),
        ("taken_at", "2026-11-23T18:00"),
        ("temperature_value", "77,9"),
        ("temperature_unit", "degF"),
        ("ph_value", "8.2"),
        ("ph_unit", "pH"),
        ("nitrate_value", "<0,5"),
        ("nitrate_unit", "ppm"),
        ("kh_value", "  "),
        ("kh_unit", "dKH"),
        ("phosphate_value", "0.2"),
        ("phosphate_unit", "ppm"),
        ("note", "after the water change"),
    ];
    let saved = site.post(&path, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.problems());
    assert_eq!(saved.location, format!("{tank}?saved={form_id}"));
    let page = site.get(&saved.location).await;
    assert_eq!(page.notice(), "Saved 4 readings.");
    for text in [
        ">77.9<",
        ">8.20<",
        ">&#60;0.5<",
        "Phosphate 0.2 ppm is above 0.05",
        "today 18:00",
        "class=\"plot plot-phone\"",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    let again = site.post(&path, &form).await;
    assert_eq!(again.location, saved.location);
    assert_eq!(
        site.get(&again.location).await.notice(),
        "These readings were saved before; nothing was added twice."
    );
    assert_eq!((site.count("readings").await, site.count("reading_sessions").await), (4, 1));
    // The unit last used is offered first the next time, with the last value in it.
    let next = site.get(&path).await;
    assert!(
        next.body.contains("<option value=\"degF\" selected") && next.body.contains("<b>77.9 °F</b> today")
    );
}

#[tokio::test]
async fn all_or_nothing_with_every_error_at_its_field() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    let form_id = site.form_id(&path).await;
    let form = [
        ("form_id", form_id.as_str()),
        ("taken_at", "2036-01-01T00:00"),
        ("ph_value", "81"),
        ("ph_unit", "pH"),
        ("temperature_value", "25.4"),
        ("temperature_unit", "degC"),
        ("nitrate_value", "five"),
        ("nitrate_unit", "ppm"),
    ];
    let answer = site.post(&path, &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.problems().len(), 3, "{:?}", answer.problems());
    assert!(
        answer.body.contains("value=\"25.4\"") && answer.body.contains("value=\"five\""),
        "values are kept"
    );
    assert!(
        answer.body.contains(&format!("name=\"form_id\" value=\"{form_id}\"")),
        "the same form comes back"
    );
    assert_eq!(site.count("readings").await, 0);
}

#[tokio::test]
async fn bad_input_is_a_described_error_and_nothing_is_stored() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    let form_id = site.form_id(&path).await;
    let long = "9".repeat(5_000);
    let good = [
        ("form_id", form_id.as_str()),
        ("taken_at", "2026-11-23T18:00"),
        ("ph_value", "8.2"),
        ("ph_unit", "pH"),
        ("note", ""),
    ];
    let mut tries = vec![
        ("form_id", ""),
        ("form_id", "not-an-id"),
        ("taken_at", ""),
        ("taken_at", "2026-11-23"),
        ("taken_at", "9999999-01-01T00:00"),
        ("taken_at", "1066-10-14T09:00"),
        ("ph_value", ""),
        ("ph_value", &long),
        ("ph_unit", ""),
        ("ph_unit", "degC"),
        ("ph_unit", "no_such"),
        ("note", "a\0b"),
        ("note", &long),
    ];
    tries.extend(NONSENSE.map(|value| ("ph_value", value)));
    for (field, value) in tries {
        let mut form = good;
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let answer = site.post(&path, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={}", short(value));
        assert_eq!(answer.problems().len(), 1, "{field}={}: {:?}", short(value), answer.problems());
    }
    let untracked = [&good[..], &[("gh_value", "5"), ("gh_unit", "dGH")]].concat();
    assert_eq!(site.post(&path, &untracked).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post(&path, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.count("readings").await, 0);
    assert_eq!(site.count("reading_days").await, 0);
}

#[tokio::test]
async fn an_unlikely_value_asks_once() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    let mut log = async |value: &str, confirmed: &str| {
        let form_id = site.form_id(&path).await;
        let form = [
            ("form_id", form_id.as_str()),
            ("taken_at", "2026-11-23T18:00"),
            ("temperature_value", value),
            ("temperature_unit", "degC"),
            ("confirmed", confirmed),
        ];
        site.post(&path, &form).await
    };
    let first = log("25.4", "").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{:?}", first.problems());
    let asked = log("15", "").await;
    assert_eq!(asked.problems(), ["Temperature was 25.4 °C last time. Is 15 °C right?"]);
    let (_, rest) = asked.body.split_once("name=\"confirmed\" value=\"").unwrap();
    let token = rest.split('"').next().unwrap().to_owned();
    assert!(asked.body.contains("Yes, 15 °C is right"));
    assert_eq!(log("14", &token).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a yes is for one value");
    let confirmed = log("15", &token).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{token}: {:?}", confirmed.problems());
}

#[tokio::test]
async fn a_tank_that_does_not_exist_is_a_page_that_does_not_exist() {
    let mut site = Site::with_ana().await;
    for id in
        ["0192a1b2-0000-7000-8000-000000000000", "1", "x", "%00", "0192A1B2-0000-7000-8000-000000000000"]
    {
        for path in [format!("/tanks/{id}"), format!("/tanks/{id}/readings/new")] {
            assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let posted = site.post(&format!("/tanks/{id}/readings/new"), &[("ph_value", "8")]).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND, "{id}");
    }
    assert!(site.get("/readings/new").await.body.contains("First, a tank"));
}
