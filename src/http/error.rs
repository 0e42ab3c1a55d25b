//! What a handler answers when it cannot do what was asked, and how every error response is written:
//! a page where the client prefers HTML, problem+json (RFC 9457) elsewhere. The message never holds
//! internals; the request id leads to the log line that does.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use super::request_id::RequestId;
use crate::db;

/// Why a request was not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request makes no sense; the text says why, for a person.
    #[error("bad request: {0}")]
    BadRequest(Cow<'static, str>),
    /// The keeper may not do this.
    #[error("forbidden: {0}")]
    Forbidden(Cow<'static, str>),
    /// There is no such thing, or none that this keeper may see.
    #[error("not found")]
    NotFound,
    /// A form that is larger than any of ours.
    #[error("form too large")]
    FormTooLarge,
    /// A limit was reached; try again after the time given.
    #[error("too many requests: {detail}")]
    TooMany {
        /// What was too much, for a person.
        detail: Cow<'static, str>,
        /// When to try again.
        retry_after: Duration,
    },
    /// Something that is needed does not answer at the moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours.
    #[error("internal: {0:#}")]
    Internal(anyhow::Error),
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        if error.is_unavailable() {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        db::Error::from(error).into()
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// An error as it is shown: rides in a response's extensions until [`render`] writes the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the response.
    pub status: StatusCode,
    /// A few words.
    pub title: Cow<'static, str>,
    /// What happened and what to do, in a sentence or two.
    pub detail: Cow<'static, str>,
    /// Where to go on, if there is a better place than the start page: label and address.
    pub action: Option<(Cow<'static, str>, String)>,
    /// Seconds until another try makes sense.
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem with the words that its status usually gets.
    pub fn new(status: StatusCode) -> Self {
        let (title, detail) = usual_words(status);
        Self { status, title: title.into(), detail: detail.into(), action: None, retry_after: None }
    }

    /// Replaces the explanation.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Says where to go on.
    #[must_use]
    pub fn action(mut self, label: impl Into<Cow<'static, str>>, href: impl Into<String>) -> Self {
        self.action = Some((label.into(), href.into()));
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after.as_secs().max(1));
        self
    }
}

fn usual_words(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("That request is not valid", "The request could not be understood. Go back and try again."),
        401 => ("Please sign in", "You are not signed in, or your session has ended."),
        403 => ("Not allowed", "You may not do this."),
        404 => ("Nothing here", "This page does not exist, or what it showed is gone."),
        405 => ("Not like that", "This address does not take that kind of request."),
        408 => ("Too slow", "The request took too long to arrive. Try again."),
        413 => ("Too large", "What you sent is larger than the limit."),
        415 => ("Not readable", "What you sent is in a form that this page does not take."),
        421 => ("Wrong address", "This server does not answer under that name."),
        422 => ("Please check", "Something in the form needs another look."),
        429 => ("Slow down", "There were too many tries. Wait a moment, then try again."),
        431 => ("Too large", "The request's header is larger than the limit."),
        503 => ("Back in a moment", "The service is not ready. Nothing is lost; try again in a few seconds."),
        500..=599 => ("Something went wrong", "This is a fault of ours. Nothing was saved by this request."),
        _ => ("That did not work", "Go back and try again."),
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = problem.status;
        if let Some(seconds) = problem.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(problem);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.into()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::BadRequest(why) => Problem::new(StatusCode::BAD_REQUEST).detail(why),
            Self::Forbidden(why) => Problem::new(StatusCode::FORBIDDEN).detail(why),
            Self::NotFound => Problem::new(StatusCode::NOT_FOUND),
            Self::FormTooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
                .detail("This form is larger than 256 KB, the most that is accepted. Nothing was saved."),
            Self::TooMany { detail, retry_after } => {
                Problem::new(StatusCode::TOO_MANY_REQUESTS).detail(detail).retry_after(retry_after)
            }
            Self::Unavailable(why) => {
                tracing::warn!(%why, "request not answered: something it needs is unavailable");
                Problem::new(StatusCode::SERVICE_UNAVAILABLE).retry_after(Duration::from_secs(2))
            }
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "request failed");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
        .into()
    }
}

/// The members of problem+json that we send.
#[derive(Serialize)]
struct ProblemJson<'a> {
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

/// Writes the page of a problem; the second argument is the request's id.
pub type WritePage = fn(&Problem, Option<&str>) -> String;

/// Writes the body of every error response, ours and the framework's.
pub async fn render(State(page): State<WritePage>, request: Request, next: Next) -> Response {
    let html = prefers_html(request.headers());
    let request_id = request.extensions().get::<RequestId>().copied();
    let mut response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        // A page that a handler wrote itself, such as a form with its errors.
        None if response.headers().contains_key(CONTENT_TYPE) && !is_plain_text(response.headers()) => {
            return response;
        }
        None => Problem::new(status),
    };
    let request_id = request_id.as_ref().map(RequestId::as_str);
    let (content_type, body) = if html {
        ("text/html; charset=utf-8", page(&problem, request_id))
    } else {
        let json = ProblemJson {
            title: &problem.title,
            status: status.as_u16(),
            detail: &problem.detail,
            request_id,
        };
        // A struct of strings and a number always serialises.
        ("application/problem+json", serde_json::to_string(&json).unwrap_or_default())
    };
    let mut rendered = Response::new(Body::from(body));
    *rendered.status_mut() = status;
    // What the layers below have set stays (Retry-After, cookies), apart from the old body's. The router adds
    // `Allow` to a 405 only after its layers.
    *rendered.headers_mut() = std::mem::take(response.headers_mut());
    rendered.headers_mut().remove(CONTENT_LENGTH);
    rendered.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    debug_assert!(!rendered.headers().contains_key(LOCATION));
    *rendered.extensions_mut() = std::mem::take(response.extensions_mut());
    rendered
}

fn is_plain_text(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/plain"))
}

/// Whether the client asks for HTML by name before JSON. `*/*` alone is a program.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).map_or(&b""[..], HeaderValue::as_bytes);
    let position = |needle: &[u8]| accept.windows(needle.len()).position(|part| part == needle);
    match (position(b"text/html"), position(b"json")) {
        (Some(html), Some(json)) => html < json,
        (html, _) => html.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_html_and_programs_get_json() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/html;q=0.5", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(prefers_html(&headers), html, "{accept}");
        }
        assert!(!prefers_html(&HeaderMap::new()));
    }

    #[test]
    fn internals_stay_out_of_the_answer() {
        let response = Error::Internal(anyhow::anyhow!("password=hunter2 at db.internal")).into_response();
        let problem = response.extensions().get::<Problem>().unwrap();
        assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!problem.detail.contains("hunter2"));
    }
}
