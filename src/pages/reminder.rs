//! When a keeper is reminded of what is due.

pub mod ask;
pub mod edit;
pub mod update;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/reminders", get(edit::handle).post(update::handle))
        .route("/settings/reminders/now", post(ask::handle))
}
