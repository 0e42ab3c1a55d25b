//! The form of a single reading: one number with its unit, when, and a note.

use super::new::{Confirm, EntryUnit};
use super::offered;
use crate::domain::field::FORM;
use crate::domain::reading::Rejection;
use crate::pages::form::{Field, Problem};
use crate::pages::tank::Seen;
use crate::pages::typed::Typed;

/// The number with its unit.
#[derive(Clone, Debug)]
pub struct Measure {
    /// The parameter's name.
    pub name: String,
    /// The value before it with its day, in words; may be empty.
    pub last: String,
    /// The number as typed.
    pub value: String,
    /// The chosen unit's code.
    pub unit: String,
    /// The units to choose from.
    pub units: Vec<EntryUnit>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// The question that must be answered with a tick before an unlikely value is saved.
    pub confirm: Option<Confirm>,
}

/// The fields.
#[derive(Clone, Debug)]
pub struct OneForm {
    /// Made when the form is shown: the same form twice is saved once.
    pub form_id: String,
    /// What was measured.
    pub measure: Measure,
    /// When, in the tank's zone, as `datetime-local`.
    pub taken_at: Field,
    /// A note.
    pub note: Field,
    /// What was confirmed before, sent again.
    pub confirmed: Vec<String>,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl OneForm {
    /// A form for a value of this parameter, not filled in yet.
    pub fn new(form_id: String, seen: &Seen<'_>, last: String, taken_at: &str, zone_hint: String) -> Self {
        Self {
            form_id,
            measure: Measure {
                name: seen.parameter.name.clone(),
                last,
                value: String::new(),
                unit: seen.unit.code.clone(),
                units: seen.parameter.units.iter().map(|unit| offered(seen, unit)).collect(),
                error: None,
                confirm: None,
            },
            taken_at: taken_at_field(taken_at, zone_hint),
            note: note_field(""),
            confirmed: Vec::new(),
            error: None,
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let measure = &self.measure;
        let value = measure
            .error
            .as_ref()
            .map(|text| Problem { target: "value".to_owned(), text: super::new::named(&measure.name, text) });
        all.into_iter().chain(value).chain(self.taken_at.problem()).chain(self.note.problem()).collect()
    }

    /// Puts what was typed, and what is wrong with it, into the form.
    pub(super) fn fill(&mut self, typed: &Typed, rejection: &Rejection) {
        let (errors, measure) = (&rejection.errors, &mut self.measure);
        typed.get("value").clone_into(&mut measure.value);
        if measure.units.iter().any(|offered| offered.code == typed.get("unit")) {
            typed.get("unit").clone_into(&mut measure.unit);
        }
        measure.error = errors.on("value").or(errors.on("unit")).map(str::to_owned);
        if let Some(jump) = rejection.jumps.first() {
            let symbol = measure.units.iter().find(|unit| unit.code == measure.unit).map(|unit| &unit.symbol);
            let symbol = symbol.filter(|symbol| **symbol != measure.name).map_or("", String::as_str);
            measure.error = Some(jump.question.clone());
            measure.confirm = Some(Confirm {
                token: jump.token.clone(),
                label: format!("Yes, {} is right", format!("{} {symbol}", measure.value.trim()).trim_end()),
            });
        }
        typed.get("taken_at").clone_into(&mut self.taken_at.value);
        self.taken_at.error = errors.on("taken_at").map(str::to_owned);
        typed.get("note").clone_into(&mut self.note.value);
        self.note.error = errors.on("note").map(str::to_owned);
        self.error = errors.on(FORM).map(str::to_owned);
        let asked_again = |token: &str| rejection.jumps.iter().any(|jump| jump.token == token);
        let given = typed.all("confirmed").filter(|token| !token.is_empty() && !asked_again(token));
        self.confirmed = given.map(str::to_owned).collect();
    }
}

/// When it was measured.
pub(in crate::pages) fn taken_at_field(value: &str, hint: String) -> Field {
    Field { kind: "datetime-local", hint: hint.into(), ..Field::text("taken_at", "Measured at").with(value) }
}

/// A note.
pub(in crate::pages) fn note_field(value: &str) -> Field {
    Field { required: false, complete: "off", max: 256, ..Field::text("note", "Note").with(value) }
}
