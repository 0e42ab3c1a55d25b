//! Reading again what a restarting Postgres could not answer, so that its restart shows as a slow page and
//! not as an error. Only requests that change nothing are asked twice.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{Method, StatusCode};
use tokio::time::{Instant, sleep};

/// How long a reader is kept waiting.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to leave Postgres alone between two tries.
const PAUSE: Duration = Duration::from_millis(150);

/// Repeats a `GET` or `HEAD` that was answered 503, for a few seconds.
pub async fn read_again(request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    let started = Instant::now();
    loop {
        let again = Request::from_parts(parts.clone(), Body::empty());
        let response = next.clone().run(again).await;
        if response.status() != StatusCode::SERVICE_UNAVAILABLE || started.elapsed() > PATIENCE {
            return response;
        }
        sleep(PAUSE).await;
    }
}
