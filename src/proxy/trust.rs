//! R1: which socket peers are believed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use thiserror::Error;

use super::Peer;

/// Which program is the one hop (`PROXY_HOP`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProxyHop {
    /// Any proxy that sets or appends all three headers itself.
    #[default]
    Generic,
    /// Caddy.
    Caddy,
    /// Cloudflare's edge with cloudflared. It never sets `X-Forwarded-Host`, so only a client can have.
    Cloudflared,
    /// Tailscale serve or Funnel.
    Tailscale,
}

impl ProxyHop {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Caddy, Self::Cloudflared, Self::Tailscale];

    /// As it is written in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Caddy => "caddy",
            Self::Cloudflared => "cloudflared",
            Self::Tailscale => "tailscale",
        }
    }

    /// Whether this hop writes `X-Forwarded-Host` itself (R5).
    pub const fn sets_forwarded_host(self) -> bool {
        !matches!(self, Self::Cloudflared)
    }
}

impl fmt::Display for ProxyHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a trust setting cannot be used. The message quotes the value; the caller names the variable.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TrustError {
    /// Neither an address nor a CIDR. Names are not looked up: what they stand for can change.
    #[error("{0:?} is neither an IP address nor a CIDR such as 127.0.0.1 or 172.20.0.0/16")]
    NotAnAddress(String),
    /// Nothing between two commas, or nothing at all.
    #[error("an empty entry in {0:?}: list addresses or CIDRs, separated by commas")]
    EmptyEntry(String),
}

/// What is believed of forwarded headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// `TRUST_PROXY_HEADERS`.
    pub enabled: bool,
    /// `TRUSTED_PEERS`: TCP peers inside one of these are the hop. A unix-socket peer always is.
    pub peers: Vec<IpNet>,
    /// `PROXY_HOP`.
    pub hop: ProxyHop,
}

impl Default for Trust {
    /// Off; the loopback addresses once it is switched on.
    fn default() -> Self {
        Self { enabled: false, peers: default_peers(), hop: ProxyHop::Generic }
    }
}

/// `127.0.0.1/32, ::1/128`.
pub fn default_peers() -> Vec<IpNet> {
    vec![Ipv4Net::from(Ipv4Addr::LOCALHOST).into(), Ipv6Net::from(Ipv6Addr::LOCALHOST).into()]
}

/// `TRUSTED_PEERS`: addresses and CIDRs separated by commas. IPv4-mapped IPv6 ones become IPv4, as peers do.
pub fn parse_peers(text: &str) -> Result<Vec<IpNet>, TrustError> {
    text.split(',')
        .map(str::trim)
        .map(|entry| match entry {
            "" => Err(TrustError::EmptyEntry(text.to_owned())),
            entry => parse_peer(entry).ok_or_else(|| TrustError::NotAnAddress(entry.to_owned())),
        })
        .collect()
}

fn parse_peer(entry: &str) -> Option<IpNet> {
    let net = match entry.parse::<IpAddr>() {
        Ok(addr) => IpNet::from(addr),
        Err(_) => entry.parse().ok()?,
    };
    match net {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.network().to_ipv4_mapped() {
            Some(v4) => Ipv4Net::new(v4, v6.prefix_len() - 96).ok().map(IpNet::V4),
            None => Some(net.trunc()),
        },
        net => Some(net.trunc()),
    }
}

/// Whether a peer is believed, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustVerdict {
    /// `TRUST_PROXY_HEADERS` is off.
    Off,
    /// On, but this address is in no entry of `TRUSTED_PEERS`.
    Stranger(IpAddr),
    /// On, and this address is inside this entry.
    Listed(IpAddr, IpNet),
    /// On, and whoever can open the unix socket is the hop.
    UnixSocket,
}

impl TrustVerdict {
    /// Whether forwarded headers are believed.
    pub const fn is_trusted(&self) -> bool {
        matches!(self, Self::Listed(..) | Self::UnixSocket)
    }
}

impl fmt::Display for TrustVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("not believed: TRUST_PROXY_HEADERS is off"),
            Self::Stranger(addr) => write!(f, "not believed: the peer {addr} is not in TRUSTED_PEERS"),
            Self::Listed(addr, net) => write!(f, "believed: the peer {addr} is in TRUSTED_PEERS ({net})"),
            Self::UnixSocket => f.write_str("believed: the peer came over the unix socket"),
        }
    }
}

impl Trust {
    /// R1, the peer gate.
    pub fn judge(&self, peer: Peer) -> TrustVerdict {
        if !self.enabled {
            return TrustVerdict::Off;
        }
        let Some(addr) = peer.addr() else { return TrustVerdict::UnixSocket };
        match self.peers.iter().find(|net| net.contains(&addr)) {
            Some(net) => TrustVerdict::Listed(addr, *net),
            None => TrustVerdict::Stranger(addr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(addr: &str) -> Peer {
        Peer::Tcp((addr.parse::<IpAddr>().unwrap(), 4711).into())
    }

    #[test]
    fn peers_are_addresses_or_networks() {
        let peers =
            parse_peers("127.0.0.1, ::1/128 ,172.20.3.4/16,::ffff:10.0.0.7,::ffff:10.1.0.0/112").unwrap();
        let text: Vec<String> = peers.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["127.0.0.1/32", "::1/128", "172.20.0.0/16", "10.0.0.7/32", "10.1.0.0/16"]);
        assert_eq!(parse_peers("127.0.0.1/32, ::1/128").unwrap(), default_peers());
    }

    #[test]
    fn anything_else_is_an_error_that_names_the_value() {
        for bad in
            ["localhost", "proxy.lan", "127.0.0.1:80", "[::1]", "10.0.0.0/33", "127.0.0.1 ::1", "fe80::1%lo"]
        {
            let error = parse_peers(&format!("::1,{bad}")).unwrap_err();
            assert_eq!(error, TrustError::NotAnAddress(bad.to_owned()));
            assert!(error.to_string().contains(bad), "{error}");
        }
        for empty in ["", " ", "::1,", ",::1"] {
            assert!(matches!(parse_peers(empty), Err(TrustError::EmptyEntry(_))), "{empty:?}");
        }
    }

    #[test]
    fn the_peer_gate() {
        let mut trust = Trust::default();
        assert_eq!(trust.judge(peer("127.0.0.1")), TrustVerdict::Off);
        assert_eq!(trust.judge(Peer::Unix), TrustVerdict::Off);
        trust.enabled = true;
        assert!(trust.judge(Peer::Unix).is_trusted());
        for (addr, trusted) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("::1", true),
            ("127.0.0.9", false),
            ("::ffff:127.0.0.9", false),
            ("::127.0.0.1", false),
        ] {
            assert_eq!(trust.judge(peer(addr)).is_trusted(), trusted, "{addr}");
        }
    }
}
