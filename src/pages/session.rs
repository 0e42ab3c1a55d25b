//! Signing in and out, and what happens to a form whose session has ended.

pub mod code;
pub mod create;
pub mod delete;
pub mod new;
pub mod resume;

use std::fmt::Write as _;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::request::Parts;
use http::{Method, StatusCode};

use super::typed::Typed;
use super::visit::Visit;
use crate::http::error::Error;
use crate::http::{App, session};

/// The largest form that is carried through a sign-in.
const KEPT_BYTES: usize = 64 * 1024;
/// The longest address to go back to after a sign-in.
const NEXT_BYTES: usize = 1024;

/// Lets signed-in keepers through: a page behind it gets its [`Keeper`](session::Keeper) from the request's
/// extensions and cannot be reached without one. Others are sent to sign in, or to `/setup` while there is nobody yet;
/// what they posted is carried along, so that a session that has ended loses nothing.
pub async fn require(State(app): State<App>, request: Request, next: Next) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    if let Some(keeper) = session::current(&app, &parts).await? {
        parts.extensions.insert(keeper);
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    if !app.is_set_up().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    if matches!(parts.method, Method::GET | Method::HEAD) {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        return Ok(Redirect::to(&sign_in_address(target)).into_response());
    }
    lapsed(&app, &parts, body).await
}

/// The address of the sign-in page that leads on to `target`, a path of this log with its query.
fn sign_in_address(target: &str) -> String {
    leading_on("/sign-in", target)
}

/// The same of the page that asks for a code.
fn code_address(target: &str) -> String {
    leading_on("/sign-in/code", target)
}

fn leading_on(page: &str, target: &str) -> String {
    let target = local(target);
    if target == "/" {
        return page.to_owned();
    }
    let mut address = format!("{page}?next=");
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
async fn lapsed(app: &App, parts: &Parts, body: Body) -> Result<Response, Error> {
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
