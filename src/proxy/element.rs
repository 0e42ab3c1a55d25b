//! One element of a forwarded header. Whatever is not exactly what the rule says is `None`.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::Scheme;

/// A longer element is invalid (R2), whatever it holds.
pub const MAX_LEN: usize = 255;

/// R3: `v4`, `v6`, `[v6]`, `v4:port` or `[v6]:port`. Port and zone are dropped, an IPv4-mapped address becomes
/// IPv4, the unspecified addresses are invalid.
pub fn address(element: &[u8]) -> Option<IpAddr> {
    let text = text(element)?;
    let addr = if let Some(rest) = text.strip_prefix('[') {
        let (inner, after) = rest.split_once(']')?;
        if !after.is_empty() {
            port(after.strip_prefix(':')?)?;
        }
        IpAddr::V6(v6_with_zone(inner)?)
    } else if let Some((v4, after)) = text.split_once(':').filter(|(left, _)| left.contains('.')) {
        port(after)?;
        IpAddr::V4(v4.parse().ok()?)
    } else if text.contains(':') {
        IpAddr::V6(v6_with_zone(text)?)
    } else {
        IpAddr::V4(text.parse().ok()?)
    };
    Some(addr.to_canonical()).filter(|addr| !addr.is_unspecified())
}

/// R4: `http` or `https` in any case.
pub fn scheme(element: &[u8]) -> Option<Scheme> {
    if element.eq_ignore_ascii_case(b"https") {
        Some(Scheme::Https)
    } else if element.eq_ignore_ascii_case(b"http") {
        Some(Scheme::Http)
    } else {
        None
    }
}

/// R5: `host[:port]` in the one spelling that is compared: lower case, no trailing dot, IPv6 in brackets and
/// in its canonical form, without the default port of `scheme`.
///
/// A name consists of letters, digits, `-`, `_` and single dots, at most 253 bytes long. That is narrower than
/// RFC 3986 allows and as wide as names that a certificate can be had for.
pub fn host(element: &[u8], scheme: Scheme) -> Option<String> {
    let text = text(element)?;
    let (name, after) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(v6, after)| (Name::V6(v6), after))?,
        None => match text.find(':') {
            Some(colon) => (Name::Other(&text[..colon]), &text[colon..]),
            None => (Name::Other(text), ""),
        },
    };
    let port = if after.is_empty() { None } else { Some(port(after.strip_prefix(':')?)?) };
    let mut host = String::with_capacity(text.len());
    match name {
        Name::V6(v6) => write!(host, "[{}]", v6.parse::<Ipv6Addr>().ok()?).ok()?,
        Name::Other(name) => host.push_str(dns_name(name)?),
    }
    host.make_ascii_lowercase();
    match port {
        Some(0) => return None,
        Some(port) if port != scheme.default_port() => write!(host, ":{port}").ok()?,
        _ => {}
    }
    Some(host)
}

enum Name<'a> {
    V6(&'a str),
    Other(&'a str),
}

/// Without its trailing dot.
fn dns_name(name: &str) -> Option<&str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ok = name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        });
    ok.then_some(name)
}

