//! How a keeper wants to see things.

pub mod edit;
pub mod update;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/settings/display", get(edit::handle).post(update::handle))
}
