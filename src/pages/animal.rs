//! Livestock: animals and groups, and what happens to them.

pub mod create;
pub mod delete;
pub mod edit;
pub mod event;
pub mod list;
pub mod new;
pub mod restore;
pub mod show;
pub mod stock;
pub mod update;
mod words;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::response::Redirect;
use axum::routing::{get, post};
use http::request::Parts;
use sqlx::PgConnection;

use crate::db::animal::{self, Animal};
use crate::db::tank::Tank;
use crate::domain::animal::FactsForm;
use crate::domain::animal::entry::{Asks, Place};
use crate::domain::id::AnimalId;
use crate::http::App;
use crate::http::error::Error;
use crate::pages::form::Choice;
use crate::pages::tank::AtTank;
use crate::pages::typed::Typed;

/// The pages of this module.
pub fn routes() -> Router<App> {
    let asks = |asks: Asks| {
        get(move |visit, at| event::new::handle(asks, visit, at))
            .post(move |visit, keeper, at, typed| event::create::handle(asks, visit, keeper, at, typed))
    };
    Router::new()
        .route("/livestock", get(list::handle))
        .route("/livestock/new", get(new::handle).post(create::handle))
        .route("/livestock/{id}", get(show::handle))
        .route("/livestock/{id}/edit", get(edit::handle).post(update::handle))
        .route("/livestock/{id}/delete", post(delete::handle))
        .route("/livestock/{id}/restore", post(restore::handle))
        .route("/livestock/{id}/add", asks(Asks::Added))
        .route("/livestock/{id}/move", asks(Asks::Moved))
        .route("/livestock/{id}/died", asks(Asks::Died))
        .route("/livestock/{id}/rehomed", asks(Asks::Rehomed))
        .route("/livestock/{id}/note", asks(Asks::Seen))
        .route("/livestock/{id}/events/{event}", get(event::edit::handle).post(event::update::handle))
        .route("/livestock/{id}/events/{event}/remove", post(event::remove::handle))
        .route("/livestock/{id}/revisions/{revision}/undo", post(event::undo::handle))
        .route("/tanks/{id}/livestock", get(async |AtTank(id): AtTank| Redirect::to(&list::in_tank(id))))
        // Where the predecessor had them.
        .route("/animals", get(async || Redirect::permanent("/livestock")))
        .route("/animals/{id}", get(async |at: AtAnimal| Redirect::permanent(&href(at.0))))
}

/// The animal that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtAnimal(pub AnimalId);

impl FromRequestParts<App> for AtAnimal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // With events and revisions the address has a second id.
        let Path(path) = Path::<Vec<(String, String)>>::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::NotFound)?;
        let id = path.iter().find(|(name, _)| name == "id").ok_or(Error::NotFound)?;
        id.1.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl AtAnimal {
    /// The animal.
    ///
    /// # Errors
    /// When there is no such animal, or the database does not answer.
    pub async fn find(self, db: &mut PgConnection) -> Result<Animal, Error> {
        animal::find(db, self.0).await?.ok_or(Error::NotFound)
    }
}

/// The address of an animal's page.
pub fn href(id: AnimalId) -> String {
    format!("/livestock/{id}")
}

/// Tanks as the domain checks a choice among them.
fn places(tanks: &[Tank]) -> Vec<Place<'_>> {
    tanks.iter().map(|tank| Place { id: tank.id, zone: &tank.zone }).collect()
}

/// Tanks to choose from.
fn choices(tanks: &[Tank]) -> Vec<Choice> {
    tanks.iter().map(|tank| Choice::new(tank.id.to_string(), &tank.name)).collect()
}

/// The facts of a form as they came in.
fn facts_of(typed: &Typed) -> FactsForm {
    let get = |name: &str| typed.get(name).to_owned();
    FactsForm {
        name: get("name"),
        species: get("species"),
        scientific_name: get("scientific_name"),
        sex: get("sex"),
        notes: get("notes"),
    }
}
