//! Brings the schema up to this binary, and tells whether that is still to be done.
//!
//! Migrations expand first and contract one release later. The schema names the oldest binary it serves
//! (`schema_compatibility`): an older binary at or above that runs on a newer schema, so a rollback works; one
//! below it stops with a message.

use std::collections::HashMap;

use semver::Version;
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::{Acquire as _, PgConnection, PgPool};

/// The migrations this binary carries. A schema that is ahead of them is no error here; see [`run`].
pub static MIGRATOR: Migrator = {
    let mut migrator = sqlx::migrate!();
    migrator.ignore_missing = true;
    migrator
};

const TABLE: &str = "_sqlx_migrations";
/// The advisory lock under which one process migrates while others wait. Any number will do, as long as every
/// version uses the same one.
const LOCK: i64 = 0x5afe_4a7b_0001;

/// Why the schema cannot be brought up to date, or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not answer or refused.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// A migration failed, or one that was applied has been changed since.
    #[error("migration failed")]
    Migration(#[from] MigrateError),
    /// The schema is too new for this binary.
    #[error(
        "this is safeharbor {binary}, and the database's schema needs at least {oldest}: \
         install that version or newer, or restore the backup made before the update"
    )]
    TooOld {
        /// This binary's version.
        binary: Version,
        /// The oldest binary the schema serves.
        oldest: Version,
    },
    /// The schema's own note cannot be read.
    #[error("schema_compatibility.oldest_binary holds {value:?}, which is no version")]
    Unreadable {
        /// What it holds.
        value: String,
    },
}

/// Applies what is pending, one process at a time, and checks that this binary may use the schema.
/// `status` hears, in one line each, what is being done or waited for.
///
/// # Errors
/// See [`Error`].
pub async fn run(pool: &PgPool, status: impl Fn(&str)) -> Result<(), Error> {
    // On the heap: it is large, and every caller's future would be.
    Box::pin(apply(pool, status)).await
}

async fn apply(pool: &PgPool, status: impl Fn(&str)) -> Result<(), Error> {
    let mut connection = pool.acquire().await?;
    // First without the lock: the usual start has nothing to do and should wait for nobody.
    check_compatible(&mut connection).await?;
    if missing(&mut connection).await?.is_empty() {
        return Ok(());
    }
    // Detached, so that a lock held when something fails ends with the connection.
    let mut connection = connection.detach();
    let got: bool =
        sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut connection).await?;
    if !got {
        status("waiting for another process that migrates the database");
        sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut connection).await?;
    }
    check_compatible(&mut connection).await?;
    let count = missing(&mut connection).await?.len();
    if count > 0 {
        status(&format!("migrating the database ({count} to apply)"));
        MIGRATOR.run_direct(None, &mut connection, false).await?;
        check_compatible(&mut connection).await?;
    }
    sqlx::Connection::close(connection).await?;
    Ok(())
}

/// Whether migrations of this binary are still to be applied, for health: then nothing else may be served.
///
/// # Errors
/// When the database does not answer.
pub async fn pending(connection: &mut PgConnection) -> Result<bool, Error> {
    Ok(!missing(connection).await?.is_empty())
}

/// The versions of this binary's migrations that the schema lacks; checksums of the others are compared.
async fn missing(connection: &mut PgConnection) -> Result<Vec<i64>, Error> {
    let there: bool = sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(TABLE)
        .fetch_one(&mut *connection)
        .await?;
    let connection = connection.acquire().await?;
    if there && let Some(version) = connection.dirty_version(TABLE).await? {
        return Err(MigrateError::Dirty(version).into());
    }
    let applied: HashMap<i64, _> = if there {
        let applied = connection.list_applied_migrations(TABLE).await?;
        applied.into_iter().map(|one| (one.version, one.checksum)).collect()
    } else {
        HashMap::new()
    };
    let mut missing = Vec::new();
    for migration in MIGRATOR.iter() {
        match applied.get(&migration.version) {
            Some(checksum) if *checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(migration.version).into());
            }
            Some(_) => {}
            None => missing.push(migration.version),
        }
    }
    Ok(missing)
}

async fn check_compatible(connection: &mut PgConnection) -> Result<(), Error> {
    let there: bool = sqlx::query_scalar("select to_regclass('schema_compatibility') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !there {
        return Ok(());
    }
    let oldest: Option<String> = sqlx::query_scalar("select oldest_binary from schema_compatibility")
        .fetch_optional(connection)
        .await?;
    match oldest {
        Some(oldest) => compare(env!("CARGO_PKG_VERSION"), &oldest),
        None => Ok(()),
    }
}

fn compare(binary: &str, oldest: &str) -> Result<(), Error> {
    let parse =
        |value: &str| Version::parse(value).map_err(|_| Error::Unreadable { value: value.to_owned() });
    let (binary, oldest) = (parse(binary)?, parse(oldest)?);
    if binary < oldest { Err(Error::TooOld { binary, oldest }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_versions() {
        assert!(compare("2.0.0", "2.0.0-alpha.1").is_ok());
        assert!(compare("2.10.0", "2.9.0").is_ok());
        assert!(matches!(compare("2.0.0-alpha.1", "2.0.0"), Err(Error::TooOld { .. })));
        assert!(matches!(compare("2.0.0", "next"), Err(Error::Unreadable { .. })));
    }
}
