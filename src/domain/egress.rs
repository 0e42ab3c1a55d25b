//! Where channels may post: to public addresses over https, and where an owner allows it to addresses at home.
//!
//! A name says nothing about where it leads, so the addresses that it resolves to are judged, and the connection is
//! made to one of those that were.

mod allowed;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;
use url::{Host, Url};

pub use self::allowed::{AllowList, Allowed, NotAllowed};

/// The longest address that is kept, in characters.
pub const TARGET_MAX: usize = 2048;

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Somewhere on the internet.
    Public,
    /// Nearby; the words say what it is. An owner may allow it.
    Near(&'static str),
    /// Nowhere that anything is posted to; the words say why.
    Nowhere(&'static str),
}

const LINK_LOCAL: &str = "a link-local address";
const WRAPPED: &str = "an address that wraps one that is not public";
const RESERVED: &str = "a reserved address";
const EXAMPLE: &str = "an address for examples";

/// The networks of IPv4 that are not public (IANA's registry of special purposes, RFC 6890 and its successors).
const V4: &[(Ipv4Net, Place)] = &[
    (net(0, 0, 0, 8), Place::Nowhere("no address of anything")),
    (net(10, 0, 0, 8), Place::Near("a private address")),
    (net(100, 64, 0, 10), Place::Near("an address shared by a provider")),
    (net(127, 0, 0, 8), Place::Near("this machine itself")),
    (net(169, 254, 0, 16), Place::Near(LINK_LOCAL)),
    (net(172, 16, 0, 12), Place::Near("a private address")),
    (net(192, 0, 0, 24), Place::Nowhere(RESERVED)),
    (net(192, 0, 2, 24), Place::Nowhere(EXAMPLE)),
    (net(192, 88, 99, 24), Place::Nowhere(RESERVED)),
    (net(192, 168, 0, 16), Place::Near("a private address")),
    (net(198, 18, 0, 15), Place::Near("an address for benchmarks")),
    (net(198, 51, 100, 24), Place::Nowhere(EXAMPLE)),
    (net(203, 0, 113, 24), Place::Nowhere(EXAMPLE)),
    (net(224, 0, 0, 4), Place::Nowhere("an address of many machines at once")),
    (net(240, 0, 0, 4), Place::Nowhere(RESERVED)),
];

const fn net(a: u8, b: u8, c: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length)
}

/// What kind of place this is.
pub fn place(addr: IpAddr) -> Place {
    match addr.to_canonical() {
        IpAddr::V4(v4) => {
            V4.iter().find(|(net, _)| net.contains(&v4)).map_or(Place::Public, |(_, place)| *place)
        }
        IpAddr::V6(v6) => place_v6(v6),
    }
}

fn place_v6(addr: Ipv6Addr) -> Place {
    let [a, b, c, d, ..] = addr.segments();
    let v4 = |at: usize| {
        let bytes = addr.octets();
        Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3])
    };
    let wrapping = |inner: Ipv4Addr| match place(inner.into()) {
        Place::Public => Place::Public,
        _ => Place::Nowhere(WRAPPED),
    };
    match (a, b) {
        _ if addr == Ipv6Addr::LOCALHOST => Place::Near("this machine itself"),
        (0xfc00..=0xfdff, _) => Place::Near("a private address"),
        (0xfe80..=0xfebf, _) => Place::Near(LINK_LOCAL),
        (0xff00..=0xffff, _) => Place::Nowhere("an address of many machines at once"),
        // NAT64: the network of one's own provider translates it.
        (0x64, 0xff9b) if [c, d] == [0, 0] && addr.segments()[4..6] == [0, 0] => wrapping(v4(12)),
        (0x64, 0xff9b) => Place::Nowhere(WRAPPED),
        // 6to4.
        (0x2002, _) => wrapping(v4(2)),
        // Teredo and others of the IETF's own protocols; nothing that is posted to lives there.
        (0x2001, 0..=0x1ff) => Place::Nowhere(RESERVED),
        (0x2001, 0xdb8) | (0x3fff, 0..=0xfff) => Place::Nowhere(EXAMPLE),
        // All that is public at this time, which leaves out `::`, `::a.b.c.d` and what is not given out yet.
        (0x2000..=0x3fff, _) => Place::Public,
        _ => Place::Nowhere(RESERVED),
    }
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// Why nothing is posted to an address, as a sentence for the person at the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address of a web server.
    #[error("Give a whole address that starts with https://.")]
    NoUrl,
    /// It is too long.
    #[error("At most {TARGET_MAX} characters.")]
    TooLong,
    /// A name or password before the host.
    #[error("Leave out the name and password before the host.")]
    UserInfo,
    /// A port that belongs to another protocol.
    #[error("Port {0} belongs to something other than a web server.")]
    Port(u16),
    /// Unencrypted, to a host that no owner allows.
    #[error("Use https://. Unencrypted http:// is only for hosts at home that an owner allows.")]
    Plain,
    /// The host, or what it resolves to, is not public.
    #[error("{host} is {what}. An owner can allow it: Settings, Private addresses.")]
    Near {
        /// The host as it was written.
        host: String,
        /// What it is.
        what: &'static str,
    },
    /// The host, or what it resolves to, is nothing that can be allowed.
    #[error("{host} is {what}, and nothing is posted there.")]
    Nowhere {
        /// The host as it was written.
        host: String,
        /// What it is.
        what: &'static str,
    },
}

