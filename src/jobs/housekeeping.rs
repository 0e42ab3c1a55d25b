//! Deletes what has expired, once an hour.

use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;

use super::error::JobError;
use crate::db::housekeeping as sweep;
use crate::photos::{Store, sweep as sweep_photos};
use crate::system::clock::Clock;

/// Failed sign-ins and wrong codes count for less than this; see R13 of the contract and the limits.
const SIGN_IN_FAILURES: SignedDuration = SignedDuration::from_hours(25);

/// Finished jobs can be looked at for so many days.
pub const JOB_DAYS: i64 = 30;

/// Finished jobs can be looked at for this long.
const JOBS: SignedDuration = SignedDuration::from_hours(JOB_DAYS * 24);

/// A worker not seen for this long is gone. Long enough for `doctor` to say when one was last there.
const WORKERS: SignedDuration = SignedDuration::from_hours(24);

/// What concerns the safety of accounts can be looked at for this long: the page of the log says so.
const AUDIT_LINES: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Invites stay in the list for this long after they ended.
const INVITES: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Bites of each table in one run; what is left waits for the next hour.
const BITES: u32 = 500;

/// The name of the hour that `now` lies in.
pub fn slot(now: Timestamp) -> String {
    format!("housekeeping:{}", now.strftime("%Y-%m-%dT%H"))
}

/// Deletes what has expired. Running it twice changes nothing.
pub async fn run(pool: &PgPool, clock: &Clock, photos: &Store) -> Result<(), JobError> {
    let now = clock.now();
    let before = |age| now.checked_sub(age).unwrap_or(Timestamp::MIN);
    let sessions = all(|| sweep::expired_sessions(pool, now)).await?;
    let devices = all(|| sweep::expired_devices(pool, now)).await?;
    let tokens = all(|| sweep::expired_tokens(pool, now)).await?;
    let halves = all(|| sweep::expired_half_sign_ins(pool, now)).await?;
    let failures = all(|| sweep::old_sign_in_failures(pool, before(SIGN_IN_FAILURES))).await?;
    let jobs = all(|| sweep::old_jobs(pool, before(JOBS))).await?;
    let workers = all(|| sweep::lost_workers(pool, before(WORKERS))).await?;
    let lines = all(|| sweep::old_audit_lines(pool, before(AUDIT_LINES))).await?;
    let invites = all(|| sweep::old_invites(pool, before(INVITES))).await?;
    tracing::info!(
        sessions,
        devices,
        tokens,
        halves,
        failures,
        jobs,
        workers,
        lines,
        invites,
        "deleted what had expired"
    );
    // Last: a folder that cannot be read keeps nothing else from being deleted.
    let swept = sweep_photos::run(pool, photos, now).await.map_err(JobError::retry)?;
    tracing::info!(photos = swept.photos, files = swept.files, "removed photos that were deleted");
    Ok(())
}

async fn all<B>(bite: impl Fn() -> B) -> Result<u64, JobError>
where
    B: Future<Output = sqlx::Result<u64>>,
{
    let mut deleted = 0;
    for _ in 0..BITES {
        let count = bite().await.map_err(JobError::retry)?;
        deleted += count;
        if count < sweep::BITE {
            break;
        }
    }
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_an_hour() {
        let at = |text: &str| slot(text.parse().unwrap());
        assert_eq!(at("2026-11-23T12:00:00Z"), "housekeeping:2026-11-23T12");
        assert_eq!(at("2026-11-23T12:59:59Z"), at("2026-11-23T12:00:00Z"));
        assert_ne!(at("2026-11-24T12:00:00Z"), at("2026-11-23T12:00:00Z"));
    }
}
