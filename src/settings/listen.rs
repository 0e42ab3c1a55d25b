//! Where the process listens.

use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use super::problem::Refusal;

/// A unix socket's path fits `sockaddr_un` with its closing NUL.
const LONGEST_PATH: usize = 107;

/// Where a listener of ours is, or that it must be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddr {
    /// An own TCP listener.
    Tcp(SocketAddr),
    /// An own unix socket.
    Unix(PathBuf),
    /// A socket unit must hand the listener over; there is no falling back to a port.
    Inherited,
}

impl Display for ListenAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Inherited => f.write_str("systemd"),
        }
    }
}

/// A text that is not a listen address. Says what is wrong and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {mend}")]
pub struct ListenAddrError {
    what: String,
    mend: String,
}

impl From<ListenAddrError> for Refusal {
    fn from(error: ListenAddrError) -> Self {
        Self::new(error.what, error.mend)
    }
}

impl FromStr for ListenAddr {
    type Err = ListenAddrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse =
            |what: &str, mend: &str| ListenAddrError { what: what.to_owned(), mend: mend.to_owned() };
        if text == "systemd" {
            return Ok(Self::Inherited);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return if !path.starts_with('/') || path.ends_with('/') || path.contains('\0') {
                Err(refuse(
                    "the socket's path is not absolute",
                    "write unix:/run/safeharbor/http.sock, for example",
                ))
            } else if path.len() > LONGEST_PATH {
                Err(refuse("the socket's path is longer than 107 bytes", "choose a shorter one"))
            } else {
                Ok(Self::Unix(PathBuf::from(path)))
            };
        }
        let example =
            "write ADDRESS:PORT with an IP address, such as 127.0.0.1:8000, or unix:/path, or systemd";
        if let Ok(addr) = SocketAddr::from_str(text) {
            return if addr.port() == 0 {
                Err(refuse("port 0 is a different port at every start, which no hop can know", example))
            } else {
                Ok(Self::Tcp(addr))
            };
        }
        let (host, _) = text.rsplit_once(':').unwrap_or((text, ""));
        if host.eq_ignore_ascii_case("localhost") {
            return Err(refuse(
                "localhost may be 127.0.0.1 or [::1], and another process on the other one would get the hop's traffic",
                "write 127.0.0.1",
            ));
        }
        if IpAddr::from_str(host.trim_matches(['[', ']'])).is_ok() {
            return Err(refuse("its port is not a number from 1 to 65535", example));
        }
        Err(refuse("it is not an IP address with a port", example))
    }
}

/// Whether only this machine can reach the address.
pub(super) fn is_loopback(addr: IpAddr) -> bool {
    addr.to_canonical().is_loopback()
}

/// Whether a host, as a URL or a setting names it, is this machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse().is_ok_and(is_loopback)
}
