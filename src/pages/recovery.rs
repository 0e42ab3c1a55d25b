//! A new password for who has forgotten theirs: asking for a link, and using it.

pub mod ask;
pub mod choose;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The pages of this module: nobody is signed in who needs them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/forgotten", get(ask::show).post(ask::handle))
        .route("/reset/{secret}", get(choose::show).post(choose::handle))
}
