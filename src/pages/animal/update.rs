//! `POST /livestock/{id}/edit`.

use axum::response::Response;
use http::StatusCode;

use super::edit::EditAnimalPage;
use super::new::FactFields;
use super::{AtAnimal, facts_of, href};
use crate::db;
use crate::domain::animal;
use crate::domain::field::FieldErrors;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Writes other facts.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(visit: Visit, at: AtAnimal, typed: Typed) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let found = at.find(&mut db).await?;
    let mut errors = FieldErrors::new();
    match animal::check_facts(&facts_of(&typed), &mut errors) {
        Some(facts) if errors.is_empty() => {
            if !db::animal::edit(&mut db, at.0, &facts).await? {
                return Err(Error::NotFound);
            }
            Ok(visit.go(&href(at.0), Some(Note::AnimalEdited)))
        }
        _ => {
            let mut fields = FactFields::default();
            fields.fill(&typed, &errors);
            let page = EditAnimalPage::new(visit.shell("livestock"), &found, fields);
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
