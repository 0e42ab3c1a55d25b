//! Livestock: an animal, or a group that is kept as one, and what a person may enter about it. Where it is and
//! how many there are follows from what happened to it: see [`history`].

pub mod entry;
pub mod event;
pub mod history;

use std::str::FromStr;

use jiff::Timestamp;

use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::{FormId, TankId};
use crate::domain::letters;

/// The longest name and species, in characters.
pub const NAME_MAX: usize = 64;
/// The longest scientific name, in characters.
pub const SCIENTIFIC_NAME_MAX: usize = 96;
/// The longest note, in characters.
pub const NOTE_MAX: usize = 512;

/// What is known of the sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Looked at, and not to be told.
    Unknown,
}

impl Sex {
    /// All of them, in the order of a list.
    pub const ALL: [Self; 3] = [Self::Female, Self::Male, Self::Unknown];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Unknown => "unknown",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "Male",
            Self::Female => "Female",
            Self::Unknown => "Unknown",
        }
    }
}

impl FromStr for Sex {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|sex| sex.as_str() == text).ok_or("Choose one of the list.")
    }
}

/// What an animal is, whatever happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the household calls it.
    pub name: Option<String>,
    /// What kind of animal it is, in everyday words.
    pub species: String,
    /// The same in Latin.
    pub scientific_name: Option<String>,
    /// What is known of the sex.
    pub sex: Option<Sex>,
    /// Anything else.
    pub notes: Option<String>,
}

impl Facts {
    /// What to call it in a list: its name, or else its species.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.species)
    }
}

/// The form of an animal's facts as it came in.
#[derive(Clone, Debug, Default)]
pub struct FactsForm {
    /// Optional.
    pub name: String,
    /// What kind of animal it is.
    pub species: String,
    /// Optional.
    pub scientific_name: String,
    /// `male`, `female`, `unknown` or nothing.
    pub sex: String,
    /// Optional.
    pub notes: String,
}

/// The form of a new animal as it came in.
#[derive(Clone, Debug, Default)]
pub struct AnimalForm {
    /// Made by the form: the same id again is the same animal.
    pub form_id: String,
    /// What it is.
    pub facts: FactsForm,
    /// How many.
    pub quantity: String,
    /// The id of the tank they came into.
    pub tank: String,
    /// When, in the tank's time; empty: now.
    pub acquired_at: String,
    /// Optional: a note on their coming.
    pub note: String,
}

/// A checked animal, not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnimal {
    /// The form it came from.
    pub form_id: FormId,
    /// What it is.
    pub facts: Facts,
    /// How many.
    pub quantity: u32,
    /// Where they came to.
    pub tank: TankId,
    /// When.
    pub acquired_at: Timestamp,
    /// A note on their coming.
    pub note: Option<String>,
}

/// Checks the facts. What is wrong is reported by the names of [`FactsForm`]'s fields.
pub fn check_facts(form: &FactsForm, errors: &mut FieldErrors) -> Option<Facts> {
    let name = errors.take("name", line(&form.name, NAME_MAX, "A name has at most 64 characters."));
    let species = line(&form.species, NAME_MAX, "A species has at most 64 characters.")
        .and_then(|species| species.ok_or("Say what kind of animal it is."));
    let species = errors.take("species", species);
    let scientific_name = errors.take(
        "scientific_name",
        line(&form.scientific_name, SCIENTIFIC_NAME_MAX, "A scientific name has at most 96 characters."),
    );
    let sex = match form.sex.trim() {
        "" => Some(None),
        sex => errors.take("sex", sex.parse::<Sex>()).map(Some),
    };
    let notes = errors.take("notes", note(&form.notes));
    Some(Facts {
        name: name?,
        species: species?,
        scientific_name: scientific_name?,
        sex: sex?,
        notes: notes?,
    })
}

/// Checks the form of a new animal. Everything that is wrong is reported at once.
pub fn check(
    form: &AnimalForm,
    tanks: &[entry::Place<'_>],
    now: Timestamp,
) -> Result<NewAnimal, FieldErrors> {
    let mut errors = FieldErrors::new();
    let form_id: Option<FormId> = form.form_id.parse().ok();
    if form_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter the animal again.");
    }
    let facts = check_facts(&form.facts, &mut errors);
    let quantity = errors.take("quantity", entry::quantity(&form.quantity));
    let tank = errors.take("tank", entry::tank(&form.tank, tanks));
    let acquired_at = tank
        .as_ref()
        .and_then(|tank| errors.take("acquired_at", entry::instant(&form.acquired_at, tank.zone, now)));
    let note = errors.take("note", note(&form.note));
    match (form_id, facts, quantity, tank, acquired_at, note) {
        (Some(form_id), Some(facts), Some(quantity), Some(tank), Some(acquired_at), Some(note))
            if errors.is_empty() =>
        {
            Ok(NewAnimal { form_id, facts, quantity, tank: tank.id, acquired_at, note })
        }
        _ => Err(errors),
    }
}

/// One line for people, without surrounding space; `None` when empty.
fn line(text: &str, max: usize, too_long: &'static str) -> Result<Option<String>, &'static str> {
    let text = text.trim();
    if text.chars().any(letters::is_unwanted) || !text.is_empty() && !letters::is_visible(text) {
        return Err("This contains characters that cannot be kept.");
    }
    if text.chars().count() > max {
        return Err(too_long);
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A note of several lines, without surrounding space; `None` when empty.
pub fn note(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.trim().replace("\r\n", "\n");
    let unwanted = |letter| letters::is_unwanted(letter) && !matches!(letter, '\n' | '\t');
    if text.chars().any(unwanted) || !text.is_empty() && !letters::is_visible(&text) {
        return Err("This contains characters that cannot be kept.");
    }
    if text.chars().count() > NOTE_MAX {
        return Err("A note has at most 512 characters.");
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests;
