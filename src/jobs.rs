//! Background jobs: outbox in Postgres, wake-ups through Redis, the worker's loop.
//!
//! A job is a row written in the transaction of the change that causes it ([`enqueue`]); Postgres is all
//! that is true. After the commit a [`Wake`] puts an entry on a Redis stream, so that a worker looks at
//! once; if that entry is lost the worker's sweep finds the row a few seconds later. So Redis may be
//! stopped, flushed or absent at any time without a job lost or done twice.
//!
//! A worker leases a row, runs its handler and records the end only while the lease is still its own.
//! That is *at least once*: a handler whose worker dies before the end is recorded runs again, so
//! handlers are idempotent by the job's id (a mail's `Message-ID` is made of it).

pub mod alerts;
pub mod backoff;
pub mod channel;
pub mod context;
pub mod deliver;
pub mod email_change;
pub mod email_changed;
pub mod error;
pub mod housekeeping;
pub mod invite;
pub mod job;
pub mod label;
pub mod listen;
pub mod mail_test;
pub mod password_changed;
pub mod post;
pub mod redis;
pub mod reminders;
pub mod reset;
pub mod second_factor;
pub mod wake;
pub mod welcome;
pub mod worker;

use sqlx::PgConnection;
use uuid::Uuid;

pub use context::Context;
pub use error::JobError;
pub use job::Job;
pub use redis::{eviction_warning, redis_ping};
pub use wake::Wake;

use crate::db;
use crate::system::clock::Clock;

/// Writes a job to be run as soon as a worker is free. Call it inside the transaction of the change that
/// causes it, and [`Wake::notify`] after the commit.
pub async fn enqueue(conn: &mut PgConnection, clock: &Clock, job: &Job) -> sqlx::Result<Uuid> {
    let row = job.row(clock, None)?;
    db::job::insert(conn, &row).await?;
    Ok(row.id)
}

/// Writes a job at most once per `once_key`, whoever else tries: a schedule's slot, a form's id. `None`
/// when it was there already.
pub async fn enqueue_once(
    conn: &mut PgConnection,
    clock: &Clock,
    job: &Job,
    once_key: &str,
) -> sqlx::Result<Option<Uuid>> {
    let row = job.row(clock, Some(once_key.to_owned()))?;
    let written = db::job::insert(conn, &row).await?;
    Ok(written.then_some(row.id))
}
