//! R9: a request is answered under the public address or told where that is.

use super::received::Host;
use super::{ClientInfo, Observed, PublicUrl, Received, Scheme, TrustVerdict, element};

/// The route `verify` calls.
pub const HOP_PATH: &str = "/.well-known/safeharbor/hop";

/// Routes that answer under any host and scheme.
pub const EXEMPT_PATHS: [&str; 3] = ["/healthz", "/livez", HOP_PATH];

/// Whether the path answers under any host and scheme.
pub fn is_exempt(path: &str) -> bool {
    EXEMPT_PATHS.contains(&path)
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on to its route.
    Serve,
    /// It is answered at once.
    Refuse(Refusal),
}

/// Why a request does not reach its route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 400: it does not say, or not clearly, which host it is for.
    BadHost(BadHost),
    /// 421: the host is not the public one.
    WrongHost,
    /// 308 to this URL: the hop says the client came over plain HTTP.
    RedirectToHttps(String),
    /// 400: the same, but with a method that must not be repeated blindly. What it carried was sent in the clear.
    PlainUnsafe,
    /// 421: it came past the hop (or the hop is not believed), so no one says it was encrypted.
    DirectPlain,
    /// 500: our own accept loop did not say where the request came from.
    NoPeer,
}

impl Refusal {
    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::RedirectToHttps(_) => 308,
            Self::BadHost(_) | Self::PlainUnsafe => 400,
            Self::WrongHost | Self::DirectPlain => 421,
            Self::NoPeer => 500,
        }
    }

    /// What to tell the person who sees the refusal: plain text, nothing of it taken from the request but the
    /// address it came from.
    pub fn explain(&self, public: &PublicUrl, observed: Option<&Observed>) -> String {
        match self {
            Self::BadHost(bad) => {
                let what = match bad {
                    BadHost::Missing => "has no Host field",
                    BadHost::Several => "has more than one Host field",
                    BadHost::Invalid => "names a host that cannot be one",
                    BadHost::Disagrees => "names one host in its first line and another in its Host field",
                };
                format!("This request {what}. The address of this Safe Harbor is {public}.")
            }
            Self::WrongHost => {
                format!("This is not the address of this Safe Harbor. Use {public} (PUBLIC_URL) instead.")
            }
            Self::RedirectToHttps(url) => format!("This page is at {url}."),
            Self::PlainUnsafe => format!(
                "This was sent without encryption and has not been carried out. What it held, such as a password, \
                 may have been seen on its way. Open {public} and send it again from there."
            ),
            Self::DirectPlain => {
                let why = match observed.map(|observed| observed.trust) {
                    Some(TrustVerdict::Off) => {
                        "no proxy is believed: TRUST_PROXY_HEADERS is off, and it has to be 1 behind the one proxy \
                         hop".to_owned()
                    }
                    Some(TrustVerdict::Stranger(addr)) => {
                        format!("it came from {addr}, which is not the proxy hop that is believed (TRUSTED_PEERS)")
                    }
                    _ => "it came without a valid X-Forwarded header of the proxy hop".to_owned(),
                };
                format!("Pages are served over https alone, at {public}. This request did not use it: {why}.")
            }
            Self::NoPeer => "Something is wrong inside Safe Harbor; its log says more.".to_owned(),
        }
    }
}

/// Why the host of a request is not clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHost {
    /// No `Host`.
    Missing,
    /// More than one `Host`.
    Several,
    /// The host is not `host[:port]`.
    Invalid,
    /// `GET http://one/` with `Host: another`.
    Disagrees,
}

/// R9 for one request. `path_and_query` is the request target without scheme and host.
///
/// A request without `Host`, with several, or with a target that names another host is refused on every route.
/// A `Host` that is there but useless is still a `Host`: the exempt routes answer it.
pub fn judge(
    public: &PublicUrl,
    client: &ClientInfo,
    received: &Received<'_>,
    method_is_safe: bool,
    path_and_query: &str,
) -> Verdict {
    if let Some(bad) = bad_host(received) {
        return Verdict::Refuse(Refusal::BadHost(bad));
    }
    let path = path_and_query.split_once('?').map_or(path_and_query, |(path, _)| path);
    if is_exempt(path) {
        Verdict::Serve
    } else if client.host.is_empty() {
        Verdict::Refuse(Refusal::BadHost(BadHost::Invalid))
    } else if client.host != public.authority() {
        Verdict::Refuse(Refusal::WrongHost)
    } else if !public.is_https() || client.scheme == Scheme::Https {
        Verdict::Serve
    } else if !client.via_proxy {
        Verdict::Refuse(Refusal::DirectPlain)
    } else if method_is_safe {
        Verdict::Refuse(Refusal::RedirectToHttps(public.url(&location(path_and_query))))
    } else {
        Verdict::Refuse(Refusal::PlainUnsafe)
    }
}

fn bad_host(received: &Received<'_>) -> Option<BadHost> {
    let host = match received.host {
        Host::Missing => return Some(BadHost::Missing),
        Host::Several => return Some(BadHost::Several),
        Host::One(host) => host,
    };
    let target = received.target?;
    let same = host == target.authority
        || element::host(host, target.scheme)
            .is_some_and(|host| element::host(target.authority, target.scheme) == Some(host));
    (!same).then_some(BadHost::Disagrees)
}

