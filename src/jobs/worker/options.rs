//! How a worker is set, and what it tells its process.

use std::sync::Arc;
use std::time::Duration;

use crate::jobs::backoff::Backoff;

/// How a worker works. [`Options::default`] is what production uses; tests shorten it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Jobs run at once.
    pub slots: usize,
    /// How long a lease holds. A worker that died is noticed after that long.
    pub lease: Duration,
    /// How often a running job's lease is extended. Well under `lease`.
    pub extend: Duration,
    /// The longest time without a look at the table, whatever Redis says.
    pub sweep: Duration,
    /// How often the worker's row says that it is there.
    pub heartbeat: Duration,
    /// How long running jobs may go on after the stop. With the seconds of signing off after it, less than
    /// the process's own deadline ([`crate::system::drain::Drain`]).
    pub drain: Duration,
    /// The wait after a failed attempt.
    pub backoff: Backoff,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            slots: 4,
            lease: Duration::from_mins(1),
            extend: Duration::from_secs(20),
            sweep: Duration::from_secs(5),
            heartbeat: Duration::from_secs(20),
            drain: Duration::from_secs(15),
            backoff: Backoff::JOBS,
        }
    }
}

/// What the loop tells its process.
#[derive(Clone)]
pub struct Hooks {
    /// Called by the loop at least every two seconds, whatever it waits for, until the worker has ended.
    pub progress: Arc<dyn Fn() + Send + Sync>,
    /// Called with one line when the state changes.
    pub status: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Hooks {
    /// Tells nobody.
    pub fn none() -> Self {
        Self { progress: Arc::new(|| {}), status: Arc::new(|_| {}) }
    }
}
