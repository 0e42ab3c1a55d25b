//! R8: the one address people use. Links, cookies, origins and mails are made from it, never from a request.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

use super::{Scheme, element};

/// `PUBLIC_URL`: scheme, host and optional port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    scheme: Scheme,
    /// `https://host[:port]`; the other parts are slices of it.
    origin: String,
    host_len: usize,
    port: Option<u16>,
}

/// Why a `PUBLIC_URL` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{value:?} {why}")]
pub struct PublicUrlError {
    value: String,
    why: &'static str,
}

impl PublicUrl {
    /// Parses `https://host[:port]` or `http://host[:port]`. Whether `http` may be used is not decided here.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        parse(text).map_err(|why| PublicUrlError { value: text.to_owned(), why })
    }

    /// Its scheme.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether its scheme is `https`.
    pub const fn is_https(&self) -> bool {
        matches!(self.scheme, Scheme::Https)
    }

    /// Its host in lower case; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.authority()[..self.host_len]
    }

    /// Its port, given or by scheme.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// `host[:port]` without the scheme's default port: what a request's effective host must equal (R9).
    pub fn authority(&self) -> &str {
        &self.origin[self.scheme.as_str().len() + "://".len()..]
    }

    /// `scheme://host[:port]` without a trailing slash, as browsers write `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The absolute link to a path of ours, which starts with `/`; one that does not gets it.
    pub fn url(&self, path: &str) -> String {
        let slash = if path.starts_with('/') { "" } else { "/" };
        [self.origin(), slash, path].concat()
    }

    /// Whether the host is one that only this machine or this network reaches: a loopback, private or link-local
    /// address, `localhost`, or a name under `.localhost`, `.local`, `.lan` or `.home.arpa`. Plain `http` is
    /// possible for these alone.
    pub fn is_lan_host(&self) -> bool {
        let host = self.host();
        match element::host_address(host) {
            Some(IpAddr::V4(v4)) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
            Some(IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
            None => {
                host == "localhost"
                    || [".localhost", ".local", ".lan", ".home.arpa"].iter().any(|end| host.ends_with(end))
            }
        }
    }
}

fn parse(text: &str) -> Result<PublicUrl, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("has no scheme: write https://your.host.name")?;
    let scheme = element::scheme(scheme.as_bytes()).ok_or("has a scheme other than https (or http)")?;
    if rest.contains('@') {
        return Err("has user info before the host: leave it out");
    }
    if let Some(at) = rest.find(['/', '?', '#', '\\']) {
        return Err(if &rest[at..] == "/" {
            "ends with a slash: leave it out"
        } else {
            "has a path, query or fragment: the app lives at the root of its own host name"
        });
    }
    if !rest.is_ascii() {
        return Err("has letters outside ASCII: write an international name in its xn-- form");
    }
    let authority =
        element::host(rest.as_bytes(), scheme).ok_or("has no valid host[:port] after the scheme")?;
    let (host_len, port) = match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => (colon, authority[colon + 1..].parse().ok()),
        _ => (authority.len(), None),
    };
    Ok(PublicUrl { scheme, origin: format!("{scheme}://{authority}"), host_len, port })
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts() {
        for (text, origin, host, port) in [
            ("https://aqua.example.com", "https://aqua.example.com", "aqua.example.com", 443),
            ("HTTPS://Aqua.Example.com.:443", "https://aqua.example.com", "aqua.example.com", 443),
            ("https://aqua.example.com:8443", "https://aqua.example.com:8443", "aqua.example.com", 8443),
            ("http://localhost:8000", "http://localhost:8000", "localhost", 8000),
            ("http://192.168.1.5:80", "http://192.168.1.5", "192.168.1.5", 80),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443", "[2001:db8::1]", 8443),
            ("https://[2001:db8::1]", "https://[2001:db8::1]", "[2001:db8::1]", 443),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.origin(), url.host(), url.port()), (origin, host, port), "{text}");
            assert_eq!(PublicUrl::parse(&url.to_string()).unwrap(), url);
            assert_eq!(url.url("/tanks?x=1"), format!("{origin}/tanks?x=1"));
            assert_eq!(url.url("tanks"), format!("{origin}/tanks"));
        }
    }

    #[test]
    fn anything_more_or_less_is_refused_and_quoted() {
        for bad in [
            "",
            "aqua.example.com",
            "https://",
            "https:///",
            "ftp://aqua.example.com",
            "https://aqua.example.com/",
            "https://aqua.example.com/aqua",
            "https://aqua.example.com?x",
            "https://aqua.example.com#x",
            "https://me@aqua.example.com",
            "https://aqua.example.com:0",
            "https://aqua.example.com:",
            "https://aqua example.com",
            "https://äqua.example.com",
            "https://2001:db8::1",
            " https://aqua.example.com",
            "https://aqua.example.com\n",
        ] {
            let error = PublicUrl::parse(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
    }

    #[test]
    fn lan_hosts() {
        for (host, lan) in [
            ("localhost", true),
            ("aqua.localhost", true),
            ("aqua.local", true),
            ("aqua.lan:8000", true),
            ("aqua.home.arpa", true),
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.31.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.5:8000", true),
            ("169.254.1.1", true),
            ("[::1]:8000", true),
            ("[fd00::1]", true),
            ("[fe80::1]", true),
            ("[::ffff:192.168.1.5]", true),
            ("[2001:db8::1]", false),
            ("203.0.113.5", false),
            ("100.64.0.1", false),
            ("aqua.example.com", false),
            ("local", false),
            ("aqualocal", false),
            ("aqua.local.example.com", false),
        ] {
            assert_eq!(PublicUrl::parse(&format!("http://{host}")).unwrap().is_lan_host(), lan, "{host}");
        }
    }
}
