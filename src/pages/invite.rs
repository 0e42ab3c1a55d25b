//! Invites, as owners see them.

pub mod create;
pub mod list;
pub mod revoke;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/invites", get(list::handle).post(create::handle))
        .route("/settings/invites/{invite}/revoke", post(revoke::handle))
}
