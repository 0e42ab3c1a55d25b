//! A correction of one reading, and of what the readings of a session share.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{Enterable, Rejection, Value, check_value, jump, note};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::ChangeId;
use crate::domain::number;
use crate::domain::parameter::Parameter;
use crate::domain::zone;

/// What the whole form is told when it is none of ours any more.
const DAMAGED: &str = "This form is damaged. Load the page again.";

/// The form of one reading as it came in.
#[derive(Clone, Debug, Default)]
pub struct EditForm {
    /// Made by the form: the same id again is the same change.
    pub change_id: String,
    /// How often the reading had been changed when the form was made.
    pub version: String,
    /// The number as typed.
    pub value: String,
    /// The code of the unit chosen.
    pub unit: String,
    /// Tank-local, as a `datetime-local` field gives it.
    pub taken_at: String,
    /// Free text.
    pub note: String,
    /// [`super::Jump::token`]s the person has confirmed.
    pub confirmed: Vec<String>,
}

/// The reading as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// In the canonical unit.
    pub value: Decimal,
    /// Below detection.
    pub below: bool,
    /// As typed.
    pub entered_value: Decimal,
    /// The code of the unit it was typed in.
    pub entered_unit: &'a str,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// A checked correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Made by the form.
    pub change_id: ChangeId,
    /// The version it is a correction of.
    pub version: i32,
    /// When the reading was taken.
    pub taken_at: Timestamp,
    /// Free text.
    pub note: Option<String>,
    /// What was measured.
    pub value: Value,
}

/// Checks a correction of a reading of a tank in `zone`; `neighbour` is the canonical value before it.
///
/// What was not touched stays as it is stored: a field shows minutes and a few digits, and a time that came
/// twice is only one of them.
///
/// # Errors
/// Everything that is wrong at once, or else the question whether an unlikely value is right.
pub fn check(
    form: &EditForm,
    before: &Before<'_>,
    parameter: &Parameter,
    neighbour: Option<Decimal>,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Edit, Rejection> {
    let mut rejection = Rejection::default();
    let errors = &mut rejection.errors;
    let change_id = errors.take(FORM, form.change_id.parse::<ChangeId>().map_err(|_| DAMAGED));
    let version = form.version.parse::<i32>().ok().filter(|version| *version > 0);
    if version.is_none() && errors.is_empty() {
        errors.push(FORM, DAMAGED);
    }
    let unit = errors.take("unit", parameter.unit(&form.unit).ok_or("Choose one of the units."));
    let value = unit.and_then(|unit| errors.take("value", value_of(form, before, parameter, unit)));
    let taken_at = errors.take("taken_at", instant(&form.taken_at, before.taken_at, zone, now));
    let note = errors.take("note", note(&form.note));
    if let (Some(value), Some(unit)) = (&value, unit)
        && value.value != before.value
    {
        let entry = Enterable { parameter, last: neighbour };
        rejection.jumps = jump(value, &entry, unit).into_iter().collect();
        rejection.jumps.retain(|jump| !form.confirmed.contains(&jump.token));
    }
    match (change_id, version, taken_at, note, value) {
        (Some(change_id), Some(version), Some(taken_at), Some(note), Some(value))
            if rejection.errors.is_empty() && rejection.jumps.is_empty() =>
        {
            Ok(Edit { change_id, version, taken_at, note, value })
        }
        _ => Err(rejection),
    }
}

/// The form of a session as it came in.
#[derive(Clone, Debug, Default)]
pub struct SessionForm {
    /// Made by the form: the same id again is the same change.
    pub change_id: String,
    /// The time that the form showed first: another one now means that somebody moved the session meanwhile.
    pub was_at: String,
    /// Tank-local, as a `datetime-local` field gives it.
    pub taken_at: String,
    /// Free text.
    pub note: String,
}

/// A checked correction of a session: all its readings move to its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEdit {
    /// Made by the form.
    pub change_id: ChangeId,
    /// The time of the session that the form was made for.
    pub was_at: Timestamp,
    /// When all of it was taken; `None` when the time was left alone.
    pub taken_at: Option<Timestamp>,
    /// Free text.
    pub note: Option<String>,
}

