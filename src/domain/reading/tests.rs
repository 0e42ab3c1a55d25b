use proptest::prelude::*;

use super::*;
use crate::domain::parameter::sample;

const ID: &str = "019ab0de-7c1e-7000-8000-0000000000aa";

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn form(rows: &[(&str, &str, &str)]) -> BatchForm {
    let row = |(key, value, unit): &(&str, &str, &str)| Row {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
        unit: (*unit).to_owned(),
    };
    BatchForm {
        session_id: ID.to_owned(),
        taken_at: "2026-11-23T12:00".to_owned(),
        rows: rows.iter().map(row).collect(),
        ..BatchForm::default()
    }
}

fn submit(form: &BatchForm) -> Result<Batch, Rejection> {
    let parameters = [sample::temperature(), sample::ph(), sample::salinity(), sample::nitrite()];
    let last = [Some(d("25")), Some(d("8.2")), Some(d("35")), None];
    let enterable: Vec<_> =
        parameters.iter().zip(last).map(|(parameter, last)| Enterable { parameter, last }).collect();
    check(form, &enterable, &TimeZone::UTC, now())
}

/// The one error of a form with one row.
fn error_of(key: &str, value: &str, unit: &str) -> String {
    let rejection = submit(&form(&[(key, value, unit)])).unwrap_err();
    assert_eq!(rejection.errors.len(), 1, "{rejection:?}");
    let error = rejection.errors.iter().next().unwrap();
    format!("{}: {}", error.field, error.message)
}

#[test]
fn a_session_is_accepted() {
    let mut form = form(&[
        ("temperature", "78", "degF"),
        ("ph", "", "pH"),
        ("salinity", "1,0264", "sg"),
        ("nitrite", "< 0.02", "ppm"),
    ]);
    form.note = "  after the\r\nwater change ".to_owned();
    let batch = submit(&form).unwrap();
    assert_eq!(batch.session_id.to_string(), ID);
    assert_eq!(batch.taken_at, now());
    assert_eq!(batch.note.as_deref(), Some("after the\nwater change"));
    let values: Vec<_> = batch
        .values
        .iter()
        .map(|value| (value.parameter.0, value.value.to_string(), value.below, value.entered_value))
        .collect();
    assert_eq!(values[0], (1, "25.5556".to_owned(), false, d("78")));
    assert_eq!((values[1].0, d(&values[1].1).round()), (3, d("35")));
    assert_eq!(values[2], (5, "0.02".to_owned(), true, d("0.02")));
    assert_eq!(batch.values[0].entered_unit, "degF");
}

#[test]
fn what_is_wrong_is_said_beside_the_field() {
    assert_eq!(error_of("ph", "500", "pH"), "ph_value: pH is between 0.00 and 14.00.");
    assert_eq!(error_of("ph", "-1", "pH"), "ph_value: pH is between 0.00 and 14.00.");
    assert_eq!(
        error_of("temperature", "200", "degF"),
        "temperature_value: Temperature is between 28.4 and 113.0 °F."
    );
    assert_eq!(error_of("salinity", "0.5", "sg"), "salinity_value: Salinity is between 1.000 and 1.045 SG.");
    assert_eq!(
        error_of("salinity", "1.0455", "sg"),
        "salinity_value: Salinity is between 1.000 and 1.045 SG."
    );
    assert_eq!(error_of("nitrite", "10001", "ppm"), "nitrite_value: Nitrite is between 0 and 10000 ppm.");
    assert_eq!(error_of("nitrite", "<0", "ppm"), "nitrite_value: A limit of detection is above 0.");
    assert_eq!(
        error_of("nitrite", "1e999", "ppm"),
        "nitrite_value: Write the number out, without an exponent."
    );
    assert_eq!(error_of("nitrite", "0.5", "degC"), "nitrite_unit: Choose one of the units.");
    assert_eq!(
        error_of("unobtainium", "1", "ppm"),
        "form: This form has a value that this tank does not track."
    );
    let none = submit(&form(&[("ph", " ", "pH")])).unwrap_err();
    assert_eq!(none.errors.on(FORM), Some("Enter at least one reading."));
    let twice = submit(&form(&[("ph", "8", "pH"), ("ph", "8.1", "pH")])).unwrap_err();
    assert_eq!(twice.errors.on("ph_value"), Some("Entered twice."));
}

