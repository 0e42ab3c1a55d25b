//! Keepers' secret calendar addresses, kept as SHA-256 only.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::Result;
use crate::domain::id::KeeperId;

/// A keeper's calendar address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// When the address was made.
    pub created_at: Timestamp,
    /// When a calendar read it last.
    pub last_read_at: Option<Timestamp>,
}

/// Stores a keeper's new address; the one before stops to work.
pub async fn renew(
    db: &mut PgConnection,
    keeper: KeeperId,
    secret_hash: &[u8],
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into calendar_feeds (keeper_id, secret_hash, created_at) values ($1, $2, $3)
         on conflict (keeper_id) do update set secret_hash = $2, created_at = $3, last_read_at = null",
        keeper.0,
        secret_hash,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes a keeper's address.
pub async fn revoke(db: &mut PgConnection, keeper: KeeperId) -> Result<()> {
    sqlx::query!("delete from calendar_feeds where keeper_id = $1", keeper.0).execute(db).await?;
    Ok(())
}

/// A keeper's address, if there is one.
pub async fn of_keeper(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<Feed>> {
    let row =
        sqlx::query!("select created_at, last_read_at from calendar_feeds where keeper_id = $1", keeper.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|row| Feed {
        created_at: row.created_at.to_jiff(),
        last_read_at: row.last_read_at.map(jiff_sqlx::Timestamp::to_jiff),
    }))
}

/// The active keeper whose address has this secret, and when it was read last.
pub async fn by_secret(db: &mut PgConnection, secret_hash: &[u8]) -> Result<Option<(KeeperId, Feed)>> {
    let row = sqlx::query!(
        "select f.keeper_id, f.created_at, f.last_read_at
         from calendar_feeds f join keepers k on k.id = f.keeper_id
         where f.secret_hash = $1 and k.active",
        secret_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let feed = Feed {
            created_at: row.created_at.to_jiff(),
            last_read_at: row.last_read_at.map(jiff_sqlx::Timestamp::to_jiff),
        };
        (KeeperId(row.keeper_id), feed)
    }))
}

/// Notes that a calendar read the address. Callers do this at most once an hour.
pub async fn note_read(db: &mut PgConnection, keeper: KeeperId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update calendar_feeds set last_read_at = $2 where keeper_id = $1",
        keeper.0,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
