//! One attempt at one job: run it, hold its lease meanwhile, record its end.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

use super::{Handler, Shared};
use crate::db;
use crate::db::job::Claimed;
use crate::jobs::backoff::Backoff;
use crate::jobs::error::{JobError, bounded};
use crate::system::telemetry::panic_message;

/// How long one statement may take before it is tried anew.
const STATEMENT: Duration = Duration::from_secs(5);

/// How often recording an end is tried while Postgres is away, some two minutes in all. After that the
/// lease expires and the job runs again.
const RECORDINGS: u32 = 30;

/// Runs a claimed job to its recorded end. Dropping the future takes the handler down with it.
pub(super) async fn attempt<H: Handler>(shared: Arc<Shared<H>>, job: Claimed) {
    let span = tracing::info_span!("job", job_id = %job.id, job_kind = job.kind, attempt = job.attempt);
    async {
        if let Some(result) = run(&shared, &job).await {
            record(&shared, &job, result).await;
        }
    }
    .instrument(span)
    .await;
}

/// The handler's result, or `None` when the lease was lost meanwhile: then it is another worker's.
async fn run<H: Handler>(shared: &Arc<Shared<H>>, job: &Claimed) -> Option<Result<(), JobError>> {
    let (theirs, claimed) = (shared.clone(), job.clone());
    // A task of its own: its panic is caught there, and a handler that hogs its thread cannot keep the
    // lease from being extended.
    let handler = async move { theirs.handler.run(&claimed).await };
    let mut handler = AbortOnDropHandle::new(tokio::spawn(handler.in_current_span()));
    let limit = shared.handler.time_limit(&job.kind);
    let cut_off = sleep(limit);
    tokio::pin!(cut_off);
    let mut extend = interval_at(Instant::now() + shared.options.extend, shared.options.extend);
    extend.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            ended = &mut handler => return Some(ended.unwrap_or_else(|error| Err(crashed(error)))),
            () = &mut cut_off => {
                return Some(Err(JobError::retry(anyhow!("not done after {} s, cut off", limit.as_secs()))));
            }
            _ = extend.tick() => if !still_ours(shared, job).await {
                tracing::warn!("the lease was lost while the job ran; leaving it to another worker");
                metrics::counter!("safeharbor_jobs_total", "kind" => job.kind.clone(), "end" => "lost")
                    .increment(1);
                return None;
            },
        }
    }
}

async fn still_ours<H: Handler>(shared: &Shared<H>, job: &Claimed) -> bool {
    let lease = shared.options.lease.as_secs_f64();
    let extend = db::job::extend(&shared.pool, &shared.id, job.id, job.attempt, lease);
    match timeout(STATEMENT, extend).await {
        Ok(Ok(ours)) => ours,
        // While Postgres is away nobody can take the lease either.
        Ok(Err(error)) => {
            tracing::debug!(%error, "could not extend the lease");
            true
        }
        Err(_elapsed) => true,
    }
}

fn crashed(error: JoinError) -> JobError {
    match error.try_into_panic() {
        Ok(payload) => JobError::retry(anyhow!("panicked: {}", bounded(panic_message(&*payload)))),
        Err(_cancelled) => JobError::retry(anyhow!("the process was ending")),
    }
}

/// Writes the end down, trying again while Postgres is away: what was done must not be done twice.
async fn record<H: Handler>(shared: &Shared<H>, job: &Claimed, result: Result<(), JobError>) {
    let (pool, worker, clock) = (&shared.pool, shared.id.as_str(), &shared.clock);
    let dead = |error: &JobError| error.is_permanent() || job.attempt >= job.max_attempts;
    let end = match &result {
        Ok(()) => "done",
        Err(error) if dead(error) => "dead",
        Err(_) => "retry",
    };
    for failures in 1..=RECORDINGS {
        let write = async {
            match &result {
                Ok(()) => db::job::complete(pool, worker, job.id, job.attempt, clock.now()).await,
                Err(error) if dead(error) => {
                    db::job::bury(pool, worker, job.id, job.attempt, clock.now(), &error.text()).await
                }
                Err(error) => {
                    let wait = shared.options.backoff.draw(job.attempt.unsigned_abs(), clock);
                    let wait = wait.max(error.shortest_wait());
                    let at = clock.now().saturating_add(wait).unwrap_or(jiff::Timestamp::MAX);
                    db::job::retry(pool, worker, job.id, job.attempt, at, &error.text()).await
                }
            }
        };
        match timeout(STATEMENT, write).await {
            Ok(Ok(ours)) => return report(job, &result, if ours { end } else { "lost" }),
            Ok(Err(error)) => tracing::debug!(%error, failures, "could not record the job's end"),
            Err(_elapsed) => tracing::debug!(failures, "recording the job's end took too long"),
        }
        sleep(Backoff::CONNECTIONS.draw(failures, clock)).await;
    }
    report(job, &result, "unrecorded");
}

fn report(job: &Claimed, result: &Result<(), JobError>, end: &'static str) {
    metrics::counter!("safeharbor_jobs_total", "kind" => job.kind.clone(), "end" => end).increment(1);
    let error = result.as_ref().err().map(JobError::text);
    match end {
        "done" => tracing::info!("the job is done"),
        "retry" => tracing::warn!(error, "the attempt failed; it will be tried again"),
        "dead" => tracing::error!(error, "the job is given up"),
        "lost" => tracing::warn!(error, "the lease was lost before the job's end could be recorded"),
        _ => tracing::error!(error, "the job's end could not be recorded; it will run again"),
    }
}
