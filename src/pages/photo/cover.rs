//! `POST /photos/{id}/cover`.

use axum::response::Response;

use super::{AtPhoto, href};
use crate::db;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Makes a photo the one that stands for its tank or animal in lists.
///
/// # Errors
/// When there is no such photo, or the database does not answer.
pub async fn handle(visit: Visit, at: AtPhoto) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let photo = db::photo::find(&mut db, at.0).await?.ok_or(Error::NotFound)?;
    if !db::photo::change::make_cover(&mut db, &photo).await? {
        return Err(Error::NotFound);
    }
    Ok(visit.go(&href(at.0), Some(Note::CoverChosen)))
}
