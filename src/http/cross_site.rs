//! The guard against forms that other sites send in a keeper's name, judged by `PUBLIC_URL` alone (R8, C15).
//! There are no tokens in forms, so nothing expires while a page is open.
//!
//! `tower-http` has such a layer too, but it also accepts an `Origin` that agrees with the request's own
//! `Host`; here no part of a request may say what our origin is.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::App;
use super::error::Problem;

/// Refuses cross-site requests that would change something.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_ours(request.headers(), app.settings.public_url.origin()) {
        return next.run(request).await;
    }
    tracing::warn!(
        origin = ?request.headers().get(ORIGIN),
        sec_fetch_site = ?request.headers().get("sec-fetch-site"),
        "cross-site request refused"
    );
    Problem::new(StatusCode::FORBIDDEN)
        .detail(format!(
            "This form did not come from {origin}, so it was not accepted and nothing was changed. Open \
             {origin} and send it from there. If you did, the proxy in front probably adds \
             “Referrer-Policy: no-referrer”, which hides where forms come from: remove it there.",
            origin = app.settings.public_url.origin()
        ))
        .into_response()
}

/// Whether a request that changes something comes from our own pages, or from a program that is no browser.
fn is_ours(headers: &HeaderMap, our_origin: &str) -> bool {
    let fetch_site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match headers.get(ORIGIN).map(HeaderValue::as_bytes) {
        Some(origin) if origin == our_origin.as_bytes() => true,
        // A page whose referrer policy hides its origin; the browser itself vouches for it.
        Some(b"null") => fetch_site == Some(b"same-origin"),
        Some(_) => false,
        // Browsers always send one of the two; cookies are SameSite for those that are very old.
        None => matches!(fetch_site, None | Some(b"same-origin" | b"none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_origin_counts() {
        let ours = "https://tank.example";
        for (origin, site, expected) in [
            (Some("https://tank.example"), Some("same-origin"), true),
            (Some("https://tank.example"), None, true),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some("http://tank.example"), None, false),
            (Some("https://tank.example.evil.example"), None, false),
            (Some("null"), None, false),
            (Some("null"), Some("cross-site"), false),
            (Some("null"), Some("same-origin"), true),
            (None, Some("cross-site"), false),
            (None, Some("same-site"), false),
            (None, Some("none"), true),
            (None, None, true),
            (Some(""), None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            assert_eq!(is_ours(&headers, ours), expected, "{origin:?} {site:?}");
        }
    }
}
