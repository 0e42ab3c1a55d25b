//! The outbox: job rows, their leases and how they end.
//!
//! Whether a row is *due* is asked of the caller's clock, because the caller said when it should run.
//! Whether a *lease* still holds is asked of the database's clock, because that is the only one all
//! workers on all machines share.

pub mod act;
pub mod list;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A row to be written.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// The row's id; handlers are idempotent by it.
    pub id: Uuid,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler is told.
    pub payload: Value,
    /// At most one row of this key is ever written, whoever tries.
    pub once_key: Option<String>,
    /// Not before this instant.
    pub run_after: Timestamp,
    /// After this many attempts it is dead. At least 1.
    pub max_attempts: i32,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// A row that a worker holds a lease on.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The row's id; handlers are idempotent by it.
    pub id: Uuid,
    /// Which handler runs it.
    pub kind: String,
    /// What the handler is told.
    pub payload: Value,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// The attempt after which it is dead.
    pub max_attempts: i32,
}

/// What is known of a row, for tests, `doctor` and the owner's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobStatus {
    /// `waiting`, `running`, `done` or `dead`.
    pub state: String,
    /// How often it was begun.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Not before this instant.
    pub run_after: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

/// How many rows are in which state, and how long the oldest due one has waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Due and not begun.
    pub due: i64,
    /// Waiting for a later time.
    pub delayed: i64,
    /// Held by a worker.
    pub running: i64,
    /// Given up, until an owner runs them again or they age out.
    pub dead: i64,
    /// Since when the oldest due row could have run.
    pub oldest_due: Option<Timestamp>,
}

/// Writes a row. False when its `once_key` was there already.
pub async fn insert(conn: &mut PgConnection, job: &NewJob) -> sqlx::Result<bool> {
    let written = sqlx::query!(
        "insert into jobs (id, kind, payload, once_key, run_after, max_attempts, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (once_key) do nothing",
        job.id,
        job.kind,
        job.payload,
        job.once_key,
        job.run_after.to_sqlx() as _,
        job.max_attempts,
        job.created_at.to_sqlx() as _,
    )
    .execute(conn)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Whether such a job is due and not begun. It is not begun before this transaction has ended either, and so sees what
/// is changed here.
pub async fn waits(
    conn: &mut PgConnection,
    kind: &str,
    payload: &Value,
    now: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        "select id from jobs where state = 'waiting' and kind = $1 and payload = $2 and run_after <= $3
         order by id limit 1 for share",
        kind,
        payload,
        now.to_sqlx() as _,
    )
    .fetch_optional(conn)
    .await
    .map(|waiting| waiting.is_some())
}

/// Takes up to `limit` due rows of the `kinds` this worker knows, oldest first, and leases them to it.
/// Rows that another worker is taking at this moment are passed over.
pub async fn claim(
    pool: &PgPool,
    worker: &str,
    kinds: &[String],
    limit: i64,
    now: Timestamp,
    lease_seconds: f64,
) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"with due as materialized (
               select id from jobs
                where state = 'waiting' and run_after <= $3 and kind = any($2)
                order by run_after, id
                limit $4
                for update skip locked
           )
           update jobs
              set state = 'running', attempts = attempts + 1, leased_by = $1,
                  leased_until = now() + make_interval(secs => $5)
             from due
            where jobs.id = due.id
           returning jobs.id, kind, payload, attempts as attempt, max_attempts"#,
        worker,
        kinds,
        now.to_sqlx() as _,
        limit,
        lease_seconds,
    )
    .fetch_all(pool)
    .await
}

/// Holds a lease for longer. False when it is no longer this worker's.
pub async fn extend(
    pool: &PgPool,
    worker: &str,
    id: Uuid,
    attempt: i32,
    lease_seconds: f64,
) -> sqlx::Result<bool> {
    let extended = sqlx::query!(
        "update jobs set leased_until = now() + make_interval(secs => $4)
          where id = $1 and state = 'running' and leased_by = $2 and attempts = $3",
        id,
        worker,
        attempt,
        lease_seconds,
    )
    .execute(pool)
    .await?;
    Ok(extended.rows_affected() == 1)
}

