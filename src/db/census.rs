//! How much there is of everything, for `stage` and `doctor`.

use jiff::Timestamp;
use sqlx::PgConnection;

use super::Result;

/// Numbers of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Census {
    /// Keepers.
    pub keepers: i64,
    /// Tanks.
    pub tanks: i64,
    /// Readings.
    pub readings: i64,
    /// Reading sessions: batches.
    pub batches: i64,
    /// Jobs that wait or run.
    pub jobs_open: i64,
    /// Jobs that are done.
    pub jobs_done: i64,
    /// Jobs that were given up.
    pub jobs_dead: i64,
}

/// Counts everything. Slow on a large install: for probes, not for pages.
///
/// # Errors
/// When the database fails.
pub async fn count(db: &mut PgConnection) -> Result<Census> {
    let census = sqlx::query_as!(
        Census,
        r#"select (select count(*) from keepers) as "keepers!", (select count(*) from tanks) as "tanks!",
                  (select count(*) from readings) as "readings!",
                  (select count(*) from reading_sessions) as "batches!",
                  (select count(*) from jobs where state in ('waiting', 'running')) as "jobs_open!",
                  (select count(*) from jobs where state = 'done') as "jobs_done!",
                  (select count(*) from jobs where state = 'dead') as "jobs_dead!""#
    )
    .fetch_one(db)
    .await?;
    Ok(census)
}

/// What Postgres says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its version in words.
    pub version: String,
    /// Bytes of the database.
    pub size: i64,
    /// Its clock.
    pub now: Timestamp,
}

/// Asks the server about itself.
///
/// # Errors
/// When the database fails.
pub async fn server(db: &mut PgConnection) -> Result<Server> {
    let row = sqlx::query!(
        r#"select current_setting('server_version') as "version!",
                  pg_database_size(current_database()) as "size!", clock_timestamp() as "now!""#
    )
    .fetch_one(db)
    .await?;
    Ok(Server { version: row.version, size: row.size, now: row.now.to_jiff() })
}
