//! Parameters that the household defines for itself. Every keeper may: what they name is everybody's.

pub mod create;
pub mod edit;
pub mod form;
pub mod list;
pub mod new;
pub mod retire;
pub mod update;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;

use crate::domain::id::ParameterId;
use crate::domain::parameter::{Catalogue, Parameter};
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/parameters", get(list::handle))
        .route("/settings/parameters/new", get(new::handle).post(create::handle))
        .route("/settings/parameters/{number}", get(edit::handle).post(update::handle))
        .route("/settings/parameters/{number}/retire", post(retire::retire))
        .route("/settings/parameters/{number}/offer", post(retire::offer))
        .route("/settings/parameters/{number}/delete", post(retire::delete))
}

/// The parameter that the address names by its number. Anything that is none is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtOwn(pub ParameterId);

impl FromRequestParts<App> for AtOwn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        let number: i16 = text.parse().map_err(|_| Error::NotFound)?;
        // One address for one thing: no `+1000`, no `01000`.
        if number.to_string() == text { Ok(Self(ParameterId(number))) } else { Err(Error::NotFound) }
    }
}

impl AtOwn {
    /// The household's own parameter with this number.
    fn find(self, catalogue: &Catalogue) -> Result<&Parameter, Error> {
        catalogue.parameter(self.0).filter(|parameter| parameter.custom).ok_or(Error::NotFound)
    }

    /// The address of its page.
    fn href(self) -> String {
        format!("/settings/parameters/{}", self.0.0)
    }
}
