//! The pages, one file an action: extract → authorise → parse → domain/db → render.
//!
//! A page's view struct lives beside its handler and holds text that is ready to show; the template only
//! arranges it. Each view has samples, and a test renders every sample of every page and judges the markup.

pub mod chart;
pub mod dashboard;
pub mod error;
pub mod estimate;
pub mod form;
pub mod gauge;
pub mod note;
pub mod parts;
pub mod reading;
pub mod reading_session;
pub mod session;
pub mod setup;
pub mod shell;
pub mod tank;
pub mod text;
pub mod typed;
pub mod visit;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::http::App;

/// Pages for keepers who are signed in.
pub fn signed_in() -> Router<App> {
    Router::new()
        .route("/", get(dashboard::show::handle))
        .merge(tank::routes())
        .merge(reading::routes())
        .merge(reading_session::routes())
        .merge(chart::routes())
        .route("/sign-out", post(session::delete::handle))
}

/// Pages for everybody.
pub fn open() -> Router<App> {
    Router::new()
        .route("/setup", get(setup::new::handle).post(setup::create::handle))
        .route("/sign-in", get(session::new::handle).post(session::create::handle))
        // Where the predecessor had it, and where people look.
        .route("/login", get(async || Redirect::permanent("/sign-in")))
}

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod samples;
