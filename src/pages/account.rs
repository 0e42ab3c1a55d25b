//! One's own account: the name, the password, and where it is signed in.

pub mod name;
pub mod password;
pub mod sessions;
pub mod show;

use axum::Router;
use axum::routing::{get, post};

use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/account", get(show::handle).post(name::handle))
        .route("/settings/account/password", get(password::show).post(password::handle))
        .route("/settings/account/sessions/end", post(sessions::end_others))
        .route("/settings/account/sessions/{session}/end", post(sessions::end))
}
