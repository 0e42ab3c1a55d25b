//! A request as the one hop hands it on.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use safeharbor::probe::form::percent_encode;
use safeharbor::proxy::Peer;

use super::{HOST, ORIGIN};

/// A request that is being written. Headers are those of a browser on one of our pages, until changed.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    peer: Peer,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A form without fields, until [`form`](Self::form).
    pub(crate) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
    }

    pub(crate) fn new(method: Method, path: &str) -> Self {
        let ask = Self {
            method,
            target: path.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            peer: Peer::Tcp(([127, 0, 0, 1], 40_000).into()),
        };
        ask.header("host", HOST)
            .header("x-forwarded-proto", "https")
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    /// Sets a header, in place of one with the same name.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.bytes(name, value.as_bytes())
    }

    /// The same with a value that may be no text.
    pub(crate) fn bytes(mut self, name: &str, value: &[u8]) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.insert(name, HeaderValue::from_bytes(value).unwrap());
        self
    }

    /// Adds a line to those with the same name.
    pub(crate) fn line(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    pub(crate) fn over(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        self.body(encode(fields))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn request(self) -> Request<Body> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.target)
            .extension(self.peer)
            .body(Body::from(self.body))
            .unwrap();
        *request.headers_mut() = self.headers;
        request
    }
}

/// Fields as a browser sends them.
pub(crate) fn encode(fields: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", percent_encode(name), percent_encode(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}
