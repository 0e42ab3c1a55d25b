//! Background work, for owners: the queue, and each job of it.

pub mod act;
pub mod list;
pub mod note;
pub mod row;
pub mod show;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;

use crate::domain::id::JobId;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/jobs", get(list::handle))
        .route("/settings/jobs/{id}", get(show::handle))
        .route("/settings/jobs/{id}/again", post(act::again))
        .route("/settings/jobs/{id}/discard", post(act::discard))
        .route("/settings/jobs/{id}/restore", post(act::restore))
}

/// The job that the address names, whether there is one or not.
#[derive(Clone, Copy, Debug)]
pub struct AtJob(pub JobId);

impl FromRequestParts<App> for AtJob {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// The address of a job's page.
pub fn href(id: JobId) -> String {
    format!("/settings/jobs/{id}")
}
