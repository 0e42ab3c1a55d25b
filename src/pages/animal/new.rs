//! `GET /livestock/new`: the form for an animal or a group.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use jiff::Timestamp;

use super::choices;
use crate::db::{self, tank::Tank};
use crate::domain::animal::{Facts, NAME_MAX, NOTE_MAX, SCIENTIFIC_NAME_MAX, Sex};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The fields of what an animal is.
#[derive(Clone, Debug)]
pub struct FactFields {
    /// What the household calls it.
    pub name: Field,
    /// What kind of animal it is.
    pub species: Field,
    /// The same in Latin.
    pub scientific_name: Field,
    /// Its sex.
    pub sex: Field,
    /// Anything else.
    pub notes: Field,
}

impl Default for FactFields {
    fn default() -> Self {
        let optional =
            |name, label, max| Field { required: false, max, complete: "off", ..Field::text(name, label) };
        Self {
            species: Field {
                max: NAME_MAX,
                complete: "off",
                hint: "Such as clownfish, neon tetra, cherry shrimp.".into(),
                ..Field::text("species", "Species")
            },
            scientific_name: optional("scientific_name", "Scientific name", SCIENTIFIC_NAME_MAX),
            name: Field {
                hint: "If it has one. A group can have one too.".into(),
                ..optional("name", "Name", NAME_MAX)
            },
            sex: optional("sex", "Sex", 0),
            notes: Field {
                hint: "What it eats, where it came from, what to watch for.".into(),
                ..optional("notes", "Notes", NOTE_MAX)
            },
        }
    }
}

impl FactFields {
    /// The fields of an animal there is.
    pub fn of(facts: &Facts) -> Self {
        let mut fields = Self::default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        fields.name.value = text(&facts.name);
        fields.species.value.clone_from(&facts.species);
        fields.scientific_name.value = text(&facts.scientific_name);
        facts.sex.map(Sex::as_str).unwrap_or_default().clone_into(&mut fields.sex.value);
        fields.notes.value = text(&facts.notes);
        fields
    }

