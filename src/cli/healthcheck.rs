//! `safeharbor healthcheck`: asks the running `serve` on its own listener whether it is well.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use http::Request;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::settings::ListenAddr;

/// Longer than the probes of `/healthz` take together.
const PATIENCE: Duration = Duration::from_secs(5);
/// The answer is a line.
const LONGEST: usize = 4096;

/// Writes the answer to `out`; the exit code is 0 when it was 200.
///
/// # Errors
/// When there is no answer.
pub async fn run(listen: &ListenAddr, out: &mut dyn Write) -> Result<ExitCode> {
    let asked = async {
        match listen {
            ListenAddr::Tcp(addr) => ask(TcpStream::connect(addr).await?).await,
            ListenAddr::Unix(path) => ask(UnixStream::connect(path).await?).await,
            ListenAddr::Inherited => {
                bail!("LISTEN=systemd does not say where: set LISTEN to the socket's address")
            }
        }
    };
    let (well, body) = timeout(PATIENCE, asked)
        .await
        .context("no answer within five seconds")?
        .with_context(|| format!("{listen} does not answer"))?;
    writeln!(out, "{body}")?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn ask(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<(bool, String)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let request = Request::get("/healthz").header("Host", "localhost").body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let well = response.status().is_success();
    let body =
        Limited::new(response.into_body(), LONGEST).collect().await.map_err(anyhow::Error::from_boxed)?;
    drop(sender);
    connection.await??;
    Ok((well, String::from_utf8_lossy(&body.to_bytes()).trim().to_owned()))
}
