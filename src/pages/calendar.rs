//! A keeper's calendar of duties: the file that calendar programs read, and its secret address.

pub mod feed;
pub mod settings;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module for keepers.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/calendar", get(settings::handle).post(settings::renew))
        .route("/settings/calendar/revoke", post(settings::revoke))
}

/// The file, for calendar programs: they have no cookie, the address itself is what they know.
pub fn open_routes() -> Router<App> {
    Router::new().route("/calendar/{file}", get(feed::handle))
}
