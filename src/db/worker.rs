//! Which workers there are, and when each last showed itself.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

/// Says that this worker is there.
pub async fn beat(pool: &PgPool, id: &str, started_at: Timestamp, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into workers (id, started_at, seen_at) values ($1, $2, $3)
         on conflict (id) do update set seen_at = excluded.seen_at",
        id,
        started_at.to_sqlx() as _,
        now.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Says that this worker is gone.
pub async fn leave(pool: &PgPool, id: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from workers where id = $1", id).execute(pool).await?;
    Ok(())
}

/// When any worker last showed itself.
pub async fn last_seen(pool: &PgPool) -> sqlx::Result<Option<Timestamp>> {
    let seen = sqlx::query_scalar!("select max(seen_at) from workers").fetch_one(pool).await?;
    Ok(seen.map(jiff_sqlx::Timestamp::to_jiff))
}
