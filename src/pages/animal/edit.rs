//! `GET /livestock/{id}/edit`: the form for what an animal is.

use askama::Template;
use axum::response::Response;

use super::new::FactFields;
use super::{AtAnimal, href};
use crate::db::animal::Animal;
use crate::http::error::Error;
use crate::pages::form::{Choice, Problem};
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "animal/edit.html")]
pub struct EditAnimalPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What the animal is called.
    pub title: String,
    /// Its page.
    pub href: String,
    /// The form.
    pub facts: FactFields,
    /// The sexes to choose from.
    pub sexes: Vec<Choice>,
}

impl EditAnimalPage {
    /// The page of this animal with these fields.
    pub fn new(shell: Shell, animal: &Animal, facts: FactFields) -> Self {
        Self {
            shell,
            title: animal.facts.title().to_owned(),
            href: href(animal.id),
            facts,
            sexes: FactFields::sexes(),
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        self.facts.problems().collect()
    }
}

/// Shows the form.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(visit: Visit, at: AtAnimal) -> Result<Response, Error> {
    let animal = at.find(&mut *visit.app.connection().await?).await?;
    let fields = FactFields::of(&animal.facts);
    visit.page(&EditAnimalPage::new(visit.shell("livestock"), &animal, fields))
}

#[cfg(test)]
impl EditAnimalPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let mut facts = FactFields::default();
        facts.species.value = "Clownfish".to_owned();
        facts.sex.value = "female".to_owned();
        let page = |facts| Self {
            shell: Shell::sample("livestock"),
            title: "Nemo".to_owned(),
            href: "/livestock/nemo".to_owned(),
            facts,
            sexes: FactFields::sexes(),
        };
        let mut wrong = facts.clone();
        wrong.species = wrong.species.with("").failing(Some("Say what kind of animal it is."));
        vec![("animal-edit".to_owned(), page(facts)), ("animal-edit-wrong".to_owned(), page(wrong))]
    }
}
