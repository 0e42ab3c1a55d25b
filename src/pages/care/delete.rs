//! `POST /care/{id}/delete`: takes an entry away; the notice puts it back.

use axum::response::Response;

use super::AtCare;
use super::note::CareNote;
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::href as tank_href;
use crate::pages::visit::Visit;

/// Deletes an entry. Twice is once.
///
/// # Errors
/// When there is no such entry, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtCare) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let (tank, change) =
        db::care::delete(&mut db, &app.clock, at.0, keeper.id).await?.ok_or(Error::NotFound)?;
    Ok(visit.go(&tank_href(tank), Some(Note::Care(CareNote::Deleted(at.0, change)))))
}
