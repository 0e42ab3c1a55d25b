//! A tank's own range for a parameter.

pub mod edit;
pub mod preset;
pub mod update;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
use sqlx::PgConnection;

use crate::db::tank::Tank;
use crate::db::tracking::{self, Tracking};
use crate::domain::id::{ParameterId, TankId};
use crate::domain::parameter::{Catalogue, Parameter};
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/parameters/{key}", get(edit::handle).post(update::handle))
        .route("/tanks/{id}/parameters/{key}/preset", post(preset::handle))
        .route("/tanks/{id}/parameters/{key}/preset/undo", post(preset::undo))
}

/// The tank and the parameter that the address names. Anything that is none is a page that does not exist.
#[derive(Clone, Debug)]
pub struct AtParameter {
    /// The tank.
    pub tank: TankId,
    /// The parameter's key.
    pub key: String,
}

impl FromRequestParts<App> for AtParameter {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path((tank, key)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        Ok(Self { tank: tank.parse().map_err(|_| Error::NotFound)?, key })
    }
}

impl AtParameter {
    /// What the catalogue knows of the parameter. A retired one has no range.
    fn parameter<'a>(&self, catalogue: &'a Catalogue) -> Result<&'a Parameter, Error> {
        let found = catalogue.parameter_by_key(&self.key);
        found.filter(|parameter| !parameter.retired).ok_or(Error::NotFound)
    }

    /// The same, also by its number, as the address that takes something back has it.
    fn parameter_or_number<'a>(&self, catalogue: &'a Catalogue) -> Result<&'a Parameter, Error> {
        let number = self.key.parse().ok().map(ParameterId);
        number.and_then(|id| catalogue.parameter(id)).map_or_else(|| self.parameter(catalogue), Ok)
    }

    /// The tank, and how the parameter stands in it.
    async fn standing(
        &self,
        db: &mut PgConnection,
        parameter: ParameterId,
    ) -> Result<(Tank, Tracking), Error> {
        let tank = crate::db::tank::find(db, self.tank).await?.ok_or(Error::NotFound)?;
        let all = tracking::of_tank(db, self.tank).await?;
        let one = all.into_iter().find(|tracking| tracking.parameter == parameter).ok_or(Error::NotFound)?;
        Ok((tank, one))
    }

    /// The address of the page.
    fn href(&self, parameter: &Parameter) -> String {
        format!("{}/{}", crate::pages::tracking::href(self.tank), parameter.key)
    }
}
