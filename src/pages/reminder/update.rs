//! `POST /settings/reminders`.

use axum::response::Response;
use http::StatusCode;

use super::edit::page;
use crate::db;
use crate::domain::reminder::check;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves what was chosen. It holds from the next time on: an hour that has passed is not made up for.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let before = db::reminder::find(&mut db, keeper.id).await?;
    match check(|name| typed.get(name)) {
        Ok(plan) => {
            let old = before.as_ref().map(|before| (&before.plan, before.handled_on));
            let handled = plan.handled_when_saved(old, visit.app.clock.now());
            db::reminder::save(&mut db, keeper.id, &plan, handled).await?;
            let note = if plan.enabled { Note::RemindersOn } else { Note::RemindersOff };
            Ok(visit.go("/settings/reminders", Some(note)))
        }
        Err(errors) => {
            let page = page(&visit, &mut db, &keeper, before.as_ref()).await?.again(&typed, &errors);
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
