//! From and to the `http` crate: the only place that reads forwarded headers from a request.

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use http::{Uri, Version};

use super::received::{Field, Host, Target};
use super::{Received, Scheme, element, names};

const FORWARDED_FOR: HeaderName = HeaderName::from_static(names::FORWARDED_FOR);
const FORWARDED_PROTO: HeaderName = HeaderName::from_static(names::FORWARDED_PROTO);
const FORWARDED_HOST: HeaderName = HeaderName::from_static(names::FORWARDED_HOST);

/// What a request says about where it came from.
pub fn received<'a>(headers: &'a HeaderMap, uri: &'a Uri, version: Version) -> Received<'a> {
    let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
    let mut host = Host::from_lines(lines(headers, &HOST));
    if let (Host::Missing, Some(authority)) = (host, authority)
        && version >= Version::HTTP_2
    {
        host = Host::One(authority);
    }
    Received {
        forwarded_for: Field::from_lines(lines(headers, &FORWARDED_FOR)),
        forwarded_proto: Field::from_lines(lines(headers, &FORWARDED_PROTO)),
        forwarded_host: Field::from_lines(lines(headers, &FORWARDED_HOST)),
        host,
        target: authority.map(|authority| Target {
            authority,
            scheme: uri
                .scheme()
                .and_then(|scheme| element::scheme(scheme.as_str().as_bytes()))
                .unwrap_or(Scheme::Http),
        }),
    }
}

fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    headers.get_all(name).into_iter().map(HeaderValue::as_bytes)
}

/// Takes every header of R2 and R6 out of a request (R7).
pub fn strip(headers: &mut HeaderMap) {
    let found: Vec<HeaderName> =
        headers.keys().filter(|name| names::is_stripped(name.as_str())).cloned().collect();
    for name in found {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn authority_stands_for_host_where_the_protocol_has_no_host() {
        let host = |version| {
            let request =
                Request::builder().uri("https://aqua.example.com/x").version(version).body(()).unwrap();
            let (parts, ()) = request.into_parts();
            let received = received(&parts.headers, &parts.uri, parts.version);
            let target = received.target.unwrap();
            assert_eq!((target.authority, target.scheme), (b"aqua.example.com".as_slice(), Scheme::Https));
            received.host == Host::One(b"aqua.example.com")
        };
        assert!(host(Version::HTTP_2));
        assert!(!host(Version::HTTP_11));
    }

    #[test]
    fn every_line_of_a_stripped_header_goes_and_the_rest_stays() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-forwarded-for", "a"),
            ("cookie", "a"),
            ("x-forwarded-for", "b"),
            ("cf-ray", "c"),
            ("cookie", "b"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        strip(&mut headers);
        assert_eq!(headers.len(), 2);
        assert_eq!(headers.get_all("cookie").iter().count(), 2);
    }
}
