//! Readings that were taken together at a tank: a session of theirs, not of a browser.

pub mod delete;
pub mod edit;
pub mod show;
pub mod update;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/sessions/{id}", get(show::handle))
        .route("/sessions/{id}/edit", get(edit::handle).post(update::handle))
        .route("/sessions/{id}/delete", post(delete::handle))
}
