//! `safeharbor serve`: the pages. Health answers from the first moment; everything else once Postgres has
//! answered and the schema is current. Redis is never waited for.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use metrics_exporter_prometheus::PrometheusBuilder;

use super::start;
use crate::db;
use crate::http::{App, metrics, router};
use crate::jobs::{self, Wake};
use crate::settings::{Environ, ListenAddr, Settings, Verb};
use crate::system::clock::Clock;
use crate::system::drain::Drain;
use crate::system::lifecycle::Lifecycle;
use crate::system::listener::{self, Listener};
use crate::system::notify::Notifier;
use crate::system::open_files;
use crate::system::progress::Progress;
use crate::system::server::{Limits, Server};
use crate::system::sockets::{Inherited, Socket};

/// Whoever collects `/metrics` needs one at a time.
const METRICS_CONNECTIONS: usize = 64;

/// Serves until a signal, and gives the exit code.
pub async fn run(environ: &Environ, inherited: Inherited) -> ExitCode {
    let notifier = Notifier::from_process();
    let settings = match start::prepare(environ, Verb::Serve, "safeharbor", &notifier) {
        Ok(settings) => settings,
        Err(code) => return code,
    };
    Box::pin(serve(settings, inherited, &notifier))
        .await
        .unwrap_or_else(|error| start::give_up(&notifier, &error))
}

async fn serve(settings: Settings, inherited: Inherited, notifier: &Notifier) -> Result<ExitCode> {
    if inherited.for_another_process {
        tracing::warn!("LISTEN_PID names another process: is ExecStart= a wrapper around safeharbor?");
    }
    let http = listen(&settings, "http", inherited.http, Some(&settings.listen))?.context("no listener")?;
    let metrics = listen(&settings, "metrics", inherited.metrics, settings.metrics_listen.as_ref())?;
    let recorder = PrometheusBuilder::new().install_recorder().context("metrics")?;

    let mut lifecycle = Lifecycle::install(Drain::new(), notifier.clone()).context("signals")?;
    let drain = lifecycle.drain();
    let progress = Progress::new();
    let clock = Clock::system();
    let room = open_files::room_for(Limits::default().connections, settings.database_pool);
    let pool = db::pool::pool(&settings.database_url, "safeharbor", settings.database_pool)?;
    let wake = Wake::start(&settings.redis_url, clock.clone())?;
    let app = App::new(settings, pool, clock, wake);
    tracing::info!(listener = http.describe(), "accepting connections");
    let described = http.describe();
    let mut server = Server::new("http");
    server.limits.connections = room;
    server.pulse = Some(progress.part("the accept loop"));
    let router = router::router(app.clone());
    let draining = drain.clone();
    lifecycle.spawn_critical("http", async move {
        server.serve(http, router, draining).await;
    });
    if let Some(listener) = metrics {
        let router = metrics::router(recorder);
        let draining = drain.clone();
        let mut server = Server::new("metrics");
        server.limits.connections = METRICS_CONNECTIONS;
        lifecycle.spawn_critical("metrics", async move {
            server.serve(listener, router, draining).await;
        });
    }
    start::watch(notifier, &progress, &drain);

    let become_ready = Box::pin(start::migrate(&app.settings, notifier));
    match drain.unless_begun(become_ready).await {
        Some(Ok(())) => {
            app.set_ready();
            notifier.ready(&format!("serving {} on {described}", app.settings.public_url));
            tracing::info!(url = %app.settings.public_url, "ready");
            tokio::spawn(say_what_is_missing(app.clone()));
        }
        Some(Err(error)) => {
            drain.begin();
            lifecycle.finish().await;
            // Last, because the drain writes a status line too, and this is the one that has to stay.
            return Ok(start::give_up(notifier, &error));
        }
        None => {}
    }
    Ok(lifecycle.finish().await)
}

/// The listener of this name: the inherited one, else an own one where the settings say.
fn listen(
    settings: &Settings,
    name: &str,
    inherited: Option<Socket>,
    own: Option<&ListenAddr>,
) -> Result<Option<Listener>> {
    let Some(socket) = inherited else {
        return Ok(own.map(listener::bind).transpose()?);
    };
    // R10 is asked of the socket itself: the settings may say one thing and the socket unit another.
    if let Some(addr) = socket.tcp_addr()? {
        settings.check_inherited(name, addr).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    }
    Ok(Some(Listener::from_inherited(socket)?))
}

/// What an operator wants to read once after the start, without holding it up.
async fn say_what_is_missing(app: App) {
    match app.is_set_up().await {
        Ok(false) => tracing::info!(
            "nobody is set up yet: run `safeharbor admin setup-code` and enter the code at {}",
            app.settings.public_url.url("/setup")
        ),
        Ok(true) => {}
        Err(error) => tracing::warn!(%error, "cannot tell whether the household is set up"),
    }
    match jobs::eviction_warning(&app.settings.redis_url, Duration::from_secs(2)).await {
        Ok(Some(warning)) => tracing::warn!("{warning}"),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(%error, "Redis does not answer; pages work, jobs are found by the sweep");
        }
    }
}
