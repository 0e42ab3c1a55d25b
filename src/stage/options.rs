//! What a rehearsal is asked for.

use std::path::PathBuf;

/// The hop in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingress {
    /// Caddy with TLS from its own authority, on loopback.
    Caddy,
    /// An edge that writes headers as Cloudflare's does, with a certificate of the same authority.
    CloudflareEdge,
    /// A real tunnel to this public address.
    Tunnel {
        /// The tunnel's token.
        token: String,
        /// The address that the dashboard gives it.
        public_url: String,
    },
    /// A real tunnel with a throw-away name.
    QuickTunnel,
    /// None: a smoke test with development settings.
    None,
}

/// What a rehearsal is asked for.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct Options {
    /// Exit with the verdict instead of staying up; nothing is left behind.
    pub once: bool,
    /// Report for machines.
    pub json: bool,
    /// The state folder.
    pub state: PathBuf,
    /// Empty it first.
    pub fresh: bool,
    /// Fill the household that stays with tanks to look at.
    pub demo: bool,
    /// The hop.
    pub ingress: Ingress,
    /// The port of the address people use.
    pub port: Option<u16>,
    /// An existing Postgres.
    pub database_url: Option<String>,
    /// An existing Redis.
    pub redis_url: Option<String>,
    /// The program to run as `serve` and `worker`: usually ourselves.
    pub binary: PathBuf,
}
