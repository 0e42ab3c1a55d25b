//! The one-hop contract: what is believed of forwarded headers. Pure.

use std::net::{IpAddr, SocketAddr};

/// Who is at the other end of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A TCP peer and the address it came from.
    Tcp(SocketAddr),
    /// Somebody who may open our unix socket.
    Unix,
}

/// What a client's connection to the edge used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// Who is asking, as far as it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The client's address; `None` when a unix-socket peer named none.
    pub addr: Option<IpAddr>,
    /// The client's scheme.
    pub scheme: Scheme,
    /// The host the client asked for.
    pub host: String,
    /// Whether a trusted hop said so.
    pub via_proxy: bool,
}
