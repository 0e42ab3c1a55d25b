//! `safeharbor stage`: the rehearsal of the whole deployment on this machine.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use super::{Edge, Ingress, StageArgs};
use crate::probe::{Format, Report};
use crate::settings::Environ;
use crate::stage::options::{self, Options};
use crate::stage::{reaper, rehearsal, state};

/// Runs it until its end, or until Ctrl-C or SIGTERM, which stop every part in order. The exit code is 0 when
/// nothing failed and 1 when something did.
///
/// # Errors
/// When it could not run: exit code 2.
pub async fn run(args: &StageArgs, environ: &Environ) -> Result<u8> {
    let options = options(args, environ)?;
    let mut report = Report::to_stdout(Format::choose(options.json));
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let ended = {
        let rehearsal = rehearsal::run(&options, &mut report);
        tokio::select! {
            ended = rehearsal => Some(ended),
            _ = interrupt.recv() => None,
            _ = terminate.recv() => None,
            _ = hang_up.recv() => None,
        }
    };
    // The parts are stopped by now: what was dropped with the rehearsal ended them from the outside in.
    reaper::finish();
    if options.once {
        report.say("everything was stopped, and nothing was left behind");
    } else {
        report.say(&format!("everything was stopped; the state stays in {}", options.state.display()));
    }
    match ended {
        Some(ended) => ended,
        // Staying up is ended by Ctrl-C: the verdict of the probes stands.
        None if report.is_finished() => Ok(report.code()),
        None => bail!("interrupted; everything was stopped"),
    }
}

fn options(args: &StageArgs, environ: &Environ) -> Result<Options> {
    let state = match &args.state {
        Some(dir) => dir.clone(),
        None => state::default_dir(
            environ.get("XDG_STATE_HOME").map(Path::new),
            environ.get("HOME").map(Path::new),
        )?,
    };
    let ingress = match (args.ingress, args.edge) {
        (Ingress::Caddy, None) => options::Ingress::Caddy,
        (Ingress::Caddy, Some(Edge::Cloudflare)) => options::Ingress::CloudflareEdge,
        (_, Some(_)) => bail!("--edge goes with --ingress caddy only"),
        (Ingress::Cloudflared, None) if args.quick => options::Ingress::QuickTunnel,
        (Ingress::Cloudflared, None) => options::Ingress::Tunnel {
            token: environ
                .text("TUNNEL_TOKEN")
                .context("TUNNEL_TOKEN is not set: copy it from the tunnel's page, or use --quick")?
                .to_owned(),
            public_url: environ
                .text("PUBLIC_URL")
                .context(
                    "PUBLIC_URL is not set: it is the address that the tunnel's page gives this service",
                )?
                .to_owned(),
        },
        (Ingress::None, None) => options::Ingress::None,
    };
    if args.quick && ingress != options::Ingress::QuickTunnel {
        bail!("--quick goes with --ingress cloudflared only");
    }
    Ok(Options {
        once: args.once,
        json: args.json,
        state,
        fresh: args.fresh,
        demo: args.demo,
        ingress,
        port: args.port,
        database_url: args.database_url.clone(),
        redis_url: args.redis_url.clone(),
        binary: std::env::current_exe().context("where this program is")?,
    })
}
