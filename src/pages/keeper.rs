//! The household's keepers, as owners see them.

pub mod decide;
pub mod delete;
pub mod list;
pub mod reset;
pub mod second_factor;
pub mod show;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;

use crate::domain::id::KeeperId;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/keepers", get(list::handle))
        .route("/settings/keepers/{keeper}", get(show::handle))
        .route("/settings/keepers/{keeper}/owner", post(decide::owner))
        .route("/settings/keepers/{keeper}/keeper", post(decide::keeper))
        .route("/settings/keepers/{keeper}/deactivate", post(decide::deactivate))
        .route("/settings/keepers/{keeper}/reactivate", post(decide::reactivate))
        .route("/settings/keepers/{keeper}/reset", post(reset::handle))
        .route("/settings/keepers/{keeper}/second-factor-off", post(second_factor::turn_off))
        .route("/settings/keepers/{keeper}/delete", get(delete::show).post(delete::handle))
}

/// The keeper whom the address names. Anything that is none is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtKeeper(pub KeeperId);

impl FromRequestParts<App> for AtKeeper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(text) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        text.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// The address of a keeper's page.
fn href(keeper: KeeperId) -> String {
    format!("/settings/keepers/{keeper}")
}
