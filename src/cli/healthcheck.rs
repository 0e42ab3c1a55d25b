//! `safeharbor healthcheck`: asks the running `serve` on its own listener whether it is well.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::timeout;

use crate::probe::client::{Client, Dial};
use crate::settings::ListenAddr;

/// Longer than the probes of `/healthz` take together.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes the answer to `out`; the exit code is 0 when it was 200.
///
/// # Errors
/// When there is no answer.
pub async fn run(listen: &ListenAddr, out: &mut dyn Write) -> Result<ExitCode> {
    let dial = match listen {
        ListenAddr::Tcp(addr) => Dial::Tcp(*addr),
        ListenAddr::Unix(path) => Dial::Unix(path.clone()),
        ListenAddr::Inherited => {
            bail!(
                "LISTEN=systemd does not say where: set LISTEN to the socket's address, or use safeharbor-admin"
            )
        }
    };
    let client = Client { dial, tls: None, host: "localhost".to_owned(), source: None };
    let answer = timeout(PATIENCE, client.get("/healthz"))
        .await
        .context("no answer within five seconds")?
        .with_context(|| format!("{listen} does not answer"))?;
    writeln!(out, "{}", answer.text().trim())?;
    Ok(if answer.status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
