//! `POST /settings/account`: another name.

use axum::response::Response;
use http::StatusCode;

use super::show;
use crate::domain::keeper::display_name;
use crate::http::account;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves the name.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    match display_name(typed.get("name")) {
        Ok(name) => {
            account::rename(&visit.app, &keeper, &name).await?;
            Ok(visit.go("/settings/account", Some(Note::NameSaved)))
        }
        Err(error) => {
            let name = show::name_field().with(typed.get("name")).failing(Some(error));
            let page = show::page(&visit, &keeper, name).await?;
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
