//! `POST /tasks/{id}/pause`, `…/resume`, `…/archive`, `…/restore`.

use axum::response::Response;

use super::note::TaskNote;
use super::{AtTask, home, href};
use crate::db;
use crate::db::task::Life;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Lets a task rest.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn pause(visit: Visit, at: AtTask) -> Result<Response, Error> {
    set(visit, at, Life::Pause, TaskNote::Paused(at.0)).await
}

/// Takes a task up again.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn resume(visit: Visit, at: AtTask) -> Result<Response, Error> {
    set(visit, at, Life::Resume, TaskNote::Resumed).await
}

/// Puts a task away.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn archive(visit: Visit, at: AtTask) -> Result<Response, Error> {
    set(visit, at, Life::Archive, TaskNote::Archived(at.0)).await
}

/// Takes a task back; one that rested rests again.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn restore(visit: Visit, at: AtTask) -> Result<Response, Error> {
    set(visit, at, Life::Restore, TaskNote::Restored).await
}

async fn set(visit: Visit, at: AtTask, life: Life, note: TaskNote) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    if !db::task::set_life(&mut db, &home(app), at.0, life, app.clock.now()).await? {
        return Err(Error::NotFound);
    }
    Ok(visit.go(&href(at.0), Some(Note::Task(note))))
}
