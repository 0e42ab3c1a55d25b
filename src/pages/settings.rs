//! Settings: what a keeper, or the household, may choose.

pub mod show;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/settings", get(show::handle))
}
