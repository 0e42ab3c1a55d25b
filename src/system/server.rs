//! The accept loop: HTTP/1.1 on one listener, bounded, and drained without losing a request.
//!
//! The drain, in order: stop accepting (and take in what waits in the kernel when the listener is ours
//! alone); from then on every response says `Connection: close`; every connection is kept, also one that has
//! not sent a byte, because its request may be on the way; what is idle after a second is shut down; what
//! is still busy at the deadline is cut.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use metrics::{counter, gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::task::TaskTracker;

use crate::proxy::Peer;
use crate::system::drain::Drain;
use crate::system::listener::{Listener, Stream};
use crate::system::progress::Pulse;

mod connection;

/// How long tasks get to end after they were told to stop at once.
const AFTER_CUT: Duration = Duration::from_secs(1);

/// How often it is logged that the server is full.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// What one listener's clients may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait in the kernel's backlog.
    pub connections: usize,
    /// Bytes of request line and headers together; more is answered with 431. At least 8,192. (More than
    /// 100 header lines are 431 too.)
    pub header_bytes: usize,
    /// How long a connection may be without a complete request head, from its start or the last response:
    /// the idle time of kept-alive connections too. Longer than any hop keeps its own idle connections
    /// (Caddy 120 s, cloudflared 90 s), so that it is never we who close one that the hop is about to use.
    pub idle: Duration,
    /// How long what a client still sends is read and dropped after the last response, so that closing the
    /// socket does not reset the connection before the client has read that response.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            header_bytes: 64 * 1024,
            idle: Duration::from_secs(185),
            linger: Duration::from_secs(1),
        }
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Connections accepted in all.
    pub accepted: u64,
    /// Connections cut while busy, at the deadline or at a second signal.
    pub cut: usize,
}

/// Serves `router` on `listener` with the default limits until `drain` has begun and every connection is
/// gone.
pub async fn serve(listener: Listener, router: Router, drain: Drain) -> Report {
    Server::new("http").serve(listener, router, drain).await
}

/// A server with its own name, limits and pulse.
#[derive(Debug)]
pub struct Server {
    /// The `listener` label of its metrics: `http` or `metrics`.
    pub name: &'static str,
    /// What its clients may use.
    pub limits: Limits,
    /// Answers the watchdog from within the accept loop.
    pub pulse: Option<Pulse>,
}

impl Server {
    /// A server with default limits that answers no watchdog.
    pub fn new(name: &'static str) -> Self {
        Self { name, limits: Limits::default(), pulse: None }
    }

    /// Serves `router` until `drain` has begun and every connection is gone, by itself or cut.
    pub async fn serve(mut self, listener: Listener, router: Router, drain: Drain) -> Report {
        let (phase, watch) = watch::channel(Phase::Serving);
        let open = Open {
            shared: Arc::new(Shared::new(self.name)),
            limits: self.limits,
            tasks: TaskTracker::new(),
            permits: Arc::new(Semaphore::new(self.limits.connections)),
            phase: watch,
            router,
        };
        self.accept(&listener, &open, &drain).await;
        let ends_at = Instant::now() + drain.deadline();
        let cut_idle_at = Instant::now() + drain.idle_grace();
        open.shared.draining.store(true, Ordering::Release);
        for (stream, peer) in listener.close() {
            // These are over any limit on purpose: they are few, and the alternative is to reset them.
            open.spawn(stream, peer, None);
        }
        open.finish(&phase, &drain, cut_idle_at, ends_at).await
    }

    /// Accepts until the drain begins.
    async fn accept(&mut self, listener: &Listener, open: &Open, drain: &Drain) {
        let mut permit = None;
        let mut warned_at = None;
        loop {
            if permit.is_none() {
                permit = Arc::clone(&open.permits).try_acquire_owned().ok();
            }
            if permit.is_none() && warned_at.is_none_or(|at: Instant| at.elapsed() >= WARN_EVERY) {
                warned_at = Some(Instant::now());
                let connections = self.limits.connections;
                tracing::warn!(listener = self.name, connections, "no more connections at once; others wait");
            }
            // Without a permit it only waits for one, so that the pulse answers also when the server is full.
            let next = async {
                if permit.is_none() {
                    Next::Permit(Arc::clone(&open.permits).acquire_owned().await.ok())
                } else {
                    Next::Connection(listener.accept().await)
                }
            };
            tokio::select! {
                biased;
                () = drain.begun() => return,
                () = answer(self.pulse.as_mut()) => {}
                next = next => match next {
                    Next::Permit(granted) => permit = granted,
                    Next::Connection((stream, peer)) => open.spawn(stream, peer, permit.take()),
                }
            }
        }
    }
}

