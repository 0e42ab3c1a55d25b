//! What owners allow although it is not public.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

use super::is_name;

/// Something that an owner allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// A host by its name in lower case, wherever at home it is.
    Name(String),
    /// An address or a network.
    Net(IpNet),
}

/// Why an entry is none, as a sentence for the person at the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAllowed(&'static str);

impl FromStr for Allowed {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        const WANTED: &str = "Give a host name, an address, or a network such as 192.168.1.0/24.";
        let text = text.trim();
        if let Ok(addr) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self::Net(addr.to_canonical().into()));
        }
        if text.contains('/') {
            let net: IpNet = text.parse().map_err(|_| NotAllowed(WANTED))?;
            let narrowest = if matches!(net, IpNet::V4(_)) { 8 } else { 16 };
            if net.prefix_len() < narrowest {
                return Err(NotAllowed("This network is too wide. Name the one that you mean."));
            }
            return Ok(Self::Net(net.trunc()));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) if is_name(&name) => Ok(Self::Name(name)),
            // `0x7f.1`: an address in a spelling that nobody reads.
            Ok(_) | Err(_) => Err(NotAllowed(WANTED)),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Net(net) => net.fmt(f),
        }
    }
}

/// Everything that owners allow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(pub Vec<Allowed>);

impl AllowList {
    pub(super) fn names(&self, name: &str) -> bool {
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Name(known) if known == name))
    }

    pub(super) fn holds(&self, addr: IpAddr) -> bool {
        let addr = addr.to_canonical();
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Net(net) if net.contains(&addr)))
    }

    /// Whether an owner allows this host as it is written. Where its name leads is not asked.
    pub(super) fn knows(&self, host: &Host<String>) -> bool {
        match host {
            Host::Domain(name) => self.names(name),
            Host::Ipv4(addr) => self.holds((*addr).into()),
            Host::Ipv6(addr) => self.holds((*addr).into()),
        }
    }
}
