//! `POST /care/{id}/undo/{change}`: takes the last change of an entry back.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use uuid::Uuid;

use super::href;
use super::note::CareNote;
use crate::db;
use crate::db::care::Undone;
use crate::domain::id::CareId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::href as tank_href;
use crate::pages::visit::Visit;

/// Takes a change back, if it is the last one.
///
/// # Errors
/// When there is no such entry, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let Path((id, change)) = path.map_err(|_| Error::NotFound)?;
    let id: CareId = id.parse().map_err(|_| Error::NotFound)?;
    let change: Uuid = Uuid::try_parse(&change).map_err(|_| Error::NotFound)?;
    let mut db = app.connection().await?;
    match db::care::undo(&mut db, &app.clock, id, change, keeper.id).await?.ok_or(Error::NotFound)? {
        Undone::Now(_) => Ok(visit.go(&href(id), Some(Note::Care(CareNote::Undone)))),
        Undone::TooLate(tank) => Ok(visit.go(&tank_href(tank), Some(Note::Care(CareNote::TooLate)))),
    }
}