/// Checks a correction of a session of a tank in `zone`.
///
/// # Errors
/// Everything that is wrong at once.
pub fn check_session(
    form: &SessionForm,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<SessionEdit, FieldErrors> {
    let mut errors = FieldErrors::new();
    let change_id = errors.take(FORM, form.change_id.parse::<ChangeId>().map_err(|_| DAMAGED));
    let was_at = form.was_at.parse::<Timestamp>().ok();
    if was_at.is_none() && errors.is_empty() {
        errors.push(FORM, DAMAGED);
    }
    let before = was_at.unwrap_or(now);
    let taken_at = errors.take("taken_at", instant(&form.taken_at, before, zone, now));
    let note = errors.take("note", note(&form.note));
    match (change_id, was_at, taken_at, note) {
        (Some(change_id), Some(was_at), Some(taken_at), Some(note)) if errors.is_empty() => {
            let taken_at = (taken_at != was_at).then_some(taken_at);
            Ok(SessionEdit { change_id, was_at, taken_at, note })
        }
        _ => Err(errors),
    }
}

/// How a stored number is put into a field: `8.2`, `<0.02`.
pub fn as_typed(value: Decimal, below: bool) -> String {
    format!("{}{}", if below { "<" } else { "" }, number::plainly(value))
}

fn instant(
    text: &str,
    before: Timestamp,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Timestamp, zone::ZoneError> {
    if text.trim() == zone::field_value(before, zone) {
        return Ok(before);
    }
    zone::reading_instant(text, zone, now)
}

fn value_of(
    form: &EditForm,
    before: &Before<'_>,
    parameter: &Parameter,
    unit: &crate::domain::unit::ParameterUnit,
) -> Result<Value, String> {
    // A reading from elsewhere may be what nobody could enter; correcting its time must not need another value.
    let untouched = number::parse(&form.value, number::READING).is_ok_and(|typed| {
        typed.value == before.entered_value && typed.below == before.below && unit.code == before.entered_unit
    });
    if untouched {
        return Ok(Value {
            parameter: parameter.id,
            value: before.value,
            below: before.below,
            entered_value: before.entered_value,
            entered_unit: before.entered_unit.to_owned(),
        });
    }
    check_value(&form.value, parameter, unit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::parameter::sample;

    const ID: &str = "019ab0de-7c1e-7000-8000-0000000000aa";

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn before() -> Before<'static> {
        Before {
            value: d("35.1"),
            below: false,
            entered_value: d("1.0264"),
            entered_unit: "sg",
            taken_at: at("2026-10-25T01:30:45Z"),
        }
    }

    fn form() -> EditForm {
        EditForm {
            change_id: ID.to_owned(),
            version: "3".to_owned(),
            value: "1.0264".to_owned(),
            unit: "sg".to_owned(),
            taken_at: "2026-10-25T02:30".to_owned(),
            ..EditForm::default()
        }
    }

    fn submit(form: &EditForm) -> Result<Edit, Rejection> {
        let berlin = zone::parse("Europe/Berlin").unwrap();
        check(form, &before(), &sample::salinity(), Some(d("35")), &berlin, at("2026-11-23T12:00:00Z"))
    }

    #[test]
    fn what_was_not_touched_stays_to_the_second_and_the_digit() {
        // 02:30 comes twice that night; this is the second one.
        let edit = submit(&form()).unwrap();
        assert_eq!((edit.taken_at, edit.value.value), (before().taken_at, d("35.1")));
        assert_eq!((edit.version, edit.change_id.to_string().as_str()), (3, ID));
        let moved = submit(&EditForm { taken_at: "2026-10-25T02:31".to_owned(), ..form() }).unwrap();
        assert_eq!(moved.taken_at, at("2026-10-25T00:31:00Z"), "typed anew, the first one counts");
        let other_unit = submit(&EditForm { value: "35".to_owned(), unit: "ppt".to_owned(), ..form() });
        assert_eq!(other_unit.unwrap().value.value, d("35"));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let form = EditForm {
            change_id: "1".to_owned(),
            version: "x".to_owned(),
            value: "NaN".to_owned(),
            unit: "ppt".to_owned(),
            taken_at: "2026-11-23T13:11".to_owned(),
            note: "x".repeat(257),
            ..form()
        };
        let rejection = submit(&form).unwrap_err();
        let fields: Vec<_> = rejection.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["form", "value", "taken_at", "note"]);
        let unit = submit(&EditForm { unit: "degC".to_owned(), ..self::form() }).unwrap_err();
        assert_eq!(unit.errors.on("unit"), Some("Choose one of the units."));
        let version = submit(&EditForm { version: "0".to_owned(), ..self::form() }).unwrap_err();
        assert_eq!(version.errors.on(FORM), Some(DAMAGED));
    }

    #[test]
    fn a_jump_from_the_reading_before_asks() {
        let mut form = EditForm { value: "45".to_owned(), unit: "ppt".to_owned(), ..form() };
        let rejection = submit(&form).unwrap_err();
        assert_eq!(rejection.jumps[0].question, "Salinity was 35.0 ppt last time. Is 45 ppt right?");
        form.confirmed = vec![rejection.jumps[0].token.clone()];
        assert!(submit(&form).is_ok());
    }

    #[test]
    fn an_impossible_value_from_elsewhere_may_keep_it() {
        let before = Before { value: d("500"), entered_value: d("500"), entered_unit: "pH", ..before() };
        let form = EditForm { value: "500.0".to_owned(), unit: "pH".to_owned(), ..form() };
        let now = at("2026-11-23T12:00:00Z");
        let check = |form: &EditForm| check(form, &before, &sample::ph(), None, &TimeZone::UTC, now);
        assert_eq!(check(&form).unwrap().value.value, d("500"));
        assert!(check(&EditForm { value: "501".to_owned(), ..form }).is_err());
    }

    #[test]
    fn a_session_moves_only_when_its_time_was_touched() {
        let berlin = zone::parse("Europe/Berlin").unwrap();
        let form = SessionForm {
            change_id: ID.to_owned(),
            was_at: "2026-10-25T01:30:45Z".to_owned(),
            taken_at: "2026-10-25T02:30".to_owned(),
            note: " after the change ".to_owned(),
        };
        let now = at("2026-11-23T12:00:00Z");
        let edit = check_session(&form, &berlin, now).unwrap();
        assert_eq!((edit.taken_at, edit.note.as_deref()), (None, Some("after the change")));
        let moved = SessionForm { taken_at: "2026-10-25T03:30".to_owned(), ..form.clone() };
        let moved = check_session(&moved, &berlin, now).unwrap();
        assert_eq!(moved.taken_at, Some(at("2026-10-25T02:30:00Z")));
        let wrong = SessionForm { was_at: "x".to_owned(), taken_at: "2099-01-01T00:00".to_owned(), ..form };
        let errors = check_session(&wrong, &berlin, now).unwrap_err();
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["form", "taken_at"]);
    }

    proptest! {
        #[test]
        fn nonsense_never_panics_and_never_leaves_the_bounds(
            value in "([<‹]?[-−]?[0-9]{0,10}[.,]?[0-9]{0,6}|(?s).{0,12})", unit in "(sg|ppt|degC|(?s).{0,6})",
            taken_at in "(20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]|(?s).{0,20})",
            note in "(?s).{0,300}", version in "(?s).{0,12}", change_id in "(?s).{0,40}",
        ) {
            let all = EditForm { change_id, version, value, unit, taken_at, note, confirmed: Vec::new() };
            let _ = submit(&all);
            let good = EditForm { value: all.value, unit: all.unit, note: all.note, ..form() };
            if let Ok(edit) = submit(&good) {
                prop_assert!((Decimal::ZERO..=Decimal::from(60)).contains(&edit.value.value));
                prop_assert!(edit.value.entered_value.scale() <= 4);
            }
        }
    }
}
