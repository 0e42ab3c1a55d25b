//! The second factor of the keeper who is signed in.

pub mod codes;
pub mod confirm;
pub mod prove;
pub mod show;

use axum::Router;
use axum::routing::{get, post};

use super::form::Field;
use crate::http::App;

/// Where it is turned on and off.
const HREF: &str = "/settings/account/second-factor";

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/account/second-factor", get(show::handle).post(confirm::begin))
        .route("/settings/account/second-factor/confirm", post(confirm::handle))
        .route("/settings/account/second-factor/off", get(prove::show_off).post(prove::off))
        .route("/settings/account/second-factor/codes", get(prove::show_codes).post(prove::codes))
}

/// A code of the app or a recovery code.
pub(super) fn code_field() -> Field {
    Field { complete: "one-time-code", max: 32, ..Field::text("code", "Code") }
}

/// The password, asked again.
fn password_field() -> Field {
    Field::password("current_password", "Your password", "current-password")
}
