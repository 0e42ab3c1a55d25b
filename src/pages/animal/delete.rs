//! `POST /livestock/{id}/delete`: an animal that was entered by mistake.

use axum::response::Response;

use super::{AtAnimal, list, show};
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Takes an animal back to which nothing happened but its coming; the notice can undo it.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtAnimal) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    match db::animal::delete(&mut db, &visit.app.clock, at.0, keeper.id).await {
        Ok(()) => Ok(visit.go(list::HREF, Some(Note::AnimalDeleted(at.0)))),
        Err(refused) => show::refused(&visit, &mut db, at, refused).await,
    }
}
