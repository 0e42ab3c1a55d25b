//! `POST /tasks/{id}/edit`: changes a task. Where it stands stays, unless it falls on other days now.

use axum::response::Response;
use http::StatusCode;

use super::note::TaskNote;
use super::{AtTask, edit, home, href};
use crate::db;
use crate::db::task::StoreError;
use crate::domain::task::check;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Changes a task.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTask, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let task = at.find(&mut db).await?;
    match check(|name| typed.get(name), task.tank.is_some()) {
        Ok(new) => match db::task::edit(&mut db, &home(app), task.id, &new, app.clock.now()).await {
            Ok(()) => Ok(visit.go(&href(task.id), Some(Note::Task(TaskNote::Changed)))),
            Err(StoreError::Database(error)) => Err(error.into()),
            Err(StoreError::Nothing | StoreError::Decommissioned) => Err(Error::NotFound),
        },
        Err(errors) => {
            let form = edit::fields(&visit, &task).again(&typed, &errors);
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &edit::page(&visit, &task, form))
        }
    }
}
