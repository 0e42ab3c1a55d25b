//! The yardstick: one axum handler that answers a constant, in a process of its own.

use std::net::SocketAddr;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

/// Serves until it is killed; prints its address first.
pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let router = Router::new().route("/", get(async || "a bare handler"));
    Ok(axum::serve(listener, router).await?)
}

/// The running yardstick.
pub(crate) struct Bare {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Bare {
    pub(crate) async fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--bare")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("the yardstick's output")?;
        BufReader::new(stdout).read_line(&mut line).await?;
        Ok(Self { child, addr: line.trim().parse().context("the yardstick's address")? })
    }

    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("the yardstick has ended")
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}