    /// As typed, with what is wrong.
    pub fn fill(&mut self, typed: &Typed, errors: &FieldErrors) {
        for field in
            [&mut self.name, &mut self.species, &mut self.scientific_name, &mut self.sex, &mut self.notes]
        {
            fill(field, typed, errors);
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> impl Iterator<Item = Problem> {
        [&self.species, &self.scientific_name, &self.name, &self.sex, &self.notes]
            .into_iter()
            .filter_map(Field::problem)
    }

    /// The sexes to choose from.
    pub fn sexes() -> Vec<Choice> {
        let known = Sex::ALL.map(|sex| Choice::new(sex.as_str(), sex.label()));
        [Choice::new("", "Not noted")].into_iter().chain(known).collect()
    }
}

/// A field as typed, with what is wrong with it.
pub(super) fn fill(field: &mut Field, typed: &Typed, errors: &FieldErrors) {
    field.value = typed.get(field.name).to_owned();
    field.error = errors.on(field.name).map(str::to_owned);
}

/// The form's fields.
#[derive(Clone, Debug)]
pub struct AnimalFields {
    /// Made when the form is shown: the same form twice is one animal.
    pub form_id: String,
    /// What it is.
    pub facts: FactFields,
    /// How many.
    pub quantity: Field,
    /// The tank they came into.
    pub tank: Field,
    /// When.
    pub acquired_at: Field,
    /// A note on their coming.
    pub note: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl AnimalFields {
    /// An empty form for one of these tanks.
    pub fn new(form_id: String, tanks: &[Tank], asked: &str, now: Timestamp) -> Self {
        let chosen = tanks.iter().find(|tank| tank.id.to_string() == asked).or(tanks.first());
        let mut zones = tanks.iter().map(|tank| &tank.zone);
        let zone = zones.next().filter(|first| zones.all(|zone| zone == *first));
        let (value, hint) = match zone {
            Some(zone) => (
                zone::field_value(now, zone),
                format!("In the tank's time: {}. Left empty, it is now.", text::zone_now(zone, now)),
            ),
            // One text would be another instant in another tank.
            None => (String::new(), "In the time of the tank you choose. Left empty, it is now.".to_owned()),
        };
        Self {
            form_id,
            facts: FactFields::default(),
            quantity: Field { max: 6, ..Field::text("quantity", "How many").with("1") },
            tank: Field::text("tank", "Tank")
                .with(chosen.map(|tank| tank.id.to_string()).unwrap_or_default()),
            acquired_at: Field {
                kind: "datetime-local",
                required: false,
                hint: hint.into(),
                ..Field::text("acquired_at", "Came on").with(value)
            },
            note: Field {
                required: false,
                max: NOTE_MAX,
                hint: "For the timeline: how they arrived, how they were acclimatised.".into(),
                ..Field::text("note", "First note")
            },
            error: None,
        }
    }

    /// As typed, with what is wrong.
    pub fn fill(&mut self, typed: &Typed, errors: &FieldErrors) {
        self.facts.fill(typed, errors);
        for field in [&mut self.quantity, &mut self.tank, &mut self.acquired_at, &mut self.note] {
            fill(field, typed, errors);
        }
        self.error = errors.on(FORM).map(str::to_owned);
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let [species, rest @ ..] = [&self.facts.species, &self.facts.scientific_name, &self.facts.name];
        let came = [&self.quantity, &self.tank, &self.acquired_at, &self.note];
        let fields =
            [species].into_iter().chain(came).chain(rest).chain([&self.facts.sex, &self.facts.notes]);
        all.into_iter().chain(fields.filter_map(Field::problem)).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "animal/new.html")]
pub struct NewAnimalPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The form.
    pub form: AnimalFields,
    /// The tanks to choose from; without any the page says to add one first.
    pub tanks: Vec<Choice>,
    /// The sexes to choose from.
    pub sexes: Vec<Choice>,
    /// The zone that the time is filled in for, for the script; empty when it is not.
    pub zone: String,
}

impl NewAnimalPage {
    /// The page with this form.
    pub fn new(shell: Shell, form: AnimalFields, tanks: &[Tank]) -> Self {
        let zone =
            tanks.first().map(|tank| zone::name(&tank.zone)).filter(|_| !form.acquired_at.value.is_empty());
        Self {
            shell,
            zone: zone.unwrap_or_default().to_owned(),
            form,
            tanks: choices(tanks),
            sexes: FactFields::sexes(),
        }
    }
}

/// Shows an empty form, for the tank that `tank` names if it is in use.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let app = &visit.app;
    let tanks = db::tank::list(&mut *app.connection().await?).await?;
    let form =
        AnimalFields::new(app.clock.uuid().to_string(), &tanks, Typed(asked).get("tank"), app.clock.now());
    visit.page(&NewAnimalPage::new(visit.shell("livestock"), form, &tanks))
}

#[cfg(test)]
impl NewAnimalPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let mut form = AnimalFields::new("0193".to_owned(), &[], "", Timestamp::UNIX_EPOCH);
        form.acquired_at.value = "2026-11-23T18:30".to_owned();
        let page = |form: &AnimalFields, tanks: &[&str]| Self {
            shell: Shell::sample("livestock"),
            form: form.clone(),
            tanks: tanks.iter().map(|name| Choice::new(*name, *name)).collect(),
            sexes: FactFields::sexes(),
            zone: "Europe/Berlin".to_owned(),
        };
        let mut wrong = form.clone();
        wrong.error = Some("This form is damaged. Reload the page and enter the animal again.".to_owned());
        wrong.facts.species = wrong.facts.species.failing(Some("Say what kind of animal it is."));
        wrong.quantity = wrong.quantity.with("many").failing(Some("Enter a whole number."));
        wrong.acquired_at = wrong.acquired_at.failing(Some("This time is in the future."));
        let tanks = ["Reef by the window", "Donaudampfschifffahrtsgesellschaftskapitänsaquarium"];
        vec![
            ("animal-new".to_owned(), page(&form, &tanks)),
            ("animal-new-wrong".to_owned(), page(&wrong, &tanks)),
            ("animal-new-no-tank".to_owned(), page(&form, &[])),
        ]
    }
}
