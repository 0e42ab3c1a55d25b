//! `POST /photos/{id}/delete`, and `POST /photos/{id}/restore`, which takes it back.

use axum::response::Response;

use super::{AtPhoto, all_href, href, undo_since};
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Deletes a photo; its files stay for a day, in which it can be taken back.
///
/// # Errors
/// When there is no such photo, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtPhoto) -> Result<Response, Error> {
    let (mut db, now) = (visit.app.connection().await?, visit.app.clock.now());
    let of = db::photo::change::delete(&mut db, at.0, keeper.id, now).await?.ok_or(Error::NotFound)?;
    Ok(visit.go(&all_href(of), Some(Note::PhotoDeleted(at.0))))
}

/// Takes a deletion back.
///
/// # Errors
/// When there is no such photo any more, or the database does not answer.
pub async fn restore(visit: Visit, at: AtPhoto) -> Result<Response, Error> {
    let (mut db, since) = (visit.app.connection().await?, undo_since(visit.app.clock.now()));
    db::photo::change::restore(&mut db, at.0, since).await?.ok_or(Error::NotFound)?;
    Ok(visit.go(&href(at.0), Some(Note::PhotoRestored)))
}
