//! What the last minutes say about the hop, in words (C11, C22).

use std::fmt;
use std::net::IpAddr;

use super::Snapshot;

/// Fewer requests than this say nothing about how clients look.
pub const ENOUGH: u64 = 20;

/// Something about the hop that its owner should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Headers came from a peer that is not believed; this is the one that sent most.
    Ignored {
        /// The peer; none for unix-socket peers.
        peer: Option<IpAddr>,
        /// Its requests with forwarded headers.
        requests: u64,
    },
    /// C22: the address the hop reports is that of another proxy before it.
    SecondProxy(IpAddr),
    /// C11: every client appears with the same address.
    SameAddress(IpAddr),
    /// The hop never says where its clients are.
    NoAddress,
    /// Everything through the hop looks like plain HTTP.
    NoHttps,
    /// Some believed headers' last elements were invalid.
    Invalid(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored { peer: Some(peer), requests } => write!(
                f,
                "forwarded headers of {requests} requests from {peer} were ignored: if that is the one hop, set \
                 TRUST_PROXY_HEADERS=1 and have {peer} in TRUSTED_PEERS"
            ),
            Self::Ignored { peer: None, requests } => write!(
                f,
                "forwarded headers of {requests} requests over the unix socket were ignored: if its other end is \
                 the one hop, set TRUST_PROXY_HEADERS=1"
            ),
            Self::SecondProxy(addr) => write!(
                f,
                "every client appears as {addr}, which is another proxy in front of the hop (or, if it is this \
                 machine, its only user): of two proxies drop one, with a tunnel the local one, and point the \
                 tunnel straight at Safe Harbor"
            ),
            Self::SameAddress(addr) => write!(
                f,
                "every client appears as {addr}: fine when one person is using it, otherwise something before the \
                 hop hides the clients and they all share one rate limit"
            ),
            Self::NoAddress => {
                f.write_str("the hop never gives a client address: let it set or append X-Forwarded-For")
            }
            Self::NoHttps => f.write_str(
                "everything through the hop looks like plain HTTP: let it set X-Forwarded-Proto to https",
            ),
            Self::Invalid(requests) => {
                write!(f, "{requests} requests had a forwarded header whose last element is invalid")
            }
        }
    }
}

impl Snapshot {
    /// What stands out. `public_is_https`: what the clients ought to be using.
    pub fn findings(&self, public_is_https: bool) -> Vec<Finding> {
        let tally = &self.tally;
        let mut findings = Vec::new();
        if let Some(peer) = self
            .peers
            .iter()
            .filter(|peer| !peer.trusted && peer.forwarded > 0)
            .max_by_key(|peer| peer.forwarded)
        {
            findings.push(Finding::Ignored { peer: peer.addr, requests: peer.forwarded });
        }
        if tally.via_proxy >= ENOUGH {
            if tally.no_address == tally.via_proxy {
                findings.push(Finding::NoAddress);
            } else if let (Some(addr), false) = (self.only_address, self.more_addresses) {
                // A hop that appends shows the other proxy's address after the client's; one that replaces
                // shows an address of this machine or container network alone.
                let appended = tally.several_addresses * 2 > tally.via_proxy;
                let second = appended || is_this_machine(addr);
                findings.push(if second { Finding::SecondProxy(addr) } else { Finding::SameAddress(addr) });
            }
            if public_is_https && tally.via_proxy_plain == tally.via_proxy {
                findings.push(Finding::NoHttps);
            }
        } else if let Some(addr) = self.only_address.filter(|_| tally.requests >= ENOUGH) {
            findings.push(Finding::SameAddress(addr));
        }
        if tally.invalid > 0 {
            findings.push(Finding::Invalid(tally.invalid));
        }
        findings
    }
}

fn is_this_machine(addr: IpAddr) -> bool {
    addr.is_loopback()
}
