//! The way to a public install from anywhere.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use rustls::pki_types::CertificateDer;

use super::client::{Client, Dial, Tls};
use crate::proxy::PublicUrl;

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
        None => resolve(public).await?.first().copied().context("the name has no address")?,
    };
    let tls = if public.is_https() { Some(Tls::new(bare(public.host()), authorities)?) } else { None };
    Ok(Client { dial: Dial::Tcp(address), tls, host: public.authority().to_owned(), source: None })
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
