//! `POST /livestock/{id}/events/{event}/remove`.

use axum::response::Response;

use super::AtEvent;
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::animal::{AtAnimal, href, show};
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Removes an event; the notice can undo it, and so can the list of changes.
///
/// # Errors
/// When there is no such event, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtAnimal, event: AtEvent) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    match db::animal::remove(&mut db, &visit.app.clock, at.0, event.0, keeper.id).await {
        Ok(revision) => Ok(visit.go(&href(at.0), Some(Note::EventRemoved(at.0, revision)))),
        Err(refused) => show::refused(&visit, &mut db, at, refused).await,
    }
}
