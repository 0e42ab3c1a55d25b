//! `POST /alerts/{id}/seen`, and taking that back.

use axum::response::Response;

use crate::db::alert;
use crate::domain::id::{AlertId, KeeperId};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::reading::At;
use crate::pages::tank::href;
use crate::pages::visit::Visit;

/// Somebody has seen an alert: it is not told again unless it grows worse. Of one that is over nothing changes.
///
/// # Errors
/// When there never was such an alert, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, At(id): At<AlertId>) -> Result<Response, Error> {
    set(&visit, Some(keeper.id), id, Note::AlertSeen(id)).await
}

/// Takes it back.
///
/// # Errors
/// When there never was such an alert, or the database does not answer.
pub async fn undo(visit: Visit, At(id): At<AlertId>) -> Result<Response, Error> {
    set(&visit, None, id, Note::ChangeUndone).await
}

async fn set(visit: &Visit, by: Option<KeeperId>, id: AlertId, note: Note) -> Result<Response, Error> {
    let by = by.map(|keeper| (keeper, visit.app.clock.now()));
    let mut db = visit.app.connection().await?;
    let tank = alert::acknowledge(&mut db, id, by).await?.ok_or(Error::NotFound)?;
    Ok(visit.go(&href(tank), Some(note)))
}
