//! What owners do with a job. A row that a worker holds is left alone, whatever the page had shown.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// Throws a waiting or dead job away. The row stays, so that nothing writes it anew and so that it can be taken back.
/// False when there is none to throw away.
pub async fn discard(conn: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let discarded = sqlx::query!(
        "update jobs set discarded_from = state, state = 'done', finished_at = $2
          where id = $1 and state in ('waiting', 'dead')",
        id,
        now.to_sqlx() as _,
    )
    .execute(conn)
    .await?;
    Ok(discarded.rows_affected() == 1)
}

/// Takes a job back that was thrown away: it waits, or is dead, as before. False when there is none.
pub async fn restore(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let restored = sqlx::query!(
        "update jobs
            set state = discarded_from, discarded_from = null,
                finished_at = case when discarded_from = 'dead' then finished_at end
          where id = $1 and state = 'done' and discarded_from is not null",
        id,
    )
    .execute(conn)
    .await?;
    Ok(restored.rows_affected() == 1)
}

/// Whether a test mail to this address waits or is under way. Whoever asks in a transaction is alone until its end, so
/// that two who ask at once do not both send one.
pub async fn test_is_open(tx: &mut PgConnection, email: &str) -> sqlx::Result<bool> {
    // The number has no meaning but must not change.
    sqlx::query!("select pg_advisory_xact_lock(5207430503669129641)").execute(&mut *tx).await?;
    sqlx::query_scalar!(
        r#"select exists (select from jobs where kind = 'mail.test' and state in ('waiting', 'running')
                            and payload->>'email' = $1) as "open!""#,
        email
    )
    .fetch_one(tx)
    .await
}
