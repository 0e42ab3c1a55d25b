//! The way to a public install from anywhere.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::{Client, Dial, Tls};
use crate::proxy::PublicUrl;

const DIAL_WITHIN: Duration = Duration::from_secs(5);

/// A client for `public`: by DNS, or by `connect` when given. `authorities` replace the machine's own when there are any.
///
/// # Errors
/// When the name does not resolve or an authority cannot be read.
pub async fn client(
    public: &PublicUrl,
    connect: Option<SocketAddr>,
    authorities: &[CertificateDer<'static>],
) -> Result<Client> {
    let address = match connect {
        Some(address) => address,
        None => reachable(&resolve(public).await?).await?,
    };
    let tls = if public.is_https() { Some(Tls::new(bare(public.host()), authorities)?) } else { None };
    Ok(Client { dial: Dial::Tcp(address), tls, host: public.authority().to_owned(), source: None })
}

/// The first address that takes a connection: a machine without IPv6 must not stumble over an AAAA record.
async fn reachable(addresses: &[SocketAddr]) -> Result<SocketAddr> {
    let mut last = anyhow!("the name has no address");
    for address in addresses {
        match timeout(DIAL_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(*address),
            Ok(Err(error)) => last = anyhow!("connecting to {address}: {error}"),
            Err(_) => last = anyhow!("connecting to {address}: no answer within {} s", DIAL_WITHIN.as_secs()),
        }
    }
    Err(last)
}

/// Every address DNS gives for the install.
///
/// # Errors
/// When it gives none.
pub async fn resolve(public: &PublicUrl) -> Result<Vec<SocketAddr>> {
    let host = bare(public.host());
    let found =
        tokio::net::lookup_host((host, public.port())).await.with_context(|| format!("looking up {host}"))?;
    Ok(found.collect())
}

/// An IPv6 address without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}
