//! A form as it came in: names and values in order, to be read field by field and shown again as typed.

use std::collections::HashSet;
use std::error::Error as _;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum_extra::extract::Form;
use http_body_util::LengthLimitError;

use crate::http::error::Error;

/// The largest form: what the largest of ours can hold, several times over. The service's own limit is for photos.
const MOST_BYTES: usize = 256 * 1024;

/// The most fields of a form, likewise.
const MOST_FIELDS: usize = 500;
/// What a decoder writes for bytes that are no UTF-8.
const NO_TEXT: char = '\u{FFFD}';

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
            Ok(Form(fields)) if could_be_ours(&fields) => Ok(Self(fields)),
            _ => Err(Error::BadRequest(UNREADABLE.into())),
        }
    }
}

/// Too large, or broken on its way: a body that is no body (a bad chunk) is not called too large.
fn unread(error: &axum::Error) -> Error {
    let too_large = matches!(error.source(), Some(source) if source.is::<LengthLimitError>());
    if too_large { Error::FormTooLarge } else { Error::BadRequest(UNREADABLE.into()) }
}

/// Whether a browser could have made this of one of our forms: text, no crowd of fields, and none twice but
/// ticks. Of a field that came twice nobody could say which one was meant.
fn could_be_ours(fields: &[(String, String)]) -> bool {
    let is_tick = |name: &str| name.strip_prefix("kept.").unwrap_or(name) == "confirmed";
    let mut seen = HashSet::new();
    fields.len() <= MOST_FIELDS
        && fields.iter().all(|(name, value)| {
            (seen.insert(name.as_str()) || is_tick(name))
                && !name.contains(NO_TEXT)
                && !value.contains(NO_TEXT)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&str, &str)]) -> bool {
        let fields: Vec<_> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        could_be_ours(&fields)
    }

    #[test]
    fn only_ticks_come_twice() {
        assert!(ours(&[("name", "Reef"), ("confirmed", "ph=6.1"), ("confirmed", "kh=3")]));
        assert!(ours(&[("kept.confirmed", "ph=6.1"), ("kept.confirmed", "kh=3")]));
        assert!(!ours(&[("name", "Reef"), ("name", "Reef")]));
    }

    #[test]
    fn torn_text_and_crowds_are_no_forms() {
        assert!(!ours(&[("name", "Re\u{FFFD}f")]));
        assert!(!ours(&[("na\u{FFFD}me", "Reef")]));
        let crowd: Vec<_> = (0..501).map(|number| (number.to_string(), String::new())).collect();
        assert!(could_be_ours(&crowd[1..]) && !could_be_ours(&crowd));
    }
}