/// Ports of other protocols, some of which can be made to obey lines of an HTTP request: the "bad ports" of the Fetch
/// standard, Postgres and Redis.
const PORTS: &[u16] = &[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
    104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514,
    515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723,
    2049, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
    10_080,
];

/// An address that may be posted to as far as it can be judged without asking where its host's name leads.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// Reads an address as somebody typed it.
    ///
    /// # Errors
    /// Why nothing is posted there.
    pub fn parse(text: &str, allowed: &AllowList) -> Result<Self, Refused> {
        let text = text.trim();
        if text.chars().count() > TARGET_MAX {
            return Err(Refused::TooLong);
        }
        // The standard leaves tabs and line breaks out, and takes `https:host` and `https:\\host`; people mean
        // something else then.
        let scheme = text.get(..8).unwrap_or(text).to_ascii_lowercase();
        let odd = |letter: char| letter.is_whitespace() || letter.is_control() || letter == '\\';
        if !(scheme.starts_with("https://") || scheme.starts_with("http://")) || text.contains(odd) {
            return Err(Refused::NoUrl);
        }
        let mut url = Url::parse(text).map_err(|_| Refused::NoUrl)?;
        url.set_fragment(None);
        if url.as_str().chars().count() > TARGET_MAX {
            return Err(Refused::TooLong);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let target = Self(url);
        let host = target.host().ok_or(Refused::NoUrl)?;
        if matches!(&host, Host::Domain(name) if !is_name(name.trim_end_matches('.'))) {
            return Err(Refused::NoUrl);
        }
        if PORTS.contains(&target.port()) {
            return Err(Refused::Port(target.port()));
        }
        if !target.is_encrypted() && !allowed.knows(&host) {
            return Err(Refused::Plain);
        }
        match host {
            Host::Domain(_) => {}
            Host::Ipv4(addr) => target.admit(addr.into(), allowed)?,
            Host::Ipv6(addr) => target.admit(addr.into(), allowed)?,
        }
        Ok(target)
    }

    /// Whether a connection may be made to this address, which the host's name leads to.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, addr: IpAddr, allowed: &AllowList) -> Result<(), Refused> {
        let host = self.host_in_words();
        match place(addr) {
            Place::Public if self.is_encrypted() => Ok(()),
            Place::Public => Err(Refused::Plain),
            // A name may lead to a machine's own metadata service tomorrow: link-local has to be allowed as an address.
            Place::Near(what) => {
                let named = what != LINK_LOCAL
                    && matches!(self.host(), Some(Host::Domain(name)) if allowed.names(&name));
                if named || allowed.holds(addr) { Ok(()) } else { Err(Refused::Near { host, what }) }
            }
            Place::Nowhere(what) => Err(Refused::Nowhere { host, what }),
        }
    }

    fn host(&self) -> Option<Host<String>> {
        self.0.host().map(|host| match host {
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
            Host::Ipv4(addr) => Host::Ipv4(addr),
            Host::Ipv6(addr) => addr.to_ipv4_mapped().map_or(Host::Ipv6(addr), Host::Ipv4),
        })
    }

    /// The host's name or address, without brackets: what is resolved, and what a certificate has to name.
    pub fn name(&self) -> String {
        match self.host() {
            Some(Host::Domain(name)) => name,
            Some(Host::Ipv4(addr)) => addr.to_string(),
            Some(Host::Ipv6(addr)) => addr.to_string(),
            None => String::new(),
        }
    }

    /// The host as pages and errors call it; with its port where that is not the usual one. Paths are left out: they
    /// may be secrets.
    pub fn host_in_words(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The port, given or by scheme.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Whether its scheme is `https`.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The path and query that are asked for.
    pub fn path_and_query(&self) -> String {
        self.0.query().map_or_else(|| self.0.path().to_owned(), |query| format!("{}?{query}", self.0.path()))
    }

    /// The path in segments.
    pub fn segments(&self) -> Vec<&str> {
        self.0.path_segments().map(Iterator::collect).unwrap_or_default()
    }

    /// Whether it has a query.
    pub fn has_query(&self) -> bool {
        self.0.query().is_some()
    }

    /// Whether another address is of the same server.
    pub fn is_same_server(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// The same server's root.
    #[must_use]
    pub fn root(&self) -> Self {
        let mut url = self.0.clone();
        url.set_path("/");
        url.set_query(None);
        Self(url)
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}, …)", self.host_in_words())
    }
}

#[cfg(test)]
mod tests;
