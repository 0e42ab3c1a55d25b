//! Signing in and out.

pub mod new;
pub mod resume;

use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;

use crate::http::App;
use crate::http::error::Error;

/// The sign-in page that leads back to `target` afterwards.
pub fn sign_in_address(_target: &str) -> String {
    "/sign-in".to_owned()
}

/// What a form that was sent without a session is answered.
pub async fn lapsed(_app: &App, _parts: &Parts, _body: Body) -> Result<Response, Error> {
    Ok(Redirect::to("/sign-in").into_response())
}
