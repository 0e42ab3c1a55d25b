//! `POST /settings/reminders/now`: the reminder at once, to see what it looks like.

use axum::response::Response;

use super::edit::plan_or_usual;
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::jobs::reminders::{self, Asked};
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Sends what is due by the keeper's channels, at most once a minute.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let plan = plan_or_usual(app, db::reminder::find(&mut db, keeper.id).await?.as_ref());
    let note = match reminders::ask(&mut db, &app.clock, keeper.id, &plan).await? {
        Asked::Sent => Note::ReminderSent,
        Asked::Nothing => Note::ReminderNothing,
        Asked::Nowhere => Note::ReminderNowhere,
    };
    app.wake.notify();
    Ok(visit.go("/settings/reminders", Some(note)))
}
