//! `POST /tasks/{id}/done`, `…/skip`, `…/snooze`: one tap each; the same tap twice is once.

use axum::response::Response;
use http::StatusCode;

use super::note::TaskNote;
use super::{AtTask, home, href, show};
use crate::db;
use crate::db::task::{Act, ActError, Task};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::FormId;
use crate::domain::task::Snooze;
use crate::domain::zone;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::href as tank_href;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// It was done: now, or when the form says.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn done(visit: Visit, keeper: Keeper, at: AtTask, typed: Typed) -> Result<Response, Error> {
    handle(visit, keeper, at, typed, |task, typed, visit| {
        let (home, now) = (home(&visit.app), visit.app.clock.now());
        let text = typed.get("done_at");
        if text.is_empty() && !typed.0.iter().any(|(name, _)| name == "done_at") {
            return Ok(Act::Done(now));
        }
        zone::reading_instant(text, task.zone(&home), now)
            .map(Act::Done)
            .map_err(|error| ("done_at", error.to_string()))
    })
    .await
}

/// It is left out this time.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn skip(visit: Visit, keeper: Keeper, at: AtTask, typed: Typed) -> Result<Response, Error> {
    handle(visit, keeper, at, typed, |_, _, _| Ok(Act::Skip)).await
}

/// It is put off.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn snooze(visit: Visit, keeper: Keeper, at: AtTask, typed: Typed) -> Result<Response, Error> {
    handle(visit, keeper, at, typed, |_, typed, _| {
        Snooze::parse(typed.get("for")).map(Act::Snooze).map_err(|error| ("for", error.to_owned()))
    })
    .await
}

/// An act, or the field that is wrong and why.
type Asked = Result<Act, (&'static str, String)>;

async fn handle(
    visit: Visit,
    keeper: Keeper,
    at: AtTask,
    typed: Typed,
    ask: impl FnOnce(&Task, &Typed, &Visit) -> Asked,
) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let task = at.find(&mut db).await?;
    let mut errors = FieldErrors::new();
    let form: Option<FormId> = typed.get("form_id").parse().ok();
    let turn = typed.get("turn").parse().ok().filter(|turn| *turn >= 0);
    let asked = ask(&task, &typed, &visit).map_err(|(field, why)| errors.push(field, why)).ok();
    let (Some(form), Some(turn), Some(act)) = (form, turn, asked) else {
        if errors.is_empty() {
            errors.push(FORM, "This form is damaged. Nothing was done; try again from this page.");
        }
        let page = show::page(&visit, &mut db, &task, None, (&typed, &errors)).await?;
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let note =
        match db::task::act(&mut db, &app.clock, &home(app), (task.id, form, turn), act, keeper.id).await {
            Ok(acted) => match act {
                Act::Done(_) if acted.care.is_some() => TaskNote::Logged(task.id, form),
                Act::Done(_) => TaskNote::Done(task.id, form),
                Act::Skip => TaskNote::Skipped(task.id, form),
                Act::Snooze(_) => TaskNote::Snoozed(task.id, form),
            },
            Err(ActError::Stale) => TaskNote::Stale,
            Err(ActError::Nothing) => return Err(Error::NotFound),
            Err(ActError::Database(error)) => return Err(error.into()),
        };
    Ok(visit.go(&back(&task, typed.get("from")), Some(Note::Task(note))))
}

/// The page the button was on, by one of a few words.
fn back(task: &Task, from: &str) -> String {
    match (from, task.tank) {
        ("home", _) => "/".to_owned(),
        ("tank", Some(tank)) => tank_href(tank),
        ("task", _) => href(task.id),
        _ => "/tasks".to_owned(),
    }
}
