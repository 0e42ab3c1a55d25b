//! `POST /tanks/{id}/parameters/{key}/preset`, and taking that back.

use axum::response::Response;
use sqlx::Connection as _;

use super::AtParameter;
use crate::db;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Sets a tank's own numbers aside.
///
/// # Errors
/// When there is no such tank or parameter, or the database does not answer.
pub async fn handle(visit: Visit, at: AtParameter) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.parameter(catalogue)?;
    let mut db = visit.app.connection().await?;
    at.standing(&mut db, parameter.id).await?;
    let mut tx = db.begin().await?;
    let changed = db::tracking::to_preset(&mut tx, at.tank, parameter.id).await?;
    visit.commit(tx, at.tank).await?;
    Ok(visit.go(&at.href(parameter), changed.then_some(Note::BackToPreset(at.tank, parameter.id))))
}

/// Brings them back.
///
/// # Errors
/// When there is no such tank or parameter, or the database does not answer.
pub async fn undo(visit: Visit, at: AtParameter) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.parameter_or_number(catalogue)?;
    let mut db = visit.app.connection().await?;
    at.standing(&mut db, parameter.id).await?;
    let mut tx = db.begin().await?;
    let changed = db::tracking::undo_to_preset(&mut tx, at.tank, parameter.id).await?;
    visit.commit(tx, at.tank).await?;
    Ok(visit.go(&at.href(parameter), changed.then_some(Note::OwnRangeBack)))
}
