//! One turn of the loop: everything it asks of Postgres.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use super::attempt::attempt;
use super::{Handler, Loop};
use crate::db;
use crate::db::job::NewJob;

/// How long a turn may take before Postgres counts as away.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How long signing off may take.
pub(super) const LEAVE: Duration = Duration::from_secs(3);

/// The first pause when something is due that others hold; it doubles.
const HELD: Duration = Duration::from_millis(25);

/// Kept with a row whose worker died.
const LOST: &str = "the worker that ran it went away";

impl<H: Handler> Loop<H> {
    /// Does what is to be done now, and says how long there is nothing more.
    pub(super) async fn turn(&mut self) -> sqlx::Result<Duration> {
        let (shared, now) = (self.shared.clone(), self.shared.clock.now());
        let (pool, options) = (&shared.pool, &shared.options);
        if self.strays {
            let keep: Vec<Uuid> = self.jobs.values().copied().collect();
            db::job::give_back(pool, &shared.id, &keep).await?;
            self.strays = false;
        }
        if Instant::now() >= self.next_beat {
            db::worker::beat(pool, &shared.id, self.started_at, now).await?;
            self.next_beat = Instant::now() + options.heartbeat;
        }
        self.write_schedules().await?;
        if Instant::now() >= self.next_sweep {
            let reclaimed = db::job::reclaim(pool, now, LOST).await?;
            if reclaimed > 0 {
                tracing::warn!(reclaimed, "took back jobs of a worker that went away");
            }
            self.next_sweep = Instant::now() + options.sweep;
        }
        self.claim().await
    }

    async fn claim(&mut self) -> sqlx::Result<Duration> {
        let (shared, free) = (self.shared.clone(), self.free());
        if free == 0 {
            return Ok(shared.options.sweep);
        }
        let (now, kinds) = (shared.clock.now(), shared.handler.kinds());
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let lease = shared.options.lease.as_secs_f64();
        let claimed = db::job::claim(&shared.pool, &shared.id, &kinds, limit, now, lease).await?;
        let count = claimed.len();
        for job in claimed {
            let id = job.id;
            let task = self.running.spawn(attempt(Arc::clone(&shared), job)).id();
            self.jobs.insert(task, id);
        }
        if count == free {
            // The end of the first of them is what to wait for.
            self.idle_turns = 0;
            return Ok(shared.options.sweep);
        }
        let Some(due) = db::job::next_due(&shared.pool, &kinds).await? else {
            self.idle_turns = 0;
            return Ok(shared.options.sweep);
        };
        let until = Duration::try_from(due.duration_since(shared.clock.now())).unwrap_or(Duration::ZERO);
        if until.is_zero() {
            // Due, yet not to be had: another worker is at it. Do not hammer.
            self.idle_turns = self.idle_turns.saturating_add(1);
            return Ok(held_pause(self.idle_turns).min(shared.options.sweep));
        }
        self.idle_turns = 0;
        Ok(until.min(shared.options.sweep))
    }

    async fn write_schedules(&mut self) -> sqlx::Result<()> {
        let shared = self.shared.clone();
        let now = shared.clock.now();
        let scheduled = shared.handler.schedules(now);
        self.slots_written.retain(|key| scheduled.iter().any(|slot| slot.once_key == *key));
        for slot in scheduled {
            if self.slots_written.contains(&slot.once_key) {
                continue;
            }
            let row = NewJob {
                id: shared.clock.uuid(),
                kind: slot.kind,
                payload: slot.payload,
                once_key: Some(slot.once_key.clone()),
                run_after: now,
                max_attempts: slot.max_attempts,
                created_at: now,
            };
            db::job::insert(&mut *shared.pool.acquire().await?, &row).await?;
            self.slots_written.push(slot.once_key);
        }
        Ok(())
    }
}

/// The pause after so many turns in a row that could not have what was due.
fn held_pause(idle_turns: u32) -> Duration {
    HELD.saturating_mul(1 << idle_turns.saturating_sub(1).min(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_hold_is_asked_for_ever_more_seldom() {
        let pauses: Vec<_> = [1, 2, 3, 9, u32::MAX].map(|turns| held_pause(turns).as_millis()).to_vec();
        assert_eq!(pauses, [25, 50, 100, 6_400, 1_638_400]);
    }
}