/// A target that can stand in a header: `*` is the root, bytes outside visible ASCII are percent-encoded.
fn location(path_and_query: &str) -> String {
    use std::fmt::Write as _;

    if !path_and_query.starts_with('/') {
        return "/".to_owned();
    }
    let mut out = String::with_capacity(path_and_query.len());
    for byte in path_and_query.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::received::Target;
    use crate::proxy::{Peer, Trust, client_info};

    fn client(scheme: Scheme, host: &str, via_proxy: bool) -> ClientInfo {
        ClientInfo { addr: None, scheme, host: host.to_owned(), via_proxy }
    }

    fn received(host: &str) -> Received<'_> {
        Received { host: Host::One(host.as_bytes()), ..Received::default() }
    }

    #[test]
    fn the_scheme_rule() {
        let public = PublicUrl::parse("https://aqua.example.com:8443").unwrap();
        let judge = |scheme, via_proxy, safe, path| {
            let host = public.authority();
            judge(&public, &client(scheme, host, via_proxy), &received(host), safe, path)
        };
        assert_eq!(judge(Scheme::Https, true, false, "/"), Verdict::Serve);
        assert_eq!(judge(Scheme::Http, true, false, "/"), Verdict::Refuse(Refusal::PlainUnsafe));
        assert_eq!(judge(Scheme::Http, false, true, "/"), Verdict::Refuse(Refusal::DirectPlain));
        assert_eq!(judge(Scheme::Http, false, false, "/"), Verdict::Refuse(Refusal::DirectPlain));
        for (path, location) in [
            ("/tanks?x=1", "/tanks?x=1"),
            ("//evil.example", "//evil.example"),
            ("*", "/"),
            ("", "/"),
            ("/ä", "/%C3%A4"),
        ] {
            let expected = format!("https://aqua.example.com:8443{location}");
            assert_eq!(
                judge(Scheme::Http, true, true, path),
                Verdict::Refuse(Refusal::RedirectToHttps(expected))
            );
        }
        for path in EXEMPT_PATHS {
            assert_eq!(judge(Scheme::Http, false, false, path), Verdict::Serve);
        }
        assert_eq!(judge(Scheme::Http, false, true, "/healthz?x"), Verdict::Serve);
        assert_eq!(judge(Scheme::Http, false, true, "/healthz/"), Verdict::Refuse(Refusal::DirectPlain));
    }

    #[test]
    fn plain_public_url_has_no_scheme_rule() {
        let public = PublicUrl::parse("http://localhost:8000").unwrap();
        let judge =
            |host: &str| judge(&public, &client(Scheme::Http, host, false), &received(host), false, "/");
        assert_eq!(judge("localhost:8000"), Verdict::Serve);
        assert_eq!(judge("127.0.0.1:8000"), Verdict::Refuse(Refusal::WrongHost));
    }

    #[test]
    fn a_page_that_is_not_served_says_why() {
        let public = PublicUrl::parse("https://aqua.example.com").unwrap();
        let explain = |enabled| {
            let trust = Trust { enabled, ..Trust::default() };
            let peer = Peer::Tcp(([127, 0, 0, 9], 1).into());
            let observed = client_info(&trust, peer, &received("aqua.example.com")).1;
            Refusal::DirectPlain.explain(&public, Some(&observed))
        };
        assert!(explain(false).contains("TRUST_PROXY_HEADERS is off"), "{}", explain(false));
        assert!(explain(true).contains("127.0.0.9"), "{}", explain(true));
        for refusal in [Refusal::WrongHost, Refusal::BadHost(BadHost::Several), Refusal::PlainUnsafe] {
            assert!(refusal.explain(&public, None).contains(public.origin()));
        }
    }

    #[test]
    fn unclear_hosts() {
        let public = PublicUrl::parse("https://aqua.example.com").unwrap();
        let client = client(Scheme::Https, "aqua.example.com", true);
        let judge = |host, target: Option<&'static str>| {
            let target = target.map(|it| Target { authority: it.as_bytes(), scheme: Scheme::Http });
            judge(&public, &client, &Received { host, target, ..Received::default() }, true, "/healthz")
        };
        let one = Host::One(b"aqua.example.com");
        assert_eq!(judge(Host::Missing, None), Verdict::Refuse(Refusal::BadHost(BadHost::Missing)));
        assert_eq!(
            judge(Host::Missing, Some("aqua.example.com")),
            Verdict::Refuse(Refusal::BadHost(BadHost::Missing))
        );
        assert_eq!(judge(Host::Several, None), Verdict::Refuse(Refusal::BadHost(BadHost::Several)));
        assert_eq!(judge(one, Some("evil.example")), Verdict::Refuse(Refusal::BadHost(BadHost::Disagrees)));
        assert_eq!(
            judge(one, Some("me@aqua.example.com")),
            Verdict::Refuse(Refusal::BadHost(BadHost::Disagrees))
        );
        assert_eq!(judge(one, Some("AQUA.example.com:80")), Verdict::Serve);
    }
}