enum Next {
    Permit(Option<OwnedSemaphorePermit>),
    Connection((Stream, Peer)),
}

/// Answers one question of the watchdog; never ends where nobody asks.
async fn answer(pulse: Option<&mut Pulse>) {
    match pulse {
        Some(pulse) => pulse.answer().await,
        None => pending().await,
    }
}

/// What the connections are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Shut down what is idle; after its response what is not.
    CutIdle,
    /// Drop everything.
    Abort,
}

/// What all connections of a server share and count.
#[derive(Debug)]
struct Shared {
    name: &'static str,
    draining: AtomicBool,
    accepted: AtomicU64,
    open: AtomicUsize,
    cut: AtomicUsize,
}

impl Shared {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            draining: AtomicBool::new(false),
            accepted: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
        }
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}

/// Counts a connection for as long as it lives, however it ends.
struct Counted(Arc<Shared>);

impl Counted {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        shared.open.fetch_add(1, Ordering::Relaxed);
        counter!("safeharbor_connections_accepted_total", "listener" => shared.name).increment(1);
        gauge!("safeharbor_connections_open", "listener" => shared.name).increment(1.0);
        Self(Arc::clone(shared))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        gauge!("safeharbor_connections_open", "listener" => self.0.name).decrement(1.0);
    }
}

/// The open connections and what a new one needs.
struct Open {
    shared: Arc<Shared>,
    limits: Limits,
    tasks: TaskTracker,
    permits: Arc<Semaphore>,
    phase: watch::Receiver<Phase>,
    router: Router,
}

impl Open {
    fn spawn(&self, stream: Stream, peer: Peer, permit: Option<OwnedSemaphorePermit>) {
        let counted = Counted::new(&self.shared);
        let connection = connection::Connection {
            router: self.router.clone(),
            peer,
            shared: Arc::clone(&self.shared),
            limits: self.limits,
            phase: self.phase.clone(),
        };
        self.tasks.spawn(async move {
            let _held = (counted, permit);
            connection.run(stream).await;
        });
    }

    /// Waits until every connection is gone, cutting what is idle and then what is late.
    async fn finish(
        self,
        phase: &watch::Sender<Phase>,
        drain: &Drain,
        cut_idle_at: Instant,
        ends_at: Instant,
    ) -> Report {
        self.tasks.close();
        let steps = [(Phase::CutIdle, cut_idle_at), (Phase::Abort, ends_at)];
        for (next, at) in steps {
            tokio::select! {
                biased;
                () = self.tasks.wait() => break,
                () = drain.stopped() => {}
                () = sleep_until(at) => {}
            }
            let next = if drain.is_stopped() { Phase::Abort } else { next };
            phase.send_replace(next);
            if next == Phase::Abort {
                break;
            }
        }
        if timeout_at(ends_at + AFTER_CUT, self.tasks.wait()).await.is_err() {
            // A handler that never yields cannot be cut; the process ends around it.
            let stuck = self.shared.open.load(Ordering::Relaxed);
            tracing::warn!(listener = self.shared.name, stuck, "connections did not end when they were cut");
            self.shared.cut.fetch_add(stuck, Ordering::Relaxed);
        }
        let report = Report {
            accepted: self.shared.accepted.load(Ordering::Relaxed),
            cut: self.shared.cut.load(Ordering::Relaxed),
        };
        tracing::info!(
            listener = self.shared.name,
            accepted = report.accepted,
            cut = report.cut,
            "the server has drained"
        );
        report
    }
}

#[cfg(test)]
mod tests;
