//! Where channels may post at home: an owner's word.

pub mod change;
pub mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/egress", get(show::handle).post(change::add))
        .route("/settings/egress/remove", post(change::remove))
}
