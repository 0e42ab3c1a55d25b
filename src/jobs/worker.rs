//! The worker's loop: claim what is due, run it, record how it ended.
//!
//! One turn: show the heartbeat, write the schedules' slots, take back expired leases, claim as many rows
//! as there are free slots, start them. Then wait for the first of: a wake-up, a job that ended, the next
//! due time, the sweep, the stop. Progress is reported all the while, also while Postgres is away: an outage
//! is shown, it is no reason for a watchdog to kill the process.

mod attempt;
mod handler;
mod options;
mod turn;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustix::process::getpid;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

pub use handler::{Handler, Scheduled};
pub use options::{Hooks, Options};

use super::backoff::Backoff;
use super::listen::listen;
use crate::db;
use crate::system::clock::Clock;

/// What every attempt shares with the loop.
struct Shared<H> {
    id: String,
    pool: PgPool,
    clock: Clock,
    handler: H,
    options: Options,
}

/// A worker that has not begun yet.
pub struct Worker<H> {
    shared: Arc<Shared<H>>,
    redis: Option<redis::Client>,
    hooks: Hooks,
}

impl<H: Handler> Worker<H> {
    /// A worker of its own name, `host-pid-uuid`. Without `redis` it works by its sweep alone.
    pub fn new(
        pool: PgPool,
        clock: Clock,
        handler: H,
        redis: Option<redis::Client>,
        options: Options,
        hooks: Hooks,
    ) -> Self {
        let host = rustix::system::uname();
        let host = host.nodename().to_string_lossy();
        let id = format!("{host}-{}-{}", getpid().as_raw_nonzero(), clock.uuid());
        Self { shared: Arc::new(Shared { id, pool, clock, handler, options }), redis, hooks }
    }

    /// The name in `workers.id` and `jobs.leased_by`.
    pub fn id(&self) -> &str {
        &self.shared.id
    }

    /// Works until `stop`, then lets running jobs finish for [`Options::drain`] and gives back the leases
    /// of those that do not. Returns when that is done.
    pub async fn run(self, stop: CancellationToken) {
        let wake = Arc::new(Notify::new());
        let listener = self.redis.map(|client| {
            let listening = listen(client, wake.clone(), self.shared.clock.clone(), stop.clone());
            AbortOnDropHandle::new(tokio::spawn(listening))
        });
        let started_at = self.shared.clock.now();
        tracing::info!(worker = self.shared.id, "the worker begins");
        let mut state = Loop {
            shared: self.shared,
            hooks: self.hooks,
            wake,
            running: JoinSet::new(),
            jobs: HashMap::new(),
            started_at,
            next_beat: Instant::now(),
            next_sweep: Instant::now(),
            slots_written: Vec::new(),
            strays: false,
            failures: 0,
            idle_turns: 0,
        };
        state.work(&stop).await;
        state.drain().await;
        if let Some(listener) = listener {
            // It ends with the same token; an error would be its panic, already reported.
            let _ended = listener.await;
        }
        tracing::info!(worker = state.shared.id, "the worker has ended");
    }
}

/// How often progress is reported while the loop waits for something. Well within the time a watchdog gives.
const PROGRESS: Duration = Duration::from_secs(2);

/// Waits for `work` and reports progress meanwhile: the loop is alive, whoever keeps it waiting.
async fn attended<T>(hooks: &Hooks, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let mut ticks = interval(PROGRESS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            // First the tick: a turn that has nothing to wait for reports too.
            biased;
            _ = ticks.tick() => (hooks.progress)(),
            done = &mut work => return done,
        }
    }
}

struct Loop<H> {
    shared: Arc<Shared<H>>,
    hooks: Hooks,
    wake: Arc<Notify>,
    running: JoinSet<()>,
    jobs: HashMap<Id, Uuid>,
    started_at: Timestamp,
    next_beat: Instant,
    next_sweep: Instant,
    /// The schedules' slots this worker knows to be written, so that it asks once a slot.
    slots_written: Vec<String>,
    /// A turn was cut off, so that rows may be leased to us that we know nothing of.
    strays: bool,
    failures: u32,
    /// Turns in a row that found nothing although something was due (held by others).
    idle_turns: u32,
}

impl<H: Handler> Loop<H> {
    async fn work(&mut self, stop: &CancellationToken) {
        let hooks = self.hooks.clone();
        while !stop.is_cancelled() {
            // Boxed: what a turn holds while it waits would sit in every caller's future.
            let turn = Box::pin(stop.run_until_cancelled(timeout(turn::LIMIT, self.turn())));
            let pause = match attended(&hooks, turn).await {
                Some(Ok(Ok(pause))) => {
                    self.healed();
                    pause
                }
                Some(Ok(Err(error))) => self.failed(&error),
                Some(Err(_elapsed)) => self.failed(&"no answer"),
                None => {
                    self.strays = true;
                    return;
                }
            };
            attended(&hooks, self.wait(pause, stop)).await;
        }
    }

    async fn wait(&mut self, pause: Duration, stop: &CancellationToken) {
        // Wake-ups are left alone where they could not be followed anyway; their permit is kept.
        let listening = self.failures == 0 && self.free() > 0;
        tokio::select! {
            () = stop.cancelled() => {}
            Some(ended) = self.running.join_next_with_id() => self.ended(ended),
            () = self.wake.notified(), if listening => {}
            () = sleep(pause) => {}
        }
        // What ended in the same moment frees its slot in this turn.
        while let Some(ended) = self.running.try_join_next_with_id() {
            self.ended(ended);
        }
    }

    fn free(&self) -> usize {
        self.shared.options.slots.saturating_sub(self.running.len())
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let task = match ended {
            Ok((task, ())) => task,
            Err(error) => {
                // The attempt catches its handler's panics; this would be one of our own.
                tracing::error!(%error, "an attempt ended without recording its job; its lease will expire");
                error.id()
            }
        };
        self.jobs.remove(&task);
    }

    fn healed(&mut self) {
        if self.failures > 0 {
            tracing::info!("Postgres answers again; the worker goes on");
            (self.hooks.status)("Working");
            self.failures = 0;
        }
    }

    fn failed(&mut self, error: &(dyn std::fmt::Display + Sync)) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.strays = true;
        let pause = Backoff::CONNECTIONS.draw(self.failures, &self.shared.clock);
        tracing::warn!(%error, failures = self.failures, pause_ms = pause.as_millis(), "Postgres does not answer");
        (self.hooks.status)("Postgres does not answer; no jobs are run until it does");
        pause
    }

    /// Waits for what runs, then takes the work out of the hands of what still does.
    async fn drain(&mut self) {
        let (hooks, limit) = (self.hooks.clone(), self.shared.options.drain);
        (hooks.status)("Stopping");
        let finish = async {
            while let Some(ended) = self.running.join_next_with_id().await {
                self.ended(ended);
            }
        };
        let cut_off = attended(&hooks, timeout(limit, finish)).await.is_err();
        self.running.shutdown().await;
        let leave = async {
            if cut_off || self.strays {
                let given_back = db::job::give_back(&self.shared.pool, &self.shared.id, &[]).await?;
                if given_back > 0 {
                    tracing::warn!(given_back, "jobs did not end in time; another worker begins them anew");
                }
            }
            db::worker::leave(&self.shared.pool, &self.shared.id).await
        };
        match timeout(turn::LEAVE, leave).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "could not sign off; leases will expire"),
            Err(_elapsed) => tracing::warn!("could not sign off in time; leases will expire"),
        }
    }
}
