//! Which workers there are, and when each last showed itself.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, PgPool};

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

/// A worker that showed itself lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When it began.
    pub started_at: Timestamp,
    /// When it last showed itself.
    pub seen_at: Timestamp,
}

/// The workers that showed themselves last; twenty at most.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Seen>> {
    let rows = sqlx::query!("select started_at, seen_at from workers order by seen_at desc, id limit 20")
        .fetch_all(db)
        .await?;
    let seen = |at: jiff_sqlx::Timestamp| at.to_jiff();
    Ok(rows
        .into_iter()
        .map(|row| Seen { started_at: seen(row.started_at), seen_at: seen(row.seen_at) })
        .collect())
}
