//! Mail, for owners: whether it is set up, a test, and what was sent.

pub mod show;
pub mod test;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/settings/mail", get(show::handle)).route("/settings/mail/test", post(test::handle))
}
