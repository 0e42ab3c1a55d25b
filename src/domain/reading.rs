//! A batch of readings as it is typed at the tank: checked as a whole, all or nothing.

pub mod edit;

use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::{ParameterId, SessionId};
use crate::domain::letters;
use crate::domain::number::{self, NumberError};
use crate::domain::parameter::Parameter;
use crate::domain::unit::ParameterUnit;
use crate::domain::zone;

/// The longest note, in characters.
pub const NOTE_MAX: usize = 256;

/// Where a reading came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Somebody typed it.
    Manual,
    /// A probe sent it.
    Probe,
    /// It came with other data.
    Import,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Manual, Self::Probe, Self::Import];

    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Probe => "probe",
            Self::Import => "import",
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| format!("no such source: {text}"))
    }
}

/// The form as it came in.
#[derive(Clone, Debug, Default)]
pub struct BatchForm {
    /// Made by the form: the same id again is the same session.
    pub session_id: String,
    /// Tank-local, as a `datetime-local` field gives it.
    pub taken_at: String,
    /// Free text for the whole session.
    pub note: String,
    /// One row a parameter; an empty value means "not measured".
    pub rows: Vec<Row>,
    /// [`Jump::token`]s the person has confirmed.
    pub confirmed: Vec<String>,
}

/// One row of the form.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The parameter's key.
    pub key: String,
    /// The number as typed.
    pub value: String,
    /// The code of the unit chosen.
    pub unit: String,
}

/// One parameter that may be entered for this tank.
#[derive(Clone, Copy, Debug)]
pub struct Enterable<'a> {
    /// What is measured.
    pub parameter: &'a Parameter,
    /// The tank's last canonical value of it.
    pub last: Option<Decimal>,
}

/// A checked session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id, made by the form.
    pub session_id: SessionId,
    /// When the readings were taken.
    pub taken_at: Timestamp,
    /// Free text.
    pub note: Option<String>,
    /// At least one value, at most one a parameter, in the order of the form.
    pub values: Vec<Value>,
}

/// One checked value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What was measured.
    pub parameter: ParameterId,
    /// In the canonical unit, rounded as it is stored.
    pub value: Decimal,
    /// Below detection: the value is the limit.
    pub below: bool,
    /// As typed.
    pub entered_value: Decimal,
    /// The unit it was typed in.
    pub entered_unit: String,
}

/// A value far from the tank's last one. It is stored once the person has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The parameter's key.
    pub key: String,
    /// A question for the person at the form.
    pub question: String,
    /// What the form sends back to say yes. It names the value, so that another value asks again.
    pub token: String,
}

/// Why a form was not accepted: errors, or else jumps that need a yes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejection {
    /// What is wrong, by the names of the form's inputs: `taken_at`, `note`, `<key>_value`, `<key>_unit`.
    pub errors: FieldErrors,
    /// Values to confirm.
    pub jumps: Vec<Jump>,
}

/// The name of a parameter's number field.
pub fn value_field(key: &str) -> String {
    format!("{key}_value")
}

/// The name of a parameter's unit field.
pub fn unit_field(key: &str) -> String {
    format!("{key}_unit")
}

