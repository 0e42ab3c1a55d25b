//! The fields of care, for a new entry and for one that is changed.

use crate::domain::care::{Kind, NOTE_MAX, SUBJECT_MAX, Unit, What};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::number;
use crate::domain::unit::UnitSystem;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::typed::Typed;

/// The form of one kind of care.
#[derive(Clone, Debug)]
pub struct CareFields {
    /// The kind, which the form sends along.
    pub kind: Kind,
    /// The product, the food, the thing; none for kinds without.
    pub subject: Option<Field>,
    /// What was used before.
    pub suggestions: Vec<String>,
    /// How much; none for kinds without an amount.
    pub amount: Option<Field>,
    /// The chosen unit's code.
    pub unit: String,
    /// The units to choose from.
    pub units: Vec<Choice>,
    /// How much was fed; none for other kinds.
    pub portion: Option<Field>,
    /// When, in the tank's zone, as `datetime-local`.
    pub done_at: Field,
    /// A note.
    pub note: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl CareFields {
    /// Empty fields of a kind.
    pub fn new(kind: Kind, units: UnitSystem, done_at: &str, zone: &str) -> Self {
        let subject = kind.subject_label().map(|label| Field {
            required: kind.needs_subject(),
            complete: "off",
            max: SUBJECT_MAX,
            ..Field::text("subject", label)
        });
        let amount = (!kind.units().is_empty()).then(|| {
            let label = if kind == Kind::WaterChange { "How much water" } else { "Amount" };
            Field { complete: "off", max: 20, ..Field::text("amount", label) }
        });
        let portion = (kind == Kind::Feeding).then(|| Field {
            required: false,
            complete: "off",
            max: SUBJECT_MAX,
            hint: "In your own words: 2 cubes, a pinch.".into(),
            ..Field::text("portion", "How much")
        });
        let note = Field { required: kind == Kind::Note, max: NOTE_MAX, ..Field::text("note", "Note") };
        let done_at = Field {
            kind: "datetime-local",
            hint: format!("In the tank's time: {zone}").into(),
            ..Field::text("done_at", "When").with(done_at)
        };
        Self {
            kind,
            subject,
            suggestions: Vec::new(),
            amount,
            unit: kind.units().first().map_or("", |unit| unit.as_str()).to_owned(),
            units: choices(kind, units),
            portion,
            done_at,
            note,
            error: None,
        }
    }

    /// The same with what an entry says.
    #[must_use]
    pub fn filled(mut self, what: &What, note: Option<&str>) -> Self {
        let text = |field: Option<Field>, text: Option<&str>| {
            field.map(|field| field.with(text.unwrap_or_default()))
        };
        self.subject = text(self.subject, what.subject.as_deref());
        self.portion = text(self.portion, what.portion.as_deref());
        if let Some((value, unit)) = what.amount {
            self.amount = text(self.amount, Some(&number::plainly(value)));
            unit.as_str().clone_into(&mut self.unit);
        }
        self.note = self.note.with(note.unwrap_or_default());
        self
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        let fields = [&mut self.subject, &mut self.amount, &mut self.portion].into_iter().flatten();
        for field in fields.chain([&mut self.done_at, &mut self.note]) {
            field.value = typed.get(field.name).to_owned();
            field.error = errors.on(field.name).map(str::to_owned);
        }
        if let Some(amount) = &mut self.amount {
            if amount.error.is_none() {
                amount.error = errors.on("unit").map(str::to_owned);
            }
            if self.units.iter().any(|unit| unit.value == typed.get("unit")) {
                typed.get("unit").clone_into(&mut self.unit);
            }
        }
        self.error = errors.on(FORM).or(errors.on("kind")).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let fields = [&self.subject, &self.amount, &self.portion].into_iter().flatten();
        let fields = fields.chain([&self.done_at, &self.note]).filter_map(Field::problem);
        all.into_iter().chain(fields).collect()
    }
}

/// The units of a kind, those of the keeper's system first.
fn choices(kind: Kind, units: UnitSystem) -> Vec<Choice> {
    let mut units_of_kind = kind.units().to_vec();
    if units == UnitSystem::Imperial && kind == Kind::WaterChange {
        units_of_kind = vec![Unit::Percent, Unit::UsGallon, Unit::UkGallon, Unit::Litre];
    }
    units_of_kind.iter().map(|unit| Choice::new(unit.as_str(), unit.label())).collect()
}