/// Records success. False when the lease is no longer this worker's: then nothing is recorded. What was
/// recorded with [`sent`] in this attempt is a success already.
pub async fn complete(
    pool: &PgPool,
    worker: &str,
    id: Uuid,
    attempt: i32,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let completed = sqlx::query!(
        "update jobs
            set state = 'done', finished_at = coalesce(finished_at, $4), leased_by = null, leased_until = null,
                last_error = null
          where id = $1 and attempts = $3
            and ((state = 'running' and leased_by = $2) or (state = 'done' and sent_at is not null))",
        id,
        worker,
        attempt,
        now.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(completed.rows_affected() == 1)
}

/// Records a failed attempt that is to be tried again at `run_after`. False when the lease is no longer
/// this worker's.
pub async fn retry(
    pool: &PgPool,
    worker: &str,
    id: Uuid,
    attempt: i32,
    run_after: Timestamp,
    error: &str,
) -> sqlx::Result<bool> {
    let retried = sqlx::query!(
        "update jobs
            set state = 'waiting', run_after = $4, leased_by = null, leased_until = null, last_error = $5
          where id = $1 and state = 'running' and leased_by = $2 and attempts = $3",
        id,
        worker,
        attempt,
        run_after.to_sqlx() as _,
        error,
    )
    .execute(pool)
    .await?;
    Ok(retried.rows_affected() == 1)
}

/// Records that a job is given up. False when the lease is no longer this worker's.
pub async fn bury(
    pool: &PgPool,
    worker: &str,
    id: Uuid,
    attempt: i32,
    now: Timestamp,
    error: &str,
) -> sqlx::Result<bool> {
    let buried = sqlx::query!(
        "update jobs
            set state = 'dead', finished_at = $4, leased_by = null, leased_until = null, last_error = $5
          where id = $1 and state = 'running' and leased_by = $2 and attempts = $3",
        id,
        worker,
        attempt,
        now.to_sqlx() as _,
        error,
    )
    .execute(pool)
    .await?;
    Ok(buried.rows_affected() == 1)
}

/// Gives back every lease of this worker except those in `keep`, without counting the attempt: for work
/// that was interrupted by a stop, and for rows whose claim was answered after we had stopped listening.
/// Returns how many.
pub async fn give_back(pool: &PgPool, worker: &str, keep: &[Uuid]) -> sqlx::Result<u64> {
    let given_back = sqlx::query!(
        "update jobs
            set state = 'waiting', attempts = greatest(attempts - 1, 0), leased_by = null, leased_until = null
          where state = 'running' and leased_by = $1 and id <> all($2)",
        worker,
        keep,
    )
    .execute(pool)
    .await?;
    Ok(given_back.rows_affected())
}

/// Takes back rows whose lease ran out: their worker died. They wait again at once, or are dead when that
/// was their last attempt. Returns how many.
pub async fn reclaim(pool: &PgPool, now: Timestamp, error: &str) -> sqlx::Result<u64> {
    let reclaimed = sqlx::query!(
        "with expired as materialized (
             select id from jobs
              where state = 'running' and leased_until < now()
              order by leased_until
              limit 500
              for update skip locked
         )
         update jobs
            set state = case when attempts >= max_attempts then 'dead' else 'waiting' end,
                finished_at = case when attempts >= max_attempts then $1::timestamptz end,
                leased_by = null, leased_until = null, last_error = $2
           from expired
          where jobs.id = expired.id",
        now.to_sqlx() as _,
        error,
    )
    .execute(pool)
    .await?;
    Ok(reclaimed.rows_affected())
}

/// When the next waiting row of these kinds is due.
pub async fn next_due(pool: &PgPool, kinds: &[String]) -> sqlx::Result<Option<Timestamp>> {
    let next = sqlx::query_scalar!(
        "select run_after from jobs where state = 'waiting' and kind = any($1) order by run_after limit 1",
        kinds
    )
    .fetch_optional(pool)
    .await?;
    Ok(next.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Makes a dead (or delayed) job run again now, with all its attempts. False when there is none to run.
pub async fn run_again(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let revived = sqlx::query!(
        "update jobs set state = 'waiting', attempts = 0, run_after = $2, finished_at = null
          where id = $1 and state in ('waiting', 'dead')",
        id,
        now.to_sqlx() as _,
    )
    .execute(conn)
    .await?;
    Ok(revived.rows_affected() == 1)
}

/// What is known of one row.
pub async fn status(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<JobStatus>> {
    let row = sqlx::query!(
        "select state, attempts, last_error, run_after, finished_at from jobs where id = $1",
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| JobStatus {
        state: row.state,
        attempts: row.attempts,
        last_error: row.last_error,
        run_after: row.run_after.to_jiff(),
        finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// Records that the other side took what the job sends, for this address when it is a mail, and with it that the job
/// is done: one statement, so that there is nothing between the two. Whoever holds the lease by now, it is done: sent
/// once more it would come twice.
pub async fn sent(pool: &PgPool, id: Uuid, to: Option<&str>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update jobs
            set sent_at = $2, sent_to = $3, state = 'done', finished_at = $2, leased_by = null,
                leased_until = null, last_error = null
          where id = $1",
        id,
        now.to_sqlx() as _,
        to,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Whether the other side took what the job sends.
pub async fn is_sent(pool: &PgPool, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from jobs where id = $1 and sent_at is not null) as "sent!""#,
        id
    )
    .fetch_one(pool)
    .await
}

/// How much work lies waiting.
pub async fn backlog(pool: &PgPool, now: Timestamp) -> sqlx::Result<Backlog> {
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'waiting' and run_after <= $1) as "due!",
                  count(*) filter (where state = 'waiting' and run_after > $1) as "delayed!",
                  count(*) filter (where state = 'running') as "running!",
                  count(*) filter (where state = 'dead') as "dead!",
                  min(run_after) filter (where state = 'waiting' and run_after <= $1) as oldest_due
             from jobs where state in ('waiting', 'running', 'dead')"#,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(Backlog {
        due: row.due,
        delayed: row.delayed,
        running: row.running,
        dead: row.dead,
        oldest_due: row.oldest_due.map(jiff_sqlx::Timestamp::to_jiff),
    })
}
