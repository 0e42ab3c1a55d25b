//! `safeharbor worker`: does the jobs. The only process that sends anything outward.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio_util::sync::CancellationToken;

use super::start;
use crate::db;
use crate::jobs::post::Poster;
use crate::jobs::worker::{Hooks, Options, Worker};
use crate::jobs::{self, Context};
use crate::mail::Mailer;
use crate::photos::Store;
use crate::settings::{Environ, Settings, Verb};
use crate::system::clock::Clock;
use crate::system::drain::Drain;
use crate::system::lifecycle::Lifecycle;
use crate::system::notify::Notifier;
use crate::system::progress::Progress;

/// Connections to Postgres: one for each job at once, one for the loop, one to extend leases.
const CONNECTIONS: u32 = 6;

/// Works until a signal, and gives the exit code.
pub async fn run(environ: &Environ) -> ExitCode {
    let notifier = Notifier::from_process();
    let settings = match start::prepare(environ, Verb::Worker, "safeharbor-worker", &notifier) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    Box::pin(work(&settings, &notifier)).await.unwrap_or_else(|error| start::give_up(&notifier, &error))
}

async fn work(settings: &Settings, notifier: &Notifier) -> Result<ExitCode> {
    let mut lifecycle = Lifecycle::install(Drain::new(), notifier.clone()).context("signals")?;
    let drain = lifecycle.drain();
    match drain.unless_begun(Box::pin(start::migrate(settings, notifier))).await {
        Some(migrated) => migrated?,
        None => return Ok(lifecycle.finish().await),
    }
    let clock = Clock::system();
    let pool = db::pool::pool(&settings.database_url, "safeharbor-worker", CONNECTIONS)?;
    let mailer = settings
        .mail
        .as_ref()
        .map(|mail| Mailer::new(mail, &settings.public_url, clock.clone()))
        .transpose()
        .context("the mail settings")?;
    let redis = jobs::redis::open(&settings.redis_url)?;
    let context = Context {
        pool: pool.clone(),
        clock: clock.clone(),
        public_url: settings.public_url.clone(),
        photos: Store::below(&settings.upload_dir),
        mailer,
        poster: Poster::default(),
    };
    let progress = Progress::new();
    let hooks = hooks(&progress, notifier);
    let worker = Worker::new(pool, clock, context, Some(redis), Options::default(), hooks);
    let stop = CancellationToken::new();
    lifecycle.spawn_critical("worker", worker.run(stop.clone()));
    let draining = drain.clone();
    tokio::spawn(async move {
        draining.begun().await;
        stop.cancel();
    });
    start::watch(notifier, &progress, &drain);
    notifier.ready("doing jobs");
    Ok(lifecycle.finish().await)
}

fn hooks(progress: &Progress, notifier: &Notifier) -> Hooks {
    let pulse = Mutex::new(progress.part("the worker's loop"));
    let notifier = notifier.clone();
    Hooks {
        progress: Arc::new(move || pulse.lock().unwrap_or_else(PoisonError::into_inner).answer_now()),
        status: Arc::new(move |status| notifier.status(status)),
    }
}
