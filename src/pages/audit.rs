//! The log of what concerns the safety of accounts, for owners.

pub mod list;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The page of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/settings/log", get(list::handle))
}
