//! Connections to Postgres: how many, how long one waits for them, and when a kept one is looked at again.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};
use tracing::log::LevelFilter;

use super::Result;

/// How long a request waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(3);
/// A connection that was idle this long is asked whether it still lives before it is given out. Asking each
/// time would cost a round trip on every page.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);
/// How long one statement may run for a page or a job.
const STATEMENT: &str = "15s";
/// How long it may wait for another's lock.
const LOCK: &str = "5s";

/// A pool for pages and jobs. It connects when first asked, so it can be made before Postgres is up.
///
/// # Errors
/// When the address cannot be understood.
pub fn pool(url: &SecretString, name: &str, most: u32) -> Result<PgPool> {
    let options = options(url, name)?.options([
        ("statement_timeout", STATEMENT),
        ("lock_timeout", LOCK),
        ("idle_in_transaction_session_timeout", "30s"),
        // Without it every process of a parallel plan costs more than the small queries here.
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
        // Every statement here is prepared once and written so that one plan fits all of its arguments;
        // planning a dashboard anew costs several times its execution.
        ("plan_cache_mode", "force_generic_plan"),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(Duration::from_mins(10))
        .max_lifetime(Duration::from_hours(1))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move { Ok(meta.idle_for < TRUSTED_IDLE || connection.ping().await.is_ok()) })
        })
        .connect_lazy_with(options))
}

/// One connection for a verb that does one thing, or for migrations: without time limits.
///
/// # Errors
/// When the address cannot be understood or Postgres does not answer.
pub async fn one(url: &SecretString, name: &str) -> Result<PgConnection> {
    Ok(options(url, name)?.connect().await?)
}

/// A pool of one connection without time limits, for migrations.
///
/// # Errors
/// When the address cannot be understood.
pub fn for_migrations(url: &SecretString) -> Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(options(url, "safeharbor-migrate")?))
}

fn options(url: &SecretString, name: &str) -> Result<PgConnectOptions> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    Ok(options
        .application_name(name)
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Warn, Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_user_in_the_url_it_is_the_processes_own() {
        let url = SecretString::from("postgres:///safeharbor?host=/run/postgresql");
        let user = options(&url, "test").unwrap().get_username().to_owned();
        assert!(
            !["", "anonymous"].contains(&user.as_str()),
            "peer authentication would be asked for {user:?}"
        );
    }
}
