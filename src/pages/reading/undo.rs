//! `POST /readings/changes/{id}/undo`: takes a change back as a whole.

use axum::response::Response;
use sqlx::Connection as _;

use super::At;
use super::back::Back;
use super::delete::refused;
use crate::db;
use crate::db::change::{Change, ChangeError, Changed};
use crate::domain::id::ChangeId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Takes a change back, and shows what it was about. Twice is once; what was changed again since stays.
///
/// # Errors
/// When there is no such change, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, At(undone): At<ChangeId>) -> Result<Response, Error> {
    let clock = &visit.app.clock;
    let mut db = visit.app.connection().await?;
    let change = Change { id: ChangeId(clock.uuid()), by: keeper.id, at: clock.now() };
    let mut tx = db.begin().await?;
    let (tank, session, note) = match db::change::undo(&mut tx, change, undone).await {
        Ok(restored) => {
            let note = if restored.outcome == Changed::Nothing { Note::Unchanged } else { Note::Undone };
            (restored.tank, restored.session, note)
        }
        Err(ChangeError::Conflict) => {
            let (tank, session) = db::change::touched(&mut tx, undone).await?.ok_or(Error::NotFound)?;
            (tank, session, Note::NotUndone)
        }
        Err(error) => return Err(refused(error)),
    };
    visit.commit(tx, tank).await?;
    Ok(visit.go(&Back::default().address(tank, session), Some(note)))
}
