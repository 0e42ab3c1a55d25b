use jiff::tz::TimeZone;
use proptest::prelude::*;
use uuid::Uuid;

use super::entry::{Around, Asks, EventForm, Place, QuantityError, quantity};
use super::event::{Event, What};
use super::*;
use crate::domain::id::{AnimalEventId, AnimalId};
use crate::domain::zone;

const NOW: &str = "2026-11-23T12:00:00Z";
const ID: &str = "019ab0de-7c1e-7000-8000-0000000000aa";
const REEF: TankId = TankId(Uuid::from_u128(1));
const FAR: TankId = TankId(Uuid::from_u128(2));

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zones() -> [TimeZone; 2] {
    [zone::parse("Europe/Berlin").unwrap(), zone::parse("America/New_York").unwrap()]
}

fn places(zones: &[TimeZone; 2]) -> [Place<'_>; 2] {
    [Place { id: REEF, zone: &zones[0] }, Place { id: FAR, zone: &zones[1] }]
}

fn animal() -> AnimalForm {
    AnimalForm {
        form_id: ID.to_owned(),
        facts: FactsForm { species: " Clownfish ".to_owned(), ..FactsForm::default() },
        quantity: "2".to_owned(),
        tank: REEF.to_string(),
        acquired_at: "2026-11-23T12:30".to_owned(),
        note: String::new(),
    }
}

fn errors_of<T: std::fmt::Debug>(result: Result<T, FieldErrors>) -> Vec<String> {
    let errors = result.unwrap_err();
    errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
}

#[test]
fn a_new_animal_comes_in_its_tanks_time() {
    let zones = zones();
    let check = |form: &AnimalForm| check(form, &places(&zones), at(NOW));
    let new = check(&animal()).unwrap();
    assert_eq!(new.facts.species, "Clownfish");
    assert_eq!((new.facts.name, new.facts.sex, new.note), (None, None, None));
    assert_eq!((new.quantity, new.tank, new.acquired_at), (2, REEF, at("2026-11-23T11:30:00Z")));
    // The same text is another instant where the tank stands elsewhere.
    let far = AnimalForm { tank: FAR.to_string(), acquired_at: "2026-11-23T06:30".to_owned(), ..animal() };
    assert_eq!(check(&far).unwrap().acquired_at, at("2026-11-23T11:30:00Z"));
    let now = AnimalForm { acquired_at: " ".to_owned(), ..animal() };
    assert_eq!(check(&now).unwrap().acquired_at, at(NOW));
}

#[test]
fn everything_wrong_with_an_animal_is_said_at_once() {
    let zones = zones();
    let form = AnimalForm {
        form_id: "x".to_owned(),
        facts: FactsForm {
            name: "n".repeat(65),
            species: "\u{200B}".to_owned(),
            scientific_name: "s".repeat(97),
            sex: "both".to_owned(),
            notes: "n".repeat(513),
        },
        quantity: "0".to_owned(),
        tank: AnimalId(Uuid::from_u128(9)).to_string(),
        acquired_at: "2026-11-24T12:30".to_owned(),
        note: "\0".to_owned(),
    };
    assert_eq!(
        errors_of(check(&form, &places(&zones), at(NOW))),
        [
            "form: This form is damaged. Reload the page and enter the animal again.",
            "name: A name has at most 64 characters.",
            "species: This contains characters that cannot be kept.",
            "scientific_name: A scientific name has at most 96 characters.",
            "sex: Choose one of the list.",
            "notes: A note has at most 512 characters.",
            "quantity: At least 1.",
            "tank: Choose one of the tanks.",
            "note: This contains characters that cannot be kept.",
        ]
    );
    let future = AnimalForm { acquired_at: "2026-11-23T13:11".to_owned(), ..animal() };
    assert_eq!(
        errors_of(check(&future, &places(&zones), at(NOW))),
        ["acquired_at: This time is in the future."]
    );
    let nameless = AnimalForm { facts: FactsForm::default(), ..animal() };
    assert_eq!(
        errors_of(check(&nameless, &places(&zones), at(NOW))),
        ["species: Say what kind of animal it is."]
    );
}

#[test]
fn numbers_of_animals_are_whole() {
    for (text, expected) in [
        ("1", Ok(1)),
        (" 012 ", Ok(12)),
        ("100000", Ok(100_000)),
        ("", Err(QuantityError::Empty)),
        ("0", Err(QuantityError::None)),
        ("000", Err(QuantityError::None)),
        ("-1", Err(QuantityError::NotWhole)),
        ("+1", Err(QuantityError::NotWhole)),
        ("1.5", Err(QuantityError::NotWhole)),
        ("1e3", Err(QuantityError::NotWhole)),
        ("NaN", Err(QuantityError::NotWhole)),
        ("∞", Err(QuantityError::NotWhole)),
        ("１", Err(QuantityError::NotWhole)),
        ("100001", Err(QuantityError::TooMany)),
        ("99999999999999999999", Err(QuantityError::TooMany)),
    ] {
        assert_eq!(quantity(text), expected, "{text}");
    }
}

