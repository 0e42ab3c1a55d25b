//! How much of a body is taken, and what happens to the rest of it (C19).
//!
//! A client behind a hop may send all of its body before it reads a byte of the answer. Were the answer sent
//! and the connection closed while the body is still on its way, the kernel would reset the connection and
//! the client would never see the answer. So the rest of the body is read and dropped first, within limits.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CONNECTION, EXPECT};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures_util::future::BoxFuture;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::timeout;
use tower::{Layer, Service};

/// How much is read and dropped, and for how long, before the answer goes out all the same.
const DISCARD_BYTES: u64 = 64 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(10);

type Answer = dyn Fn(u64) -> Response + Send + Sync;

struct Rules {
    limit: u64,
    discard: (u64, Duration),
    too_large: Box<Answer>,
}

/// Bounds request bodies and sees to it that every answer reaches its client.
///
/// - A body that says it is over the limit is refused before the handler runs; one that turns out to be is
///   cut off there, and whatever the handler makes of that is replaced by the same answer.
/// - Before any response goes out, whatever the handler left of the body is read and dropped.
///
/// Handlers see an ordinary body; axum's own limit of 2 MB is off, this one is in its place. Put it on with
/// `Router::layer`, so that it covers the fallback.
#[derive(Clone)]
pub struct BodyGuardLayer {
    rules: Arc<Rules>,
}

impl fmt::Debug for BodyGuardLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules { limit, discard, .. } = self.rules.as_ref();
        f.debug_struct("BodyGuardLayer")
            .field("limit", limit)
            .field("discard", discard)
            .finish_non_exhaustive()
    }
}

impl BodyGuardLayer {
    /// At most `limit` bytes a body; over that the client gets the response that `too_large` makes of the limit.
    pub fn new(limit: u64, too_large: impl Fn(u64) -> Response + Send + Sync + 'static) -> Self {
        let discard = (DISCARD_BYTES, DISCARD_TIME);
        Self { rules: Arc::new(Rules { limit, discard, too_large: Box::new(too_large) }) }
    }
}

impl<S> Layer<S> for BodyGuardLayer {
    type Service = BodyGuard<S>;

    fn layer(&self, inner: S) -> Self::Service {
        BodyGuard { inner, rules: Arc::clone(&self.rules) }
    }
}

/// What [`BodyGuardLayer`] makes of a service.
#[derive(Clone)]
pub struct BodyGuard<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S: fmt::Debug> fmt::Debug for BodyGuard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyGuard").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S> Service<Request> for BodyGuard<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        DefaultBodyLimit::disable().apply(&mut request);
        if request.body().is_end_stream() {
            return Box::pin(self.inner.call(request));
        }
        let rules = Arc::clone(&self.rules);
        if request.body().size_hint().lower() > rules.limit {
            let (parts, body) = request.into_parts();
            return Box::pin(async move {
                let mut response = rules.refuse();
                if expects_continue(&parts.headers) {
                    // It waits for a word before it sends, and a refusal is one: there is no rest to read.
                    close(&mut response);
                } else {
                    rules.discard(body, &mut response).await;
                }
                Ok(response)
            });
        }
        let (parts, body) = request.into_parts();
        let shared = Arc::new(Mutex::new(Taken { body: Some(body), left: rules.limit, exceeded: false }));
        let lent = Body::new(Lent(Arc::clone(&shared)));
        let answer = self.inner.call(Request::from_parts(parts, lent));
        Box::pin(async move {
            let mut response = answer.await?;
            let (rest, exceeded) = take_back(&shared);
            if exceeded {
                response = rules.refuse();
            }
            if let Some(rest) = rest {
                rules.discard(rest, &mut response).await;
            }
            Ok(response)
        })
    }
}

impl Rules {
    fn refuse(&self) -> Response {
        (self.too_large)(self.limit)
    }

    /// Reads and drops `body`. What is left over at the limits stays unread; the connection ends with the
    /// response then, as there is no way to find the next request on it.
    async fn discard(&self, body: Body, response: &mut Response) {
        let (most, time) = self.discard;
        if !matches!(timeout(time, read_all(body, most)).await, Ok(true)) {
            close(response);
        }
    }
}

fn close(response: &mut Response) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}

fn expects_continue(headers: &HeaderMap) -> bool {
    headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

/// Reads to the end, or to `most` bytes; whether it was the end.
async fn read_all(mut body: Body, most: u64) -> bool {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            // The client is gone, or sends what is no body: nobody to wait for.
            return false;
        };
        read += frame.data_ref().map_or(0, |data| data.len() as u64);
        if read > most {
            return false;
        }
    }
    true
}

/// A body on loan to a handler. It stays ours when the handler drops its end.
struct Taken {
    body: Option<Body>,
    left: u64,
    exceeded: bool,
}

fn take_back(shared: &Mutex<Taken>) -> (Option<Body>, bool) {
    let mut taken = shared.lock().unwrap_or_else(PoisonError::into_inner);
    (taken.body.take(), taken.exceeded)
}

/// The handler's end of a body.
struct Lent(Arc<Mutex<Taken>>);

/// Why a handler's body ended before its end.
#[derive(Debug)]
enum Cut {
    Exceeded,
    Answered,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exceeded => "the body is over its limit",
            Self::Answered => "the request has been answered",
        })
    }
}

impl Error for Cut {}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = &mut *taken;
        if taken.exceeded {
            return Poll::Ready(Some(Err(axum::Error::new(Cut::Exceeded))));
        }
        let Some(body) = taken.body.as_mut() else {
            return Poll::Ready(Some(Err(axum::Error::new(Cut::Answered))));
        };
        let polled = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let length = frame.data_ref().map_or(0, |data| data.len() as u64);
            if length > taken.left {
                taken.exceeded = true;
                return Poll::Ready(Some(Err(axum::Error::new(Cut::Exceeded))));
            }
            taken.left -= length;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.body.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

#[cfg(test)]
mod tests;
