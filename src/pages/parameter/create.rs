//! `POST /settings/parameters/new`.

use axum::response::Response;
use http::StatusCode;

use super::form::{self, ParameterForm};
use super::new::NewParameterPage;
use crate::db::custom_parameter::{self, Saved};
use crate::domain::custom_parameter::{MOST, check};
use crate::domain::field::{FORM, FieldErrors};
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Adds a parameter. The same form twice adds one.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, typed: Typed) -> Result<Response, Error> {
    let errors = match check(&form::read(&typed)) {
        Ok((form_id, definition)) => {
            let mut db = visit.app.connection().await?;
            match custom_parameter::create(&mut db, form_id, &definition).await? {
                Saved::Done => {
                    let to = format!("/settings/parameters?saved={form_id}");
                    return Ok(visit.go(&to, Some(Note::ParameterSaved)));
                }
                refused => why(refused)?,
            }
        }
        Err(errors) => errors,
    };
    let catalogue = &*visit.app.catalogue().await?;
    let page = NewParameterPage {
        shell: visit.shell("settings"),
        form_id: typed.get("form_id").to_owned(),
        form: ParameterForm::new(catalogue).again(&typed, &errors),
    };
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What the form is told when the database has reasons against it.
pub(super) fn why(refused: Saved) -> Result<FieldErrors, Error> {
    let mut errors = FieldErrors::new();
    match refused {
        Saved::NotFound => return Err(Error::NotFound),
        Saved::NameTaken => errors.push("name", "There is a parameter with this name already."),
        Saved::UnitInUse => errors.push(
            "unit",
            "Readings were taken in the unit it had, so it stays. Add another parameter for another unit.",
        ),
        Saved::TooMany => {
            errors.push(FORM, format!("There are {MOST} parameters of your own, the most there can be."));
        }
        Saved::Done => {}
    }
    Ok(errors)
}
