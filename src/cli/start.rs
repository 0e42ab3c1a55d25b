//! What `serve` and `worker` have in common: settings or exit code 2, logs, lifecycle, the wait for Postgres.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use sqlx::Connection as _;
use tokio::time::{sleep, timeout};

use super::cannot_run;
use crate::db;
use crate::settings::{Environ, Settings, Verb};
use crate::system::drain::Drain;
use crate::system::notify::Notifier;
use crate::system::progress::Progress;
use crate::system::telemetry;

/// How long one try to reach Postgres may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The pause between two tries.
const AGAIN: Duration = Duration::from_millis(250);

/// Reads the settings and starts the logs.
///
/// # Errors
/// The exit code, when the settings cannot be used: every problem has been said, and the first is the status
/// line that `systemctl status` shows.
pub fn prepare(
    environ: &Environ,
    verb: Verb,
    identifier: &str,
    notifier: &Notifier,
) -> Result<Settings, ExitCode> {
    let settings = Settings::load(environ, verb).map_err(|problems| {
        let first = problems.list().first().map(ToString::to_string).unwrap_or_default();
        notifier.status(&format!("not started: {first}"));
        cannot_run(&problems.to_string())
    })?;
    telemetry::init(&settings.log, identifier).map_err(|error| cannot_run(&error.to_string()))?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    Ok(settings)
}

/// Says in the log and on the status line why there is no start, and gives the exit code.
pub fn give_up(notifier: &Notifier, error: &anyhow::Error) -> ExitCode {
    tracing::error!("{error:#}");
    notifier.status(&format!("not started: {error:#}"));
    ExitCode::FAILURE
}

/// Answers the watchdog in the background until the drain begins.
pub fn watch(notifier: &Notifier, progress: &Progress, drain: &Drain) {
    let (notifier, progress, drain) = (notifier.clone(), progress.clone(), drain.clone());
    tokio::spawn(async move { notifier.watchdog(&progress, &drain).await });
}

/// Waits until Postgres answers, however long that takes; the status line says why it does not. It connects by
/// itself: a pool would only say that it waited in vain.
async fn wait_for_postgres(url: &SecretString, notifier: &Notifier) {
    let mut said = String::new();
    loop {
        let connected = timeout(CONNECT, db::pool::one(url, "safeharbor-start"));
        let status = if said.is_empty() { "connecting to Postgres" } else { &said };
        let why = match notifier.starting(status, connected).await {
            Ok(Ok(connection)) => {
                // Its end is of no interest: the next ones come from a pool.
                let _ = connection.close().await;
                return;
            }
            Ok(Err(error)) => error.in_words(),
            Err(_) => format!("no answer within {} s", CONNECT.as_secs()),
        };
        let status = format!("waiting for Postgres: {why}");
        if status != said {
            tracing::warn!("{status}");
            said.clone_from(&status);
        }
        notifier.starting(&status, sleep(AGAIN)).await;
    }
}

/// Waits for Postgres, then brings the schema up to this binary, or waits for the process that does.
///
/// # Errors
/// When a migration fails, or the schema is too new for this binary.
pub async fn migrate(settings: &Settings, notifier: &Notifier) -> Result<()> {
    wait_for_postgres(&settings.database_url, notifier).await;
    let pool = db::pool::for_migrations(&settings.database_url)?;
    let step = db::migrate::run(&pool, |status| {
        tracing::info!("{status}");
        notifier.status(status);
    });
    notifier.starting("looking at the database's schema", step).await.context("the schema")?;
    pool.close().await;
    Ok(())
}