fn form(occurred_at: &str) -> EventForm {
    EventForm {
        form_id: ID.to_owned(),
        which: "some".to_owned(),
        quantity: "3".to_owned(),
        tank: FAR.to_string(),
        occurred_at: occurred_at.to_owned(),
        kind: "health".to_owned(),
        note: "white spots".to_owned(),
    }
}

#[test]
fn each_form_asks_for_what_its_event_has() {
    let zones = zones();
    let tanks = places(&zones);
    let group = AnimalId(Uuid::from_u128(7));
    let around = Around { zone: &zones[0], tanks: &tanks, now: at(NOW), group };
    let of = |asks, form: &EventForm| entry::check(asks, form, &around);
    let noon = form("2026-11-23T13:00");
    for (asks, what) in [
        (Asks::Added, What::Added { quantity: 3 }),
        (Asks::Died, What::Died { quantity: 3 }),
        (Asks::Rehomed, What::Rehomed { quantity: 3 }),
        (Asks::Moved, What::Split { to: FAR, quantity: 3, into: group }),
        (Asks::Seen, What::Health),
    ] {
        let event = of(asks, &noon).unwrap();
        assert_eq!((event.what, event.at, event.note.as_deref()), (what, at(NOW), Some("white spots")));
    }
    let all = EventForm { which: "all".to_owned(), quantity: "junk".to_owned(), ..noon.clone() };
    assert_eq!(of(Asks::Moved, &all).unwrap().what, What::Moved { to: FAR });
    let wrong = EventForm { note: " ".to_owned(), form_id: String::new(), ..EventForm::default() };
    assert_eq!(
        errors_of(of(Asks::Moved, &wrong)),
        [
            "form: This form is damaged. Reload the page and enter it again.",
            "which: Choose whether all of them move, or some.",
            "tank: Choose one of the tanks.",
            "occurred_at: Enter a date and a time.",
        ]
    );
    assert_eq!(
        errors_of(of(Asks::Seen, &wrong))[1..3],
        ["kind: Choose what the note is about.", "occurred_at: Enter a date and a time."]
    );
    let ahead = EventForm { note: String::new(), ..form("2026-11-23T13:11") };
    assert_eq!(errors_of(of(Asks::Died, &ahead)), ["occurred_at: This time is in the future."]);
    assert_eq!(
        errors_of(of(Asks::Seen, &ahead)),
        ["occurred_at: This time is in the future.", "note: Say what you saw."]
    );
}

#[test]
fn a_correction_changes_what_was_changed() {
    let zones = zones();
    let tanks = [Place { id: FAR, zone: &zones[1] }];
    let around = Around { zone: &zones[0], tanks: &tanks, now: at(NOW), group: AnimalId(Uuid::from_u128(7)) };
    let event = Event {
        id: AnimalEventId(Uuid::from_u128(5)),
        // In the hour that comes twice, the second time.
        at: at("2026-10-25T01:30:15Z"),
        entered_at: at(NOW),
        what: What::Acquired { tank: REEF, quantity: 3 },
        note: None,
    };
    // Reef is no tank to choose any more; where it stays, nothing is wrong.
    let same = EventForm { tank: REEF.to_string(), note: String::new(), ..form("2026-10-25T02:30") };
    assert_eq!(entry::correct(&event, &same, &around).unwrap(), event);
    let other = EventForm { quantity: "5".to_owned(), ..form("2026-10-25T03:30") };
    let corrected = entry::correct(&event, &other, &around).unwrap();
    assert_eq!(corrected.what, What::Acquired { tank: FAR, quantity: 5 });
    assert_eq!((corrected.at, corrected.id), (at("2026-10-25T02:30:00Z"), event.id));
    let wrong = EventForm { quantity: "x".to_owned(), tank: String::new(), ..form("") };
    assert_eq!(
        errors_of(entry::correct(&event, &wrong, &around)),
        [
            "quantity: Enter a whole number.",
            "tank: Choose one of the tanks.",
            "occurred_at: Enter a date and a time."
        ]
    );
    let note = Event { what: What::Note, ..event };
    let silent = EventForm { note: String::new(), ..same };
    assert_eq!(errors_of(entry::correct(&note, &silent, &around)), ["note: Say what you saw."]);
}

proptest! {
    #[test]
    fn nothing_that_is_typed_panics(text in "(?s).{0,70}", number in "[0-9+., -]{0,25}") {
        let zones = zones();
        let tanks = places(&zones);
        let facts = FactsForm { name: text.clone(), species: text.clone(), scientific_name: text.clone(), sex: text.clone(), notes: text.clone() };
        let new = AnimalForm { form_id: text.clone(), facts, quantity: number.clone(), tank: text.clone(), acquired_at: text.clone(), note: text.clone() };
        let _ = check(&new, &tanks, at(NOW));
        let around = Around { zone: &zones[0], tanks: &tanks, now: at(NOW), group: AnimalId(Uuid::from_u128(7)) };
        let event = EventForm { quantity: number.clone(), occurred_at: text.clone(), note: text, ..form("") };
        for asks in [Asks::Added, Asks::Moved, Asks::Died, Asks::Rehomed, Asks::Seen] {
            let _ = entry::check(asks, &event, &around);
        }
        if let Ok(number) = quantity(&number) {
            prop_assert!((1..=100_000).contains(&number));
        }
    }
}
