//! Charts: several parameters of a tank over one time axis.

mod marks;
pub mod show;

use axum::Router;
use axum::routing::get;

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/tanks/{id}/charts", get(show::handle))
}
