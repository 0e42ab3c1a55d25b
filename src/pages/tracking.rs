//! What a tank tracks.

pub mod edit;
pub mod update;

use axum::Router;
use axum::routing::get;

use crate::domain::id::TankId;
use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/tanks/{id}/parameters", get(edit::handle).post(update::handle))
}

/// The address of the page that says what a tank tracks.
pub fn href(tank: TankId) -> String {
    format!("/tanks/{tank}/parameters")
}
