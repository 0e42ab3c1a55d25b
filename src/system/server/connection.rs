//! One HTTP/1.1 connection from its first byte to its close.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncReadExt as _;
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::timeout;
use tower::Service as _;

use super::{Limits, Phase, Shared};
use crate::proxy::Peer;
use crate::system::listener::Stream;

/// At most this much is read and dropped after the last response.
const LINGER_BYTES: usize = 1024 * 1024;

pub(super) struct Connection {
    pub(super) router: Router,
    pub(super) peer: Peer,
    pub(super) shared: Arc<Shared>,
    pub(super) limits: Limits,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Connection {
    pub(super) async fn run(self, stream: Stream) {
        let Self { router, peer, shared, limits, mut phase } = self;
        let answering = Arc::clone(&shared);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(peer);
            let answer = router.clone().call(request);
            let shared = Arc::clone(&answering);
            async move {
                let mut response = answer.await?;
                if shared.is_draining() {
                    // hyper closes the connection after a response that says so.
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.header_bytes)
            .serve_connection(TokioIo::new(stream), service);
        let mut heeded = Phase::Serving;
        loop {
            let now = tokio::select! {
                // The connection first: a request that has arrived is begun before idleness is judged.
                biased;
                ended = &mut connection => {
                    if let Err(error) = ended {
                        // The client's doing: it went away, or sent what is no HTTP.
                        tracing::debug!(%error, "a connection ended early");
                    }
                    break;
                }
                now = changed(&mut phase, heeded) => now,
            };
            match now {
                Phase::Serving => {}
                Phase::CutIdle => {
                    // The runtime looks at its sockets once more, and a request that came in the meantime is
                    // begun: it is answered then, not cut.
                    yield_now().await;
                    if (&mut connection).now_or_never().is_some() {
                        break;
                    }
                    Pin::new(&mut connection).graceful_shutdown();
                }
                Phase::Abort => {
                    // What is idle ends with this one poll; what does not had a request under way.
                    Pin::new(&mut connection).graceful_shutdown();
                    if (&mut connection).now_or_never().is_none() {
                        shared.cut.fetch_add(1, Ordering::Relaxed);
                    }
                    return;
                }
            }
            heeded = now;
        }
        tokio::select! {
            () = linger(connection.into_parts().io.into_inner(), &limits) => {}
            _ = phase.wait_for(|now| *now == Phase::Abort) => {}
        }
    }
}

/// The next phase after `heeded`.
async fn changed(phase: &mut watch::Receiver<Phase>, heeded: Phase) -> Phase {
    match phase.wait_for(|now| *now != heeded).await {
        Ok(now) => *now,
        // The server itself is gone, which it is only after us.
        Err(_) => Phase::Abort,
    }
}

/// Reads and drops what the client still sends, until it closes or the limits are reached.
async fn linger(mut stream: Stream, limits: &Limits) {
    let mut dropped = 0;
    let mut buffer = [0; 4096];
    let drop_all = async {
        while dropped < LINGER_BYTES {
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => dropped += read,
            }
        }
    };
    if timeout(limits.linger, drop_all).await.is_err() {
        tracing::trace!("the client kept its side open after the last response");
    }
}
