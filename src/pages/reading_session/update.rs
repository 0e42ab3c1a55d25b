//! `POST /sessions/{id}/edit`: another time or note for everything that was measured together.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::edit::EditSessionPage;
use crate::db;
use crate::db::change::{Change, ChangeError, Changed};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::SessionId;
use crate::domain::reading::edit::{SessionForm, check_session};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::reading::At;
use crate::pages::reading::row::session_href;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves a correction.
///
/// # Errors
/// When there is no such session, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    At(id): At<SessionId>,
    typed: Typed,
) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let mut db = visit.app.connection().await?;
    let session = db::reading_session::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let tank = db::tank::find(&mut db, session.tank).await?.ok_or(Error::NotFound)?;
    let form = SessionForm {
        change_id: typed.get("form_id").to_owned(),
        was_at: typed.get("was_at").to_owned(),
        taken_at: typed.get("taken_at").to_owned(),
        note: typed.get("note").to_owned(),
    };
    let mut form_id = form.change_id.clone();
    let (status, errors) = match check_session(&form, &tank.zone, now) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(checked) => {
            let change = Change { id: checked.change_id, by: keeper.id, at: now };
            let of_all = |text: &str| {
                let mut errors = FieldErrors::new();
                errors.push(FORM, text);
                errors
            };
            let mut tx = db.begin().await?;
            match db::change::edit_session(&mut tx, change, id, &checked).await {
                Ok(changed) => {
                    visit.commit(tx, tank.id).await?;
                    let note = match changed {
                        Changed::Now(id) | Changed::Before(id) => Note::ReadingChanged(id),
                        Changed::Nothing => Note::Unchanged,
                    };
                    return Ok(visit.go(&session_href(id), Some(note)));
                }
                Err(ChangeError::Conflict) => {
                    form_id = visit.app.clock.uuid().to_string();
                    let text = "Somebody moved these readings to another time meanwhile. Save once more to put \
                                yours in its place.";
                    (StatusCode::CONFLICT, of_all(text))
                }
                Err(ChangeError::OtherForm) => {
                    let text = "This form was used before. Load the page again.";
                    (StatusCode::UNPROCESSABLE_ENTITY, of_all(text))
                }
                Err(ChangeError::Unknown | ChangeError::Gone) => return Err(Error::NotFound),
                Err(ChangeError::Database(error)) => return Err(error.into()),
            }
        }
    };
    drop(db);
    let mut page = EditSessionPage::new(&visit, &session, &tank, form_id);
    if status == StatusCode::UNPROCESSABLE_ENTITY && form.was_at.parse::<jiff::Timestamp>().is_ok() {
        // It is still the form that was made for that time.
        form.was_at.clone_into(&mut page.was_at);
    }
    form.taken_at.clone_into(&mut page.taken_at.value);
    page.taken_at.error = errors.on("taken_at").map(str::to_owned);
    form.note.clone_into(&mut page.note.value);
    page.note.error = errors.on("note").map(str::to_owned);
    page.error = errors.on(FORM).map(str::to_owned);
    visit.page_with(status, &page)
}