/// Checks a form for a tank in `zone`. Everything that is wrong is reported at once.
pub fn check(
    form: &BatchForm,
    enterable: &[Enterable<'_>],
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Batch, Rejection> {
    let mut rejection = Rejection::default();
    let errors = &mut rejection.errors;
    let session_id: Option<SessionId> = form.session_id.parse().ok();
    if session_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter the readings again.");
    }
    let taken_at = errors.take("taken_at", zone::reading_instant(&form.taken_at, zone, now));
    let note = errors.take("note", note(&form.note));

    let mut values: Vec<Value> = Vec::new();
    for row in form.rows.iter().filter(|row| !row.value.trim().is_empty()) {
        let Some(entry) = enterable.iter().find(|entry| entry.parameter.key == row.key) else {
            rejection.errors.push(FORM, "This form has a value that this tank does not track.");
            continue;
        };
        let parameter = entry.parameter;
        if values.iter().any(|value| value.parameter == parameter.id) {
            rejection.errors.push(value_field(&row.key), "Entered twice.");
            continue;
        }
        let Some(unit) = parameter.unit(&row.unit) else {
            rejection.errors.push(unit_field(&row.key), "Choose one of the units.");
            continue;
        };
        match check_value(&row.value, parameter, unit) {
            Ok(value) => {
                rejection.jumps.extend(jump(&value, entry, unit));
                values.push(value);
            }
            Err(message) => rejection.errors.push(value_field(&row.key), message),
        }
    }
    if values.is_empty() && rejection.errors.is_empty() {
        rejection.errors.push(FORM, "Enter at least one reading.");
    }
    rejection.jumps.retain(|jump| !form.confirmed.contains(&jump.token));
    match (session_id, taken_at, note) {
        (Some(session_id), Some(taken_at), Some(note))
            if rejection.errors.is_empty() && rejection.jumps.is_empty() =>
        {
            Ok(Batch { session_id, taken_at, note, values })
        }
        _ => Err(rejection),
    }
}

/// Checks one number: its form, its place in the unit's and the parameter's bounds.
pub fn check_value(text: &str, parameter: &Parameter, unit: &ParameterUnit) -> Result<Value, String> {
    let entered = number::parse(text, number::READING).map_err(|error: NumberError| error.to_string())?;
    if entered.below && entered.value <= Decimal::ZERO {
        return Err("A limit of detection is above 0.".to_owned());
    }
    let in_entry_bounds = unit.entry_bounds().is_none_or(|(low, high)| (low..=high).contains(&entered.value));
    unit.to_canonical(entered.value)
        .filter(|value| in_entry_bounds && (parameter.hard_low..=parameter.hard_high).contains(value))
        .map(|value| Value {
            parameter: parameter.id,
            value,
            below: entered.below,
            entered_value: entered.value,
            entered_unit: unit.code.clone(),
        })
        .ok_or_else(|| {
            let (low, high) = bounds_in_words(parameter, unit);
            format!("{} is between {low} and {high}.", parameter.name)
        })
}

/// The bounds of entry in a unit, such as `-2 °C` and `45 °C`.
fn bounds_in_words(parameter: &Parameter, unit: &ParameterUnit) -> (String, String) {
    let (low, high) = unit.entry_bounds().map_or_else(
        || (unit.show_canonical(parameter.hard_low), unit.show_canonical(parameter.hard_high)),
        |(low, high)| (format!("{low:.3}"), format!("{high:.3}")),
    );
    (low, unit.with_symbol(&high))
}

/// The question to ask when a value is far from the last one. Below detection asks nothing: the limit is
/// the kit's, not the water's.
fn jump(value: &Value, entry: &Enterable<'_>, unit: &ParameterUnit) -> Option<Jump> {
    let (step, last) = (entry.parameter.jump?, entry.last?);
    if value.below || (value.value - last).abs() <= step {
        return None;
    }
    let Parameter { key, name, .. } = entry.parameter;
    let last = unit.with_symbol(&unit.show_canonical(last));
    let this = unit.with_symbol(&number::plainly(value.entered_value));
    Some(Jump {
        key: key.clone(),
        question: format!("{name} was {last} last time. Is {this} right?"),
        token: format!("{key}={}", value.value.normalize()),
    })
}

/// A note without surrounding space; `None` when empty. Line breaks stay, other control characters do not
/// belong in a note.
pub fn note(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.trim().replace("\r\n", "\n");
    let unwanted = |letter| letters::is_unwanted(letter) && !matches!(letter, '\n' | '\t');
    if text.chars().any(unwanted) || !text.is_empty() && !letters::is_visible(&text) {
        return Err("This contains characters that cannot be kept.");
    }
    if text.chars().count() > NOTE_MAX {
        return Err("A note has at most 256 characters.");
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests;
