//! `POST /care/{id}`: puts right what was logged; what it said before is kept.

use axum::response::Response;
use http::StatusCode;

use super::note::CareNote;
use super::{AtCare, edit, href, read};
use crate::db;
use crate::domain::care::{CareForm, check};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Changes an entry. Its kind stays: another kind is another entry.
///
/// # Errors
/// When there is no such entry, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtCare, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let (care, tank) = at.find(&mut db).await?;
    let form = CareForm { kind: care.entry.what.kind.as_str().to_owned(), ..read(&typed) };
    match check(&form, Some(care.entry.done_at), &tank.zone, app.clock.now()) {
        Ok(entry) => {
            let (_, change) = db::care::edit(&mut db, &app.clock, care.id, &entry, keeper.id)
                .await?
                .ok_or(Error::NotFound)?;
            let note = change.map_or(CareNote::Same, |change| CareNote::Changed(care.id, change));
            Ok(visit.go(&href(care.id), Some(Note::Care(note))))
        }
        Err(errors) => {
            let form = edit::fields(&visit, &mut db, (&care, &tank)).await?.again(&typed, &errors);
            let page = edit::page(&visit, &mut db, (&care, &tank), form).await?;
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
