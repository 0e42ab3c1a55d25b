//! The one-hop contract: what is believed of forwarded headers, and what follows from it.
//!
//! Safe Harbor stands behind **exactly one** trusted proxy hop. This module decides, for each request, who
//! the client is, and whether the request arrived under the address people use. The rules are numbered
//! `R1`…`R15` in `docs/contract.md`; comments here name the rule they carry out.
//!
//! Everything but [`layer`] and [`headers`] works on byte slices and knows no HTTP framework:
//!
//! | file | job |
//! |---|---|
//! | [`element`] | one element of a forwarded header: address, scheme, host (R2–R5) |
//! | [`received`] | the field lines that matter, reduced to what may be looked at (R2) |
//! | [`trust`] | which socket peers are believed (R1) |
//! | [`client`] | all of it in one answer, [`ClientInfo`] (R3–R5, R7) |
//! | [`origin`] | serve, redirect or refuse (R9) |
//! | [`names`] | the header names of R2 and R6 |
//! | [`public_url`] | the address people use (R8) |
//! | [`observations`] | what the last minutes looked like, for `doctor` |
//! | [`hop`] | the answer that `verify` asks for |
//! | [`headers`], [`layer`] | the same for `http` requests: the middleware |

pub mod client;
pub mod element;
pub mod headers;
pub mod hop;
pub mod layer;
pub mod names;
pub mod observations;
pub mod origin;
pub mod public_url;
pub mod received;
pub mod trust;
mod warned;

use std::fmt;
use std::net::{IpAddr, SocketAddr};

pub use client::{ClientInfo, Observed, bucket, client_info};
pub use public_url::PublicUrl;
pub use received::Received;
pub use trust::{ProxyHop, Trust, TrustVerdict};

/// The other end of the connection a request came over. The accept loop puts it into each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A TCP connection from this address.
    Tcp(SocketAddr),
    /// A unix-socket connection: whoever may open the socket file.
    Unix,
}

impl Peer {
    /// The peer's address, IPv4 written as IPv4 also on a dual-stack socket. None for a unix socket.
    pub fn addr(self) -> Option<IpAddr> {
        match self {
            Self::Tcp(socket) => Some(socket.ip().to_canonical()),
            Self::Unix => None,
        }
    }

    /// `tcp` or `unix`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Unix => "unix",
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.addr() {
            Some(addr) => write!(f, "{addr}"),
            None => f.write_str("unix socket"),
        }
    }
}

/// The scheme a client used to reach the hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is left out of an address: 80 or 443.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