/// One to five digits up to 65535. `u16::from_str` alone would take `+80`.
fn port(digits: &str) -> Option<u16> {
    let plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn v6_with_zone(text: &str) -> Option<Ipv6Addr> {
    let Some((addr, zone)) = text.split_once('%') else { return text.parse().ok() };
    let ok = !zone.is_empty()
        && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'));
    ok.then(|| addr.parse().ok()).flatten()
}

/// ASCII within the length limit, as text.
fn text(element: &[u8]) -> Option<&str> {
    let ok = !element.is_empty() && element.len() <= MAX_LEN && element.is_ascii();
    ok.then(|| str::from_utf8(element).ok()).flatten()
}

/// The address a host is, when it is one and not a name.
pub(super) fn host_address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => Ipv6Addr::from_str(v6).ok().map(|addr| IpAddr::V6(addr).to_canonical()),
        None => Ipv4Addr::from_str(host).ok().map(IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (element, expected) in [
            ("203.0.113.5", Some("203.0.113.5")),
            ("203.0.113.5:4711", Some("203.0.113.5")),
            ("203.0.113.5:", None),
            ("203.0.113.5:+80", None),
            ("203.0.113.5:65536", None),
            ("203.0.113.5:000080", None),
            ("203.0.113.05", None),
            ("203.0.113", None),
            ("7.7.7.7.7", None),
            ("0.0.0.0", None),
            ("0.0.0.0:80", None),
            ("::", None),
            ("[::]:443", None),
            ("::ffff:0.0.0.0", None),
            ("::1", Some("::1")),
            ("2001:DB8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[2001:db8::1]443", None),
            ("[2001:db8::1", None),
            ("2001:db8::1]", None),
            ("[203.0.113.5]", None),
            ("fe80::1%eth0", Some("fe80::1")),
            ("[fe80::1%eth0]:1", Some("fe80::1")),
            ("fe80::1%", None),
            ("203.0.113.5%eth0", None),
            ("::ffff:198.51.100.7", Some("198.51.100.7")),
            ("[::ffff:198.51.100.7]:80", Some("198.51.100.7")),
            ("\"203.0.113.5\"", None),
            (" 203.0.113.5", None),
            ("unknown", None),
            ("localhost", None),
            ("", None),
        ] {
            let expected = expected.map(|text| text.parse().unwrap());
            assert_eq!(address(element.as_bytes()), expected, "{element}");
        }
    }

    #[test]
    fn hosts() {
        let long = format!("{}.{}", "a".repeat(200), "b".repeat(60));
        for (element, scheme, expected) in [
            ("Aqua.Example.COM", Scheme::Https, Some("aqua.example.com")),
            ("aqua.example.com.", Scheme::Https, Some("aqua.example.com")),
            ("aqua.example.com:443", Scheme::Https, Some("aqua.example.com")),
            ("aqua.example.com.:443", Scheme::Https, Some("aqua.example.com")),
            ("aqua.example.com:443", Scheme::Http, Some("aqua.example.com:443")),
            ("aqua.example.com:80", Scheme::Http, Some("aqua.example.com")),
            ("aqua.example.com:8443", Scheme::Https, Some("aqua.example.com:8443")),
            ("[2001:DB8:0::1]:8443", Scheme::Https, Some("[2001:db8::1]:8443")),
            ("[2001:db8::1]", Scheme::Https, Some("[2001:db8::1]")),
            ("2001:db8::1", Scheme::Https, None),
            ("[fe80::1%eth0]", Scheme::Https, None),
            ("[203.0.113.5]", Scheme::Https, None),
            ("192.168.1.5:8000", Scheme::Http, Some("192.168.1.5:8000")),
            ("me@aqua.example.com", Scheme::Https, None),
            ("aqua.example.com:", Scheme::Https, None),
            ("aqua.example.com:0", Scheme::Https, None),
            ("aqua.example.com:x", Scheme::Https, None),
            ("aqua..example.com", Scheme::Https, None),
            (".", Scheme::Https, None),
            ("", Scheme::Https, None),
            (":443", Scheme::Https, None),
            ("aqua example", Scheme::Https, None),
            ("aqua\texample", Scheme::Https, None),
            ("aqua.example.com/evil", Scheme::Https, None),
            ("aqua.example.com\\evil", Scheme::Https, None),
            ("äqua.example.com", Scheme::Https, None),
            (&long, Scheme::Https, None),
        ] {
            assert_eq!(host(element.as_bytes(), scheme).as_deref(), expected, "{element}");
        }
    }

    #[test]
    fn schemes() {
        for (element, expected) in [
            ("http", Some(Scheme::Http)),
            ("HTTPS", Some(Scheme::Https)),
            ("https:", None),
            ("wss", None),
            ("", None),
        ] {
            assert_eq!(scheme(element.as_bytes()), expected, "{element}");
        }
    }
}
