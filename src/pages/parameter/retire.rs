//! `POST /settings/parameters/{number}/retire`, `…/offer` and `…/delete`.

use axum::response::Response;

use super::AtOwn;
use crate::db::custom_parameter::{self, Saved};
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Retires a parameter: it is no longer offered, tracked or judged. Its readings stay.
///
/// # Errors
/// When there is no such parameter of the household's own, or the database does not answer.
pub async fn retire(visit: Visit, at: AtOwn) -> Result<Response, Error> {
    set(visit, at, true, Note::ParameterRetired(at.0)).await
}

/// Offers it again; tanks that tracked it do so again.
///
/// # Errors
/// When there is no such parameter of the household's own, or the database does not answer.
pub async fn offer(visit: Visit, at: AtOwn) -> Result<Response, Error> {
    set(visit, at, false, Note::ParameterOffered(at.0)).await
}

async fn set(visit: Visit, at: AtOwn, retired: bool, note: Note) -> Result<Response, Error> {
    match custom_parameter::retire(&mut *visit.app.connection().await?, at.0, retired).await? {
        Saved::NotFound => Err(Error::NotFound),
        _ => Ok(visit.go("/settings/parameters", Some(note))),
    }
}

/// Removes a retired parameter of which nothing was ever measured.
///
/// # Errors
/// When there is no such parameter of the household's own, or the database does not answer.
pub async fn delete(visit: Visit, at: AtOwn) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    at.find(catalogue)?;
    if custom_parameter::delete(&mut *visit.app.connection().await?, at.0).await? {
        return Ok(visit.go("/settings/parameters", Some(Note::ParameterDeleted)));
    }
    // It was taken into use meanwhile: its page says what can be done.
    Ok(visit.go(&at.href(), None))
}
