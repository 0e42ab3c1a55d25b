//! What is deleted once it is of no more use. In bounded bites, so that no statement holds its locks long.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

/// Rows deleted by one statement at most.
pub const BITE: u64 = 2_000;

/// Deletes up to [`BITE`] sessions that have expired.
pub async fn expired_sessions(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from sessions where id in (select id from sessions where expires_at < $1 limit 2000)",
        now.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] remembered devices that have expired.
pub async fn expired_devices(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from devices where id in (select id from devices where expires_at < $1 limit 2000)",
        now.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] one-time tokens that have expired.
pub async fn expired_tokens(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from tokens where id in (select id from tokens where expires_at < $1 limit 2000)",
        now.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] sign-ins whose code never came.
pub async fn expired_half_sign_ins(pool: &PgPool, now: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from half_sign_ins where id in (select id from half_sign_ins where expires_at < $1 limit 2000)",
        now.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] failed sign-ins from before `before`.
pub async fn old_sign_in_failures(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from sign_in_failures
          where id in (select id from sign_in_failures where failed_at < $1 limit 2000)",
        before.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] jobs that were done or given up before `before`.
pub async fn old_jobs(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from jobs where id in
             (select id from jobs where state in ('done', 'dead') and finished_at < $1 limit 2000)",
        before.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] rows of workers that were last seen before `before`.
pub async fn lost_workers(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from workers where id in (select id from workers where seen_at < $1 limit 2000)",
        before.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] lines of the log of accounts from before `before`.
pub async fn old_audit_lines(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from audit_log where id in (select id from audit_log where at < $1 order by at limit 2000)",
        before.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes up to [`BITE`] invites that ended before `before`, used or not.
pub async fn old_invites(pool: &PgPool, before: Timestamp) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from invites where id in (select id from invites where expires_at < $1 limit 2000)",
        before.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(deleted.rows_affected())
}
