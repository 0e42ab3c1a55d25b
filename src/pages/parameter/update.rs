//! `POST /settings/parameters/{number}`.

use axum::response::Response;
use http::StatusCode;

use super::AtOwn;
use super::create::why;
use super::edit::EditParameterPage;
use super::form::{self, ParameterForm};
use crate::db::custom_parameter::{self, Saved};
use crate::domain::custom_parameter::check_edit;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Changes a parameter of the household's own.
///
/// # Errors
/// When there is no such parameter of the household's own, or the database does not answer.
pub async fn handle(visit: Visit, at: AtOwn, typed: Typed) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.find(catalogue)?;
    let mut db = visit.app.connection().await?;
    let errors = match check_edit(&form::read(&typed)) {
        Ok(definition) => match custom_parameter::update(&mut db, at.0, &definition).await? {
            Saved::Done => return Ok(visit.go("/settings/parameters", Some(Note::ParameterSaved))),
            refused => why(refused)?,
        },
        Err(errors) => errors,
    };
    let has_readings = custom_parameter::has_readings(&mut db, at.0).await?;
    drop(db);
    let form = ParameterForm::of(parameter, catalogue).again(&typed, &errors);
    let page = EditParameterPage::new(visit.shell("settings"), at, parameter, form, has_readings);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
