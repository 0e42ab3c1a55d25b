//! `POST /readings/{id}/delete`: at once, and the next page can take it back.

use axum::response::Response;
use sqlx::Connection as _;

use super::At;
use super::back::Back;
use crate::db;
use crate::db::change::{Change, ChangeError, Changed};
use crate::domain::id::{ChangeId, ReadingId, SessionId};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Deletes a reading. Twice is once.
///
/// # Errors
/// When there never was such a reading, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    At(id): At<ReadingId>,
    typed: Typed,
) -> Result<Response, Error> {
    let clock = &visit.app.clock;
    let mut db = visit.app.connection().await?;
    let change = Change { id: ChangeId(clock.uuid()), by: keeper.id, at: clock.now() };
    let mut tx = db.begin().await?;
    let deleted = db::change::delete(&mut tx, change, id).await.map_err(refused)?;
    let past = db::version::past(&mut tx, id).await?.ok_or(Error::NotFound)?;
    visit.commit(tx, past.tank).await?;
    let session = left(&mut db, past.session).await?;
    let to = Back::read(typed.get("back")).address(past.tank, session);
    let note = match deleted {
        Changed::Now(id) | Changed::Before(id) => Note::ReadingDeleted(id),
        Changed::Nothing => Note::Unchanged,
    };
    Ok(visit.go(&to, Some(note)))
}

/// The session, if it has other readings.
async fn left(db: &mut sqlx::PgConnection, session: Option<SessionId>) -> Result<Option<SessionId>, Error> {
    let Some(id) = session else { return Ok(None) };
    Ok(db::reading_session::find(db, id).await?.map(|session| session.id))
}

/// What a change that cannot be made answers where no form can say it.
pub(in crate::pages) fn refused(error: ChangeError) -> Error {
    match error {
        ChangeError::Database(error) => error.into(),
        ChangeError::Unknown | ChangeError::Gone => Error::NotFound,
        ChangeError::Conflict | ChangeError::OtherForm => {
            Error::BadRequest("This was changed meanwhile. Load the page again.".into())
        }
    }
}
