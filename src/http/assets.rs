//! The files of `assets/`, carried in the binary (see `build.rs`): one address for each content, kept by
//! browsers for a year, in the smallest form they take.
//!
//! A template says `{{ crate::http::assets::url!("app.css") }}` and gets `/assets/app-<hash>.css`. A name
//! that is not in `assets/` does not compile.

mod encoding;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use encoding::Coding;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));
pub(crate) use url;

/// A year, and never asked again: another content has another name.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// `/favicon.ico` cannot change its name, so it is asked for again after a day.
const A_DAY: &str = "public, max-age=86400";
/// What `/favicon.ico` answers with: for what asks without reading the page's `<link rel="icon">`.
const ICON: &str = crate::http::assets::url!("logo.svg");

struct File {
    hashed: &'static str,
    hash: &'static str,
    content_type: &'static str,
    identity: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// The routes `/assets/{file}` and `/favicon.ico`, for `GET` and `HEAD`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(asset)).route("/favicon.ico", get(favicon))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&name, &headers, FOREVER)
}

async fn favicon(headers: HeaderMap) -> Response {
    answer(ICON.trim_start_matches("/assets/"), &headers, A_DAY)
}

fn answer(hashed: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    match FILES.iter().find(|file| file.hashed == hashed) {
        Some(file) => file.answer(headers, cache),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl File {
    fn answer(&self, request: &HeaderMap, cache: &'static str) -> Response {
        let (coding, content) = self.content(request);
        // Each form is its own bytes, so each has its own strong tag (RFC 9110, 8.8.3.3).
        let tag = format!("\"{}-{}\"", self.hash, coding.name());
        let mut headers = HeaderMap::with_capacity(7);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let matches = known(request, &tag);
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(ETAG, tag);
        }
        if matches {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        (headers, content).into_response()
    }

    /// The form of the file that this client likes best.
    fn content(&self, request: &HeaderMap) -> (Coding, &'static [u8]) {
        let order = encoding::preferred(request.get_all(ACCEPT_ENCODING));
        order
            .into_iter()
            .find_map(|coding| {
                let content = match coding {
                    Coding::Brotli => self.brotli,
                    Coding::Gzip => self.gzip,
                    Coding::Identity => Some(self.identity),
                };
                content.map(|content| (coding, content))
            })
            // A client that takes nothing at all is better served with the plain file than with a 406.
            .unwrap_or((Coding::Identity, self.identity))
    }
}

/// Does `If-None-Match` name this tag? Compared weakly, as RFC 9110, 13.1.2 has it.
fn known(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests;