#[test]
fn everything_is_reported_at_once() {
    let mut form = form(&[("ph", "NaN", "pH"), ("nitrite", "x", "ppm"), ("temperature", "25", "degC")]);
    form.taken_at = "2026-11-23T12:11".to_owned();
    form.note = "x".repeat(257);
    form.session_id = "1".to_owned();
    let fields: Vec<_> = submit(&form).unwrap_err().errors.iter().map(|error| error.field.clone()).collect();
    assert_eq!(fields, ["form", "taken_at", "note", "ph_value", "nitrite_value"]);
}

#[test]
fn a_jump_asks_once_for_this_value() {
    let mut form = form(&[("ph", "6.1", "pH"), ("nitrite", "50", "ppm")]);
    let rejection = submit(&form).unwrap_err();
    assert!(rejection.errors.is_empty());
    assert_eq!(rejection.jumps.len(), 1, "nitrite has no last value");
    assert_eq!(rejection.jumps[0].question, "pH was 8.20 last time. Is 6.1 right?");
    form.confirmed = vec![rejection.jumps[0].token.clone()];
    assert!(submit(&form).is_ok());
    form.rows[0].value = "5.1".to_owned();
    assert_eq!(submit(&form).unwrap_err().jumps.len(), 1, "another value asks again");
    form.rows[0].value = "7.2".to_owned();
    assert!(submit(&form).is_ok(), "a step of exactly the jump is none");
}

#[test]
fn notes_are_kept_clean() {
    assert_eq!(note("  "), Ok(None));
    assert_eq!(note("a\tb"), Ok(Some("a\tb".to_owned())));
    assert!(note("a\0b").is_err());
    assert!(note(&"ü".repeat(256)).is_ok());
    assert!(note(&"ü".repeat(257)).is_err());
}

proptest! {
    #[test]
    fn arbitrary_forms_never_panic_and_never_leave_the_bounds(
        session_id in "(?s).{0,40}",
        taken_at in "(\\PC{0,20}|20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9])",
        note in "(?s).{0,300}",
        numbers in prop::collection::vec("([<‹]?[-−]?[0-9]{0,10}[.,]?[0-9]{0,6}|(?s).{0,12})", 4),
        units in prop::collection::vec(prop::sample::select(vec!["degC", "degF", "pH", "ppt", "sg", "ppm", "ppm_n", ""]), 4),
    ) {
        let keys = ["temperature", "ph", "salinity", "nitrite"];
        let rows = keys.iter().zip(numbers).zip(units).map(|((key, value), unit)| Row {
            key: (*key).to_owned(), value, unit: unit.to_owned(),
        }).collect();
        let known = BatchForm { session_id: ID.to_owned(), taken_at: "2026-11-23T12:00".to_owned(), rows, ..BatchForm::default() };
        let arbitrary = BatchForm { session_id, taken_at, note, ..known.clone() };
        let limits = [(-2, 45), (0, 14), (0, 60), (0, 10_000)];
        for form in [known, arbitrary] {
            let Ok(batch) = submit(&form) else { continue };
            for value in &batch.values {
                let place = [1, 2, 3, 5].iter().position(|id| *id == value.parameter.0).unwrap();
                let (low, high) = limits[place];
                prop_assert!((Decimal::from(low)..=Decimal::from(high)).contains(&value.value));
                prop_assert!(value.value.scale() <= 4 && value.entered_value.scale() <= 4);
            }
            prop_assert!(!batch.values.is_empty());
        }
    }
}
