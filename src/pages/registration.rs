//! Coming into the household with an invite's link.

pub mod create;
pub mod new;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The pages of this module: who uses them has no account yet.
pub fn routes() -> Router<App> {
    Router::new().route("/register/{secret}", get(new::handle).post(create::handle))
}
