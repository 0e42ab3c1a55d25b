//! One id for every request: in each log line of it, in its answer, and in the one line that sums it up.

use std::fmt;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{Extensions, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::future::BoxFuture;
use tower::{Layer, Service};
use tracing::Instrument as _;

use crate::proxy::ClientInfo;
use crate::system::clock::Clock;

/// The header that carries the id to the client. What a client sends under this name is not looked at.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Routes asked so often, and by machines, that their lines are for debugging only (R11).
const QUIET: [&str; 2] = ["/healthz", "/livez"];

/// A request's id: 16 hexadecimal digits, in the request's extensions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    fn new(clock: &Clock) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut random = [0; 8];
        clock.fill(&mut random);
        let mut text = [0; 16];
        for (pair, byte) in text.chunks_exact_mut(2).zip(random) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        Self(text)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Gives every request an id and, after its response, a line at info: method, route, status, duration and
/// client. The route is the pattern (`/tanks/{id}`), never the path: a path may hold a secret token.
///
/// Put it on with `Router::layer`, so that the route is known. The client is the `ClientInfo` in the
/// request's extensions or, when the layer that makes it is further in, in the response's ([`note_client`]).
#[derive(Clone, Debug)]
pub struct RequestIdLayer {
    clock: Clock,
}

impl RequestIdLayer {
    /// Ids from `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl<S> Layer<S> for RequestIdLayer {
    type Service = RequestIdService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequestIdService { inner, clock: self.clock.clone() }
    }
}

/// What [`RequestIdLayer`] makes of a service.
#[derive(Clone, Debug)]
pub struct RequestIdService<S> {
    inner: S,
    clock: Clock,
}

impl<S> Service<Request> for RequestIdService<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let started = Instant::now();
        let id = RequestId::new(&self.clock);
        request.extensions_mut().insert(id);
        // An error span, so that warnings carry the id also where the filter leaves out info.
        let span = tracing::error_span!("request", request_id = id.as_str());
        let asked = Asked::of(&request);
        let answer = self.inner.call(request).instrument(span.clone());
        Box::pin(async move {
            let mut response = answer.await?;
            if let Ok(value) = HeaderValue::from_str(id.as_str()) {
                response.headers_mut().insert(HEADER, value);
            }
            span.in_scope(|| asked.log(response.status(), response.extensions(), started.elapsed()));
            Ok(response)
        })
    }
}

/// Hands the client on to a [`RequestIdLayer`] further out: to be put right inside the layer that finds out who
/// the client is.
pub async fn note_client(request: Request, next: Next) -> Response {
    let client = request.extensions().get().cloned();
    let mut response = next.run(request).await;
    note(client.as_ref(), &mut response);
    response
}

/// The same for a response that is made before any route is reached.
pub fn note(client: Option<&ClientInfo>, response: &mut Response) {
    if let Some(client) = client {
        response.extensions_mut().insert(client.clone());
    }
}

/// What the line says about the request itself.
struct Asked {
    method: Method,
    route: Option<MatchedPath>,
    client: Option<ClientInfo>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
            client: request.extensions().get().cloned(),
        }
    }

    fn log(&self, status: StatusCode, answered: &Extensions, took: Duration) {
        let route = self.route.as_ref().map_or("unmatched", MatchedPath::as_str);
        let method = method(&self.method);
        let client = self.client.as_ref().or_else(|| answered.get()).and_then(|client| client.addr);
        let client = client.map(tracing::field::display);
        let status = status.as_u16();
        let duration_ms = millis(took);
        if QUIET.contains(&route) {
            tracing::debug!(method, route, status, duration_ms, client, "{method} {route} {status}");
        } else {
            tracing::info!(method, route, status, duration_ms, client, "{method} {route} {status}");
        }
    }
}

/// A method by its name when it is a known one: others are whatever the client wrote.
fn method(method: &Method) -> &str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    if KNOWN.contains(method) { method.as_str() } else { "other" }
}

/// Milliseconds to three places.
fn millis(took: Duration) -> f64 {
    let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

#[cfg(test)]
mod tests;
