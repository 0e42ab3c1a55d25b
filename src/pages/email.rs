//! Another e-mail address: asking for it, taking that back, and confirming it with the link in the mail.

pub mod confirm;
pub mod edit;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages for keepers who are signed in.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/account/email", get(edit::show).post(edit::handle))
        .route("/settings/account/email/cancel", post(edit::cancel))
}

/// The page that the link leads to: it says what to do to whoever reads the mail and is not signed in here.
pub fn open_routes() -> Router<App> {
    Router::new().route("/email/{secret}", get(confirm::show).post(confirm::handle))
}
