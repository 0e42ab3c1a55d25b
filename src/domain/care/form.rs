//! What a person may enter about care.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{Kind, NOTE_MAX, SUBJECT_MAX, Unit, What};
use crate::domain::field::FieldErrors;
use crate::domain::{number, words, zone};

/// The form as it came in. What does not belong to the kind is not looked at.
#[derive(Clone, Debug, Default)]
pub struct CareForm {
    /// The kind's name.
    pub kind: String,
    /// The product, the food, the thing.
    pub subject: String,
    /// How much.
    pub amount: String,
    /// The amount's unit.
    pub unit: String,
    /// How much was fed, in words.
    pub portion: String,
    /// Tank-local, as a `datetime-local` field gives it.
    pub done_at: String,
    /// Free text.
    pub note: String,
}

/// Checked care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done.
    pub what: What,
    /// When.
    pub done_at: Timestamp,
    /// Free text.
    pub note: Option<String>,
}

/// Checks a form for a tank in `zone`. Everything that is wrong is reported at once, by the names of
/// [`CareForm`]'s fields. `kept` is the instant of the entry that is edited: its minute means that instant
/// again, also where a minute comes twice.
pub fn check(
    form: &CareForm,
    kept: Option<Timestamp>,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Entry, FieldErrors> {
    let mut errors = FieldErrors::new();
    let kind = errors.take("kind", form.kind.parse::<Kind>());
    let what = kind.and_then(|kind| what(kind, form, &mut errors));
    let done_at = match kept.filter(|kept| zone::field_value(*kept, zone) == form.done_at.trim()) {
        Some(kept) => Some(kept),
        None => errors.take("done_at", zone::reading_instant(&form.done_at, zone, now)),
    };
    let note = errors.take("note", words::lines(&form.note, NOTE_MAX));
    if kind == Some(Kind::Note) && note == Some(None) {
        errors.push("note", "Write what you want to remember.");
    }
    match (what, done_at, note) {
        (Some(what), Some(done_at), Some(note)) if errors.is_empty() => Ok(Entry { what, done_at, note }),
        _ => Err(errors),
    }
}

/// What was done; errors carry the names of the fields.
fn what(kind: Kind, form: &CareForm, errors: &mut FieldErrors) -> Option<What> {
    let subject = match kind.subject_label() {
        Some(_) => errors.take("subject", subject(kind, &form.subject)),
        None => Some(None),
    };
    let portion = match kind {
        Kind::Feeding => errors.take("portion", words::line(&form.portion, SUBJECT_MAX)),
        _ => Some(None),
    };
    let amount = match kind.units() {
        [] => Some(None),
        _ => amount(kind, "amount", &form.amount, "unit", &form.unit, errors).map(Some),
    };
    // Everything has been looked at before anything is given up.
    Some(What { kind, subject: subject?, amount: amount?, portion: portion? })
}

/// The product, food or thing of this kind.
pub fn subject(kind: Kind, text: &str) -> Result<Option<String>, String> {
    match (kind, words::line(text, SUBJECT_MAX)?) {
        (Kind::Dose, None) => Err("Name the product.".to_owned()),
        (Kind::Equipment, None) => Err("Say what was done.".to_owned()),
        (_, subject) => Ok(subject),
    }
}

/// An amount of this kind with its unit; errors go to the fields named.
pub fn amount(
    kind: Kind,
    amount_field: &str,
    amount: &str,
    unit_field: &str,
    unit: &str,
    errors: &mut FieldErrors,
) -> Option<(Decimal, Unit)> {
    let unit = unit.parse::<Unit>().ok().filter(|unit| kind.units().contains(unit));
    let unit = errors.take(unit_field, unit.ok_or("Choose one of the units."));
    let value = number::parse_plain(amount, number::VOLUME).map_err(|error| error.to_string());
    let value = value.and_then(|value| {
        match unit {
            _ if value <= Decimal::ZERO => Err("Enter an amount above 0."),
            Some(Unit::Percent) if value > Decimal::ONE_HUNDRED => Err("At most 100 %."),
            _ => Ok(value),
        }
        .map_err(str::to_owned)
    });
    Some((errors.take(amount_field, value)?, unit?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn form(kind: Kind) -> CareForm {
        let text = str::to_owned;
        CareForm {
            kind: text(kind.as_str()),
            subject: text(" Alkalinity "),
            amount: text("5,5"),
            unit: text(if kind == Kind::Dose { "mL" } else { "percent" }),
            portion: text("2 cubes"),
            done_at: text("2026-11-23T12:30"),
            note: text("as always"),
        }
    }

    fn submit(form: &CareForm) -> Result<Entry, FieldErrors> {
        check(form, None, &zone::parse("Europe/Berlin").unwrap(), NOW.parse().unwrap())
    }

    fn error(kind: Kind, change: impl FnOnce(&mut CareForm)) -> String {
        let mut form = form(kind);
        change(&mut form);
        let errors = submit(&form).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.iter().next().unwrap();
        format!("{}: {}", error.field, error.message)
    }

    #[test]
    fn each_kind_takes_what_belongs_to_it() {
        for (kind, subject, amount, portion) in [
            (Kind::WaterChange, None, true, None),
            (Kind::Dose, Some("Alkalinity"), true, None),
            (Kind::Feeding, Some("Alkalinity"), false, Some("2 cubes")),
            (Kind::Cleaning, Some("Alkalinity"), false, None),
            (Kind::Filter, Some("Alkalinity"), false, None),
            (Kind::Equipment, Some("Alkalinity"), false, None),
            (Kind::Note, None, false, None),
        ] {
            let entry = submit(&form(kind)).unwrap();
            let what = &entry.what;
            assert_eq!(
                (what.kind, what.subject.as_deref(), what.portion.as_deref()),
                (kind, subject, portion)
            );
            assert_eq!(what.amount.is_some(), amount, "{kind:?}");
            assert_eq!(entry.done_at.to_string(), "2026-11-23T11:30:00Z");
            assert_eq!(entry.note.as_deref(), Some("as always"));
        }
        let bare = CareForm { subject: String::new(), portion: String::new(), ..form(Kind::Feeding) };
        assert_eq!(submit(&bare).unwrap().what, What::bare(Kind::Feeding));
    }

    #[test]
    fn each_field_is_described() {
        let water = Kind::WaterChange;
        assert_eq!(error(water, |form| form.kind = "tea".to_owned()), "kind: Choose what was done.");
        assert_eq!(error(water, |form| form.amount.clear()), "amount: Enter a number.");
        assert_eq!(error(water, |form| form.amount = "0".to_owned()), "amount: Enter an amount above 0.");
        assert_eq!(error(water, |form| form.amount = "100.1".to_owned()), "amount: At most 100 %.");
        assert_eq!(
            error(water, |form| form.amount = "1e2".to_owned()),
            "amount: Write the number out, without an exponent."
        );
        assert_eq!(error(water, |form| form.unit = "mL".to_owned()), "unit: Choose one of the units.");
        assert_eq!(error(Kind::Dose, |form| form.unit = "L".to_owned()), "unit: Choose one of the units.");
        assert_eq!(error(Kind::Dose, |form| form.subject = " ".to_owned()), "subject: Name the product.");
        assert_eq!(error(Kind::Equipment, |form| form.subject.clear()), "subject: Say what was done.");
        assert_eq!(
            error(Kind::Feeding, |form| form.portion = "x".repeat(65)),
            "portion: At most 64 characters."
        );
        assert_eq!(error(Kind::Note, |form| form.note.clear()), "note: Write what you want to remember.");
        assert_eq!(error(water, |form| form.note = "x".repeat(513)), "note: At most 512 characters.");
        assert_eq!(
            error(water, |form| form.done_at = "2026-11-23T13:11".to_owned()),
            "done_at: This time is in the future."
        );
    }

    #[test]
    fn an_unchanged_minute_keeps_its_instant() {
        let berlin = zone::parse("Europe/Berlin").unwrap();
        // Half past two comes twice on this day; this is the second, with seconds.
        let kept: Timestamp = "2026-10-25T01:30:42Z".parse().unwrap();
        let form = CareForm { done_at: "2026-10-25T02:30".to_owned(), ..form(Kind::Feeding) };
        let done_at = |kept| check(&form, kept, &berlin, NOW.parse().unwrap()).unwrap().done_at;
        assert_eq!(done_at(Some(kept)), kept);
        assert_eq!(done_at(None).to_string(), "2026-10-25T00:30:00Z");
    }

    proptest! {
        #[test]
        fn arbitrary_forms_never_panic(kind in 0..8_usize, fields in prop::collection::vec("(?s).{0,70}", 6)) {
            let [subject, amount, unit, portion, done_at, note] = <[String; 6]>::try_from(fields).unwrap();
            let kind = Kind::ALL.get(kind).map_or("tea", |kind| kind.as_str()).to_owned();
            let _ = submit(&CareForm { kind, subject, amount, unit, portion, done_at, note });
        }
    }
}
