//! Signing in and out, and what happens to a form whose session has ended.

pub mod create;
pub mod delete;
pub mod new;
pub mod resume;

use std::fmt::Write as _;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Request};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use super::typed::Typed;
use super::visit::Visit;
use crate::http::App;
use crate::http::error::Error;

/// The largest form that is carried through a sign-in.
const KEPT_BYTES: usize = 64 * 1024;
/// The longest address to go back to after a sign-in.
const NEXT_BYTES: usize = 1024;

/// The address of the sign-in page that leads on to `target`, a path of this log with its query.
pub fn sign_in_address(target: &str) -> String {
    let target = local(target);
    if target == "/" {
        return "/sign-in".to_owned();
    }
    let mut address = "/sign-in?next=".to_owned();
    for byte in target.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// A path of this log, or `/` for anything else: nobody's link leads from our sign-in to another site.
fn local(target: &str) -> &str {
    let ours = target.len() <= NEXT_BYTES
        && target.starts_with('/')
        && !target.starts_with("//")
        && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours { target } else { "/" }
}

/// Answers a form that was sent without a session: the sign-in page, which carries what was typed.
///
/// # Errors
/// When the page cannot be written.
pub async fn lapsed(app: &App, parts: &Parts, body: Body) -> Result<Response, Error> {
    let fields = match to_bytes(body, KEPT_BYTES).await {
        Ok(bytes) => {
            let request = Request::from_parts(parts.clone(), Body::from(bytes));
            Typed::from_request(request, &()).await.unwrap_or_default().0
        }
        // Too large to carry, or broken off: then there is nothing to keep.
        Err(_) => Vec::new(),
    };
    let visit = Visit::stranger(app);
    let kept = resume::Kept::of(parts.uri.path(), fields);
    let page = new::SignInPage { shell: visit.shell(""), kept, ..new::SignInPage::default() };
    visit.page_with(StatusCode::UNAUTHORIZED, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_log_are_led_to() {
        assert_eq!(sign_in_address("/tanks/1?range=30d&x=a b"), "/sign-in");
        assert_eq!(sign_in_address("/tanks/1?range=30d&x=1"), "/sign-in?next=/tanks/1%3Frange%3D30d%26x%3D1");
        for target in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb", "evil"] {
            assert_eq!(sign_in_address(target), "/sign-in", "{target:?}");
        }
    }
}
