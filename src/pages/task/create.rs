//! `POST /tasks/new`: the same form twice is one task.

use axum::response::Response;
use http::StatusCode;

use super::new::{fields, page, tanks};
use super::note::TaskNote;
use super::{home, href};
use crate::db;
use crate::db::task::StoreError;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::{TankId, TaskId};
use crate::domain::task::{check, form};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

const DAMAGED: &str = "This form is damaged. Reload the page and enter the task again.";

/// Adds a task.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let tanks = tanks(&mut db).await?;
    let ids: Vec<TankId> = tanks.iter().map(|tank| tank.id).collect();
    let id: Option<TaskId> = typed.get("form_id").parse().ok();
    let tank = form::tank(typed.get("tank"), &ids);
    // While the tank itself is wrong, only that is said of it.
    let checked = check(|name| typed.get(name), tank != Ok(None));
    let mut errors = FieldErrors::new();
    let (id, tank) = (errors.take(FORM, id.ok_or(DAMAGED)), errors.take("tank", tank));
    if let (Some(id), Some(tank), Ok(task)) = (id, tank, &checked) {
        match db::task::create(&mut db, &home(app), (id, tank), task, keeper.id, app.clock.now()).await {
            Ok(()) => {
                return Ok(visit.go(&format!("{}?saved={id}", href(id)), Some(Note::Task(TaskNote::Added))));
            }
            Err(StoreError::Database(error)) => return Err(error.into()),
            Err(StoreError::Nothing | StoreError::Decommissioned) => {
                errors.push("tank", "This tank is no longer in use.");
            }
        }
    }
    for error in checked.err().iter().flatten() {
        errors.push(error.field.clone(), error.message.clone());
    }
    let form = fields(&visit, &tanks, None).again(&typed, &errors);
    let page = page(&visit, typed.get("form_id").to_owned(), form);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
