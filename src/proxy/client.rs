//! One answer for one request: who the client is and how it reached the hop.

use std::net::{IpAddr, Ipv6Addr};

use super::received::{Field, Host};
use super::{Peer, Received, Scheme, Trust, TrustVerdict, element};

/// Who sent a request and under which address. The only thing handlers, logs and limits may go by (R7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// The client's address; none when it is unknown.
    pub addr: Option<IpAddr>,
    /// The scheme the client used.
    pub scheme: Scheme,
    /// The host the client asked for, in the spelling of [`element::host`]; empty when there is no usable one.
    pub host: String,
    /// Whether the hop said so: the peer is trusted and at least one forwarded header gave a valid value.
    pub via_proxy: bool,
}

/// What was seen of the forwarded headers themselves: for `verify`, `doctor`, counters and explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The other end of the connection.
    pub peer: Peer,
    /// Whether the peer is believed, and why.
    pub trust: TrustVerdict,
    /// `X-Forwarded-For`.
    pub forwarded_for: Shape,
    /// `X-Forwarded-Proto`.
    pub forwarded_proto: Shape,
    /// `X-Forwarded-Host`.
    pub forwarded_host: Shape,
}

impl Observed {
    /// Whether any of the three forwarded headers came.
    pub const fn is_forwarded(&self) -> bool {
        self.forwarded_for.elements > 0
            || self.forwarded_proto.elements > 0
            || self.forwarded_host.elements > 0
    }
}

/// How one forwarded header looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Number of elements over all its lines; 0 when it did not come.
    pub elements: usize,
    /// What became of the last one.
    pub last: Last,
}

/// What became of the last element of a forwarded header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// The header did not come.
    Absent,
    /// It came and was not looked at: the peer is not trusted, or the hop never sets this header.
    Ignored,
    /// It was empty, too long or not what it should be: as if the header were absent.
    Invalid,
    /// It counts.
    Valid,
}

/// Rules R1 to R5 for one request.
pub fn client_info(trust: &Trust, peer: Peer, received: &Received<'_>) -> (ClientInfo, Observed) {
    let verdict = trust.judge(peer);
    let believed = verdict.is_trusted();

    let (addr, forwarded_for) = read(believed, received.forwarded_for, element::address);
    let (scheme, forwarded_proto) = read(believed, received.forwarded_proto, element::scheme);
    let effective = scheme.unwrap_or(Scheme::Http);
    let host_believed = believed && trust.hop.sets_forwarded_host();
    let (host, forwarded_host) =
        read(host_believed, received.forwarded_host, |last| element::host(last, effective));

    let client = ClientInfo {
        via_proxy: addr.is_some() || scheme.is_some() || host.is_some(),
        addr: addr.or_else(|| peer.addr()),
        scheme: effective,
        host: host.or_else(|| own_host(received.host, effective)).unwrap_or_default(),
    };
    (client, Observed { peer, trust: verdict, forwarded_for, forwarded_proto, forwarded_host })
}

fn read<T>(believed: bool, field: Field<'_>, parse: impl FnOnce(&[u8]) -> Option<T>) -> (Option<T>, Shape) {
    let value = if believed && field.last().len() <= element::MAX_LEN { parse(field.last()) } else { None };
    let last = match (field.is_present(), believed, &value) {
        (false, ..) => Last::Absent,
        (true, false, _) => Last::Ignored,
        (true, true, None) => Last::Invalid,
        (true, true, Some(_)) => Last::Valid,
    };
    (value, Shape { elements: field.elements(), last })
}

fn own_host(host: Host<'_>, scheme: Scheme) -> Option<String> {
    match host {
        Host::One(host) => element::host(host, scheme),
        Host::Missing | Host::Several => None,
    }
}

/// R13: what a rate limit counts under. IPv4 by address, IPv6 by /64 (one household, one network), and all
/// unknown clients together.
pub fn bucket(addr: Option<IpAddr>) -> String {
    match addr.map(|addr| addr.to_canonical()) {
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => format!("{}/64", Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets() {
        for (addr, expected) in [
            (Some("203.0.113.5"), "203.0.113.5"),
            (Some("::ffff:203.0.113.5"), "203.0.113.5"),
            (Some("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
            (Some("2001:db8:1:2::"), "2001:db8:1:2::/64"),
            (Some("::1"), "::/64"),
            (None, "unknown"),
        ] {
            assert_eq!(bucket(addr.map(|addr| addr.parse().unwrap())), expected);
        }
    }
}
