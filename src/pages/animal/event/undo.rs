//! `POST /livestock/{id}/revisions/{revision}/undo`.

use axum::response::Response;

use super::AtRevision;
use crate::db;
use crate::db::animal::Done;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::animal::{AtAnimal, href, show};
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Takes back a correction or a removal.
///
/// # Errors
/// When there is no such change, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    at: AtAnimal,
    revision: AtRevision,
) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    match db::animal::undo(&mut db, &visit.app.clock, at.0, revision.0, keeper.id).await {
        Ok(Done::New) => Ok(visit.go(&href(at.0), Some(Note::ChangeUndone))),
        Ok(Done::AlreadyThere) => Ok(visit.go(&href(at.0), Some(Note::NothingToUndo))),
        Err(refused) => show::refused(&visit, &mut db, at, refused).await,
    }
}
