//! `POST /tasks/{id}/undo/{event}`: takes back what was done with a task last.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;

use super::note::TaskNote;
use super::{home, href};
use crate::db;
use crate::db::task::Undone;
use crate::domain::id::{FormId, TaskId};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Takes it back: the task stands as before, and what was logged with it is deleted.
///
/// # Errors
/// When there is no such thing, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let Path((id, event)) = path.map_err(|_| Error::NotFound)?;
    let id: TaskId = id.parse().map_err(|_| Error::NotFound)?;
    let event: FormId = event.parse().map_err(|_| Error::NotFound)?;
    let mut db = app.connection().await?;
    let note = match db::task::undo(&mut db, &app.clock, &home(app), (id, event), keeper.id).await? {
        Undone::Now => TaskNote::Undone,
        Undone::TooLate => TaskNote::TooLate,
        Undone::Nothing => return Err(Error::NotFound),
    };
    Ok(visit.go(&href(id), Some(Note::Task(note))))
}
