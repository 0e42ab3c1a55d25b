//! A form as it came in: names and values in order, to be read field by field and shown again as typed.

use std::error::Error as _;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum_extra::extract::Form;
use http_body_util::LengthLimitError;

use crate::http::error::Error;

/// The largest form: what the largest of ours can hold, several times over. The service's own limit is for photos.
const MOST_BYTES: usize = 256 * 1024;
/// The most fields: looking for one goes through all of them, and nobody may make that costly.
const MOST_FIELDS: usize = 1_000;

const UNREADABLE: &str = "This form could not be read. Load the page again and send it once more.";

/// The fields of a form in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// The first value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for Typed {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, MOST_BYTES).await.map_err(|error| unread(&error))?;
        let request = Request::from_parts(parts, Body::from(bytes));
        match Form::<Vec<(String, String)>>::from_request(request, state).await {
            Ok(Form(fields)) if fields.len() > MOST_FIELDS => Err(Error::FormTooLarge),
            Ok(Form(fields)) => Ok(Self(fields)),
            Err(_) => Err(Error::BadRequest(UNREADABLE.into())),
        }
    }
}

/// Too large, or broken on its way: a body that is no body (a bad chunk) is not called too large.
fn unread(error: &axum::Error) -> Error {
    let too_large = matches!(error.source(), Some(source) if source.is::<LengthLimitError>());
    if too_large { Error::FormTooLarge } else { Error::BadRequest(UNREADABLE.into()) }
}
