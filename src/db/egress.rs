//! What owners allow channels to post to although it is not public.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use super::{Error, Result};
use crate::domain::egress::{AllowList, Allowed};
use crate::domain::id::KeeperId;

/// The most entries there can be.
pub const MOST: i64 = 50;

/// Everything that is allowed, in the order of the alphabet.
pub async fn list(db: &mut PgConnection) -> Result<AllowList> {
    let entries =
        sqlx::query_scalar!("select entry from egress_allowed order by entry").fetch_all(db).await?;
    let read = |entry: String| {
        entry.parse::<Allowed>().map_err(|_| Error::Inconsistent {
            table: "egress_allowed",
            column: "entry",
            value: entry,
        })
    };
    Ok(AllowList(entries.into_iter().map(read).collect::<Result<_>>()?))
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there now.
    Done,
    /// It was there before.
    Before,
    /// There are [`MOST`] of them.
    TooMany,
}

/// Adds an entry. Call it in the transaction that also writes it down for owners.
pub async fn add(tx: &mut PgConnection, entry: &Allowed, by: KeeperId, now: Timestamp) -> Result<Added> {
    let mut tx = tx.begin().await?;
    // Those who add take turns; who reads need not wait.
    sqlx::query!("lock table egress_allowed in share row exclusive mode").execute(&mut *tx).await?;
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from egress_allowed"#).fetch_one(&mut *tx).await?;
    if count >= MOST {
        return Ok(Added::TooMany);
    }
    let written = sqlx::query!(
        "insert into egress_allowed (entry, created_at, created_by) values ($1, $2, $3) on conflict do nothing",
        entry.to_string(),
        now.to_sqlx() as _,
        by.0,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(if written.rows_affected() == 1 { Added::Done } else { Added::Before })
}

/// Removes an entry. False when it was not there.
pub async fn remove(tx: &mut PgConnection, entry: &Allowed) -> Result<bool> {
    let gone =
        sqlx::query!("delete from egress_allowed where entry = $1", entry.to_string()).execute(tx).await?;
    Ok(gone.rows_affected() == 1)
}
