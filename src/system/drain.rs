//! How the parts of a process learn that it is ending: softly first, then at once.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How long an idle connection may still ask something after the drain began.
const IDLE_GRACE: Duration = Duration::from_secs(1);
/// How long a drain may take in all before what is left is cut. Below systemd's `TimeoutStopSec`.
const DEADLINE: Duration = Duration::from_secs(20);

/// The process's two ends: *begun* (finish what you have, take nothing new) and *stopped* (drop everything).
/// Clones share one state; once begun it never goes back.
#[derive(Clone, Debug)]
pub struct Drain {
    begun: CancellationToken,
    stopped: CancellationToken,
    idle_grace: Duration,
    deadline: Duration,
}

impl Drain {
    /// A drain that has not begun: a second's grace for idle connections, twenty seconds in all.
    pub fn new() -> Self {
        Self::with_limits(IDLE_GRACE, DEADLINE)
    }

    /// The same with other times: how long an idle connection is kept, and how long all of it may take.
    pub fn with_limits(idle_grace: Duration, deadline: Duration) -> Self {
        Self { begun: CancellationToken::new(), stopped: CancellationToken::new(), idle_grace, deadline }
    }

    /// Begins the drain. Doing it twice is the same as once.
    pub fn begin(&self) {
        self.begun.cancel();
    }

    /// Stops at once; begins the drain too when that has not happened.
    pub fn stop(&self) {
        self.begun.cancel();
        self.stopped.cancel();
    }

    /// Whether the drain has begun.
    pub fn is_begun(&self) -> bool {
        self.begun.is_cancelled()
    }

    /// Whether everything is to be dropped at once.
    pub fn is_stopped(&self) -> bool {
        self.stopped.is_cancelled()
    }

    /// Waits until the drain begins. An event stream ends when this does.
    pub async fn begun(&self) {
        self.begun.cancelled().await;
    }

    /// Waits until everything is to be dropped at once.
    pub async fn stopped(&self) {
        self.stopped.cancelled().await;
    }

    /// Runs `work` unless the drain begins first; then `work` is dropped and the answer is `None`.
    pub async fn unless_begun<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.begun.run_until_cancelled(work).await
    }

    /// How long an idle connection is kept after the drain began.
    pub fn idle_grace(&self) -> Duration {
        self.idle_grace
    }

    /// How long the drain may take in all.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }
}

impl Default for Drain {
    fn default() -> Self {
        Self::new()
    }
}
