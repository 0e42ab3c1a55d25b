//! The real Cloudflare tunnel: started with its token, or as a quick tunnel with a throw-away name.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use rustix::process::Signal;

use super::process::Process;
use super::programs;
use crate::probe::client::{Client, Dial};

const READY_WITHIN: Duration = Duration::from_secs(90);

/// Which tunnel.
#[derive(Clone, Debug)]
pub enum Tunnel {
    /// A named tunnel; its host name is set in Cloudflare's dashboard, to the app's address here.
    Token(String),
    /// A throw-away name.
    Quick,
}

/// A running cloudflared. Dropping it stops it.
#[derive(Debug)]
pub struct Cloudflared {
    process: Process,
    metrics: Client,
}

impl Cloudflared {
    /// Starts the tunnel to `upstream` and waits until it is connected.
    ///
    /// # Errors
    /// When it is not installed or does not connect; the message has its last lines.
    pub async fn start(tunnel: &Tunnel, log: &Path, upstream: SocketAddr, metrics_port: u16) -> Result<Self> {
        let program = programs::find("cloudflared")?;
        let metrics = SocketAddr::from((Ipv4Addr::LOCALHOST, metrics_port));
        let mut command = Command::new(program);
        command.env_clear().env("HOME", "/nonexistent");
        command.args(["tunnel", "--no-autoupdate", "--metrics", &metrics.to_string()]);
        match tunnel {
            // By the environment, where other users cannot see it.
            Tunnel::Token(token) => command.arg("run").env("TUNNEL_TOKEN", token),
            Tunnel::Quick => command.args(["--url", &format!("http://{upstream}")]),
        };
        let process = Process::spawn("cloudflared", command, log, Signal::TERM)?;
        let metrics = Client { dial: Dial::Tcp(metrics), tls: None, host: metrics.to_string(), source: None };
        let mut tunnel = Self { process, metrics };
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match tunnel.metrics.get("/ready").await {
                Ok(answer) if answer.status == StatusCode::OK => return Ok(tunnel),
                _ if tunnel.process.ended().is_some() => return Err(tunnel.process.died()),
                _ if Instant::now() >= deadline => {
                    return Err(tunnel.process.died().context("the tunnel does not connect"));
                }
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// The throw-away name of a quick tunnel.
    ///
    /// # Errors
    /// When it has none.
    pub async fn quick_name(&self) -> Result<String> {
        let answer = self.metrics.get("/quicktunnel").await?.json()?;
        let name = answer
            .get("hostname")
            .and_then(serde_json::Value::as_str)
            .context("cloudflared names no host")?;
        if name.is_empty() {
            bail!("cloudflared has no name yet");
        }
        Ok(name.to_owned())
    }

    /// The running process.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}
