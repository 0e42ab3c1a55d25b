//! `POST /photos/{id}`: what a photo shows, in the keeper's words.

use axum::response::Response;
use http::StatusCode;

use super::show::PhotoPage;
use super::{AtPhoto, href};
use crate::db;
use crate::domain::photo;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Changes the caption; an empty one removes it.
///
/// # Errors
/// When there is no such photo, or the database does not answer.
pub async fn handle(visit: Visit, at: AtPhoto, typed: Typed) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    match photo::caption(typed.get("caption")) {
        Ok(caption) => {
            if !db::photo::change::set_caption(&mut db, at.0, caption.as_deref()).await? {
                return Err(Error::NotFound);
            }
            Ok(visit.go(&href(at.0), Some(Note::CaptionSaved)))
        }
        Err(error) => {
            let (photo, named) = at.find(&mut db).await?;
            let mut page = PhotoPage::new(&visit, &photo, &named);
            page.caption = page.caption.with(typed.get("caption")).failing(Some(error));
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
