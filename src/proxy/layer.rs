//! The middleware: every request gets its [`ClientInfo`](super::ClientInfo), loses its forwarded headers, and goes on or is refused.

use std::fmt;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::request::Parts;
use http::{Request, Response};
use tower::{Layer, Service};
use tracing::{error, warn};

use super::client::{Last, Shape};
use super::observations::{self, Observations};
use super::origin::{self, Refusal, Verdict};
use super::warned::Once;
use super::{Observed, Peer, PublicUrl, Trust, TrustVerdict, client_info, headers, names};
use crate::system::clock::Clock;

/// Puts the contract in front of a service. Make one for the whole process: it remembers whom it warned about.
///
/// Each request needs a [`Peer`] in its extensions and reaches the service with [`ClientInfo`](super::ClientInfo) and
/// [`Observed`]
/// there and without any header of R2 and R6. A refused request never reaches it: `refuse` makes the answer
/// from the reason and the request's parts, which have been treated in the same way (only a request without
/// [`Peer`] has no `ClientInfo`).
pub struct ContractLayer<F> {
    shared: Arc<Shared<F>>,
}

struct Shared<F> {
    trust: Trust,
    public_url: PublicUrl,
    clock: Clock,
    observations: &'static Observations,
    warned: Once<Option<IpAddr>>,
    refuse: F,
}

impl<F> ContractLayer<F> {
    /// `refuse` answers what is not served; its status must be [`Refusal::status`].
    pub fn new(trust: Trust, public_url: PublicUrl, clock: Clock, refuse: F) -> Self {
        let observations = observations::of_process();
        let shared = Shared { trust, public_url, clock, observations, warned: Once::new(), refuse };
        Self { shared: Arc::new(shared) }
    }
}

impl<F> Clone for ContractLayer<F> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<F> fmt::Debug for ContractLayer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContractLayer")
            .field("trust", &self.shared.trust)
            .field("public_url", &self.shared.public_url)
            .finish_non_exhaustive()
    }
}

impl<S, F> Layer<S> for ContractLayer<F> {
    type Service = Contract<S, F>;

    fn layer(&self, inner: S) -> Contract<S, F> {
        Contract { inner, shared: Arc::clone(&self.shared) }
    }
}

/// A service behind the contract; see [`ContractLayer`].
pub struct Contract<S, F> {
    inner: S,
    shared: Arc<Shared<F>>,
}

impl<S: Clone, F> Clone for Contract<S, F> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: Arc::clone(&self.shared) }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Contract<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, F, B, R> Service<Request<B>> for Contract<S, F>
where
    S: Service<Request<B>, Response = Response<R>>,
    F: Fn(&Refusal, &Parts) -> Response<R>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<R>, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.shared.treat(&mut request) {
            Verdict::Serve => Either::Left(self.inner.call(request)),
            Verdict::Refuse(refusal) => {
                let (parts, _body) = request.into_parts();
                Either::Right(ready(Ok((self.shared.refuse)(&refusal, &parts))))
            }
        }
    }
}

impl<F> Shared<F> {
    fn treat<B>(&self, request: &mut Request<B>) -> Verdict {
        let Some(peer) = request.extensions().get::<Peer>().copied() else {
            error!("a request came without its peer: the accept loop has to insert it");
            headers::strip(request.headers_mut());
            return Verdict::Refuse(Refusal::NoPeer);
        };
        let (client, observed, verdict, exempt) = {
            let received = headers::received(request.headers(), request.uri(), request.version());
            let (client, observed) = client_info(&self.trust, peer, &received);
            let target = request.uri().path_and_query().map_or("", |target| target.as_str());
            let verdict =
                origin::judge(&self.public_url, &client, &received, request.method().is_safe(), target);
            (client, observed, verdict, origin::is_exempt(request.uri().path()))
        };
        if !exempt {
            // Health checks come from the machine itself and say nothing about the hop.
            self.observations.record(self.clock.now(), &client, &observed);
        }
        if observed.is_forwarded() {
            self.report(&observed);
        }
        headers::strip(request.headers_mut());
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(observed);
        verdict
    }

    fn report(&self, observed: &Observed) {
        if observed.trust.is_trusted() {
            count_invalid(names::FORWARDED_FOR, observed.forwarded_for);
            count_invalid(names::FORWARDED_PROTO, observed.forwarded_proto);
            count_invalid(names::FORWARDED_HOST, observed.forwarded_host);
        } else if self.warned.is_first(observed.peer.addr()) {
            warn_about(observed);
        }
    }
}

fn count_invalid(header: &'static str, shape: Shape) {
    if shape.last == Last::Invalid {
        metrics::counter!("safeharbor_forwarded_invalid_total", "header" => header).increment(1);
    }
}

/// Only the peer's address is logged, never a header's value: anyone can write those.
fn warn_about(observed: &Observed) {
    let peer = observed.peer;
    match observed.trust {
        TrustVerdict::Stranger(addr) => warn!(
            peer = %peer,
            "forwarded headers from {addr} are ignored: if this is your one proxy hop, add {addr} to TRUSTED_PEERS"
        ),
        TrustVerdict::Off => warn!(
            peer = %peer,
            "forwarded headers from {peer} are ignored because TRUST_PROXY_HEADERS is off: if this is your one \
             proxy hop, set TRUST_PROXY_HEADERS=1 and have {peer} in TRUSTED_PEERS (unix sockets need no entry)"
        ),
        TrustVerdict::Listed(..) | TrustVerdict::UnixSocket => {}
    }
}
