//! `POST /sessions/{id}/delete`: a session with all its readings, which the next page can bring back.

use axum::response::Response;
use sqlx::Connection as _;

use crate::db;
use crate::db::change::{Change, Changed};
use crate::domain::id::{ChangeId, SessionId};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::reading::At;
use crate::pages::reading::delete::refused;
use crate::pages::tank::href;
use crate::pages::visit::Visit;

/// Deletes a session. Twice is once.
///
/// # Errors
/// When there never was such a session, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, At(id): At<SessionId>) -> Result<Response, Error> {
    let clock = &visit.app.clock;
    let mut db = visit.app.connection().await?;
    let change = Change { id: ChangeId(clock.uuid()), by: keeper.id, at: clock.now() };
    let mut tx = db.begin().await?;
    let (tank, deleted) = db::change::delete_session(&mut tx, change, id).await.map_err(refused)?;
    visit.commit(tx, tank).await?;
    let note = match deleted {
        Changed::Now(id) | Changed::Before(id) => Note::ReadingDeleted(id),
        Changed::Nothing => Note::Unchanged,
    };
    Ok(visit.go(&href(tank), Some(note)))
}
