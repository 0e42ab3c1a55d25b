//! `POST /livestock/{id}/restore`: undoes a deletion.

use axum::response::Response;

use super::{AtAnimal, href};
use crate::db;
use crate::db::animal::ChangeError;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Puts an animal back.
///
/// # Errors
/// When there never was such an animal, or the database does not answer.
pub async fn handle(visit: Visit, at: AtAnimal) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    match db::animal::restore(&mut db, at.0).await {
        Ok(()) => Ok(visit.go(&href(at.0), Some(Note::ChangeUndone))),
        Err(ChangeError::Database(error)) => Err(error.into()),
        Err(_) => Err(Error::NotFound),
    }
}
