//! The pages, one file an action: extract → authorise → parse → domain/db → render.
//!
//! A page's view struct lives beside its handler and holds text that is ready to show; the template only
//! arranges it. Each view has samples, and a test renders every sample of every page and judges the markup.

pub mod dashboard;
pub mod error;
pub mod form;
pub mod gauge;
pub mod parts;
pub mod reading;
pub mod session;
pub mod setup;
pub mod shell;
pub mod tank;

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod samples;

use axum::Router;

use crate::http::App;

/// The pages that only signed-in keepers reach.
pub fn signed_in() -> Router<App> {
    Router::new()
}

/// The pages that everybody reaches.
pub fn open() -> Router<App> {
    Router::new()
}
