//! `/tanks/new` and `/tanks`

use http::StatusCode;

use super::site::{NONSENSE, Site, short};

#[tokio::test]
async fn a_tank_is_added_once_however_often_its_form_is_sent() {
    let mut site = Site::with_ana().await;
    assert!(site.get("/tanks").await.body.contains("No tanks yet"));
    let form_id = site.form_id("/tanks/new").await;
    let form = [
        ("form_id", form_id.as_str()),
        ("name", " Reef <by> the window "),
        ("profile", "reef_sw"),
        ("volume", "63,4"),
        ("volume_unit", "us_gal"),
        ("set_up_on", "2024-05-03"),
        ("timezone", "europe/berlin"),
    ];
    let first = site.post("/tanks/new", &form).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{:?}", first.problems());
    assert_eq!(site.post("/tanks/new", &form).await.location, first.location);
    assert_eq!(site.count("tanks").await, 1);
    let page = site.get(&first.location).await;
    assert_eq!(page.heading(), "Reef &#60;by&#62; the window");
    assert_eq!(page.notice(), "The tank is added.");
    for fact in [
        "Reef Saltwater",
        "63.4 US gal",
        "set up 3 May 2024",
        "Europe/Berlin (CET)",
        "Log the first readings",
    ] {
        assert!(page.body.contains(fact), "{fact}");
    }
    assert!(site.get("/tanks").await.body.contains("No readings yet."));
}

#[tokio::test]
async fn bad_input_is_a_described_error_and_nothing_is_stored() {
    let mut site = Site::with_ana().await;
    let form_id = site.form_id("/tanks/new").await;
    let long = "x".repeat(5_000);
    let good = [
        ("form_id", form_id.as_str()),
        ("name", "Reef"),
        ("profile", "reef_sw"),
        ("volume", "240"),
        ("volume_unit", "L"),
        ("set_up_on", ""),
        ("timezone", "Europe/Berlin"),
    ];
    let mut tries = vec![
        ("form_id", ""),
        ("form_id", "1"),
        ("name", ""),
        ("name", "a\0b"),
        ("name", &long),
        ("profile", ""),
        ("profile", "no_such"),
        ("profile", "' or 1=1"),
        ("volume_unit", "bucket"),
        ("volume", &long),
        ("volume", "0"),
        ("volume", "<240"),
        ("set_up_on", "2036-01-01"),
        ("set_up_on", "0001-01-01"),
        ("set_up_on", "yesterday"),
        ("timezone", ""),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", &long),
    ];
    tries.extend(NONSENSE.map(|value| ("volume", value)));
    for (field, value) in tries {
        let mut form = good;
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let answer = site.post("/tanks/new", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={}", short(value));
        assert_eq!(answer.problems().len(), 1, "{field}={}: {:?}", short(value), answer.problems());
        assert!(field == "form_id" || answer.body.contains("aria-invalid=\"true\""), "{field}");
    }
    assert_eq!(site.post("/tanks/new", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.count("tanks").await, 0);
}
