//! What holds for every request whatever.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::collection::vec;
use proptest::prelude::*;
use safeharbor::proxy::origin::{Refusal, Verdict, judge};
use safeharbor::proxy::received::{Field, Host, Target};
use safeharbor::proxy::{
    ClientInfo, Peer, ProxyHop, PublicUrl, Received, Scheme, Trust, bucket, client_info, element,
};

use super::naive;

type Lines = Vec<Vec<u8>>;

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<Ipv4Addr>().prop_map(IpAddr::V4),
        any::<Ipv6Addr>().prop_map(IpAddr::V6),
        any::<Ipv4Addr>().prop_map(|v4| IpAddr::V6(v4.to_ipv6_mapped())),
        Just(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        Just(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        (0..8_u16).prop_map(|n| IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, n))),
    ]
}

/// Elements that are right, nearly right, and anything.
fn element_bytes() -> impl Strategy<Value = Vec<u8>> {
    let port = prop_oneof!["[0-9]{1,6}", "\\+80", "", "[a-z]{1,3}"];
    let zone = "(%[a-z0-9._~-]{0,4}){0,2}";
    prop_oneof![
        4 => (address(), zone, port).prop_flat_map(|(addr, zone, port)| {
            prop::sample::select(vec![
                format!("{addr}"), format!("{addr}{zone}"), format!("{addr}:{port}"), format!("[{addr}]"),
                format!("[{addr}{zone}]:{port}"), format!("[{addr}]{port}"), format!("\"{addr}\""), format!("{addr}."),
            ])
        }).prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["http", "https", "HTTPS", "wss", "unknown", "_x", "aqua.example.com:443", ""])
            .prop_map(|text| text.as_bytes().to_vec()),
        1 => "[0-9a-f:.%\\[\\]]{0,24}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..12),
        1 => (200..300_usize).prop_map(|count| vec![b'1'; count]),
    ]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let space = prop::sample::select(vec!["", " ", "\t", "  "]);
    vec((space.clone(), element_bytes(), space), 0..5).prop_map(|elements| {
        let padded: Lines = elements
            .into_iter()
            .map(|(before, element, after)| [before.as_bytes(), &element, after.as_bytes()].concat())
            .collect();
        padded.join(&b","[..])
    })
}

fn lines() -> impl Strategy<Value = Lines> {
    vec(line(), 0..5)
}

fn peer() -> impl Strategy<Value = Peer> {
    let near =
        prop::sample::select(vec!["127.0.0.1", "::1", "::ffff:127.0.0.1"]).prop_map(|it| it.parse().unwrap());
    prop_oneof![
        Just(Peer::Unix),
        prop_oneof![near, address()].prop_map(|addr| Peer::Tcp(SocketAddr::new(addr, 4711))),
    ]
}

fn trust() -> impl Strategy<Value = Trust> {
    (any::<bool>(), prop::sample::select(ProxyHop::ALL.to_vec())).prop_map(|(enabled, hop)| Trust {
        enabled,
        hop,
        ..Trust::default()
    })
}

fn field(lines: &Lines) -> Field<'_> {
    Field::from_lines(lines.iter().map(Vec::as_slice))
}

fn received<'a>([r#for, proto, host]: [&'a Lines; 3], own: &'a Lines) -> Received<'a> {
    Received {
        forwarded_for: field(r#for),
        forwarded_proto: field(proto),
        forwarded_host: field(host),
        host: Host::from_lines(own.iter().map(Vec::as_slice)),
        target: None,
    }
}

/// The header with nothing left of its last element.
fn last_alone(lines: &Lines) -> Lines {
    naive::last_element(lines).into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_address_is_the_one_the_naive_reading_gives(lines in lines()) {
        let trust = Trust { enabled: true, ..Trust::default() };
        let empty = Lines::new();
        let (client, observed) = client_info(&trust, Peer::Unix, &received([&lines, &empty, &empty], &empty));
        prop_assert_eq!(client.addr, naive::address(&lines));
        prop_assert_eq!(client.via_proxy, client.addr.is_some());
        let commas = lines.concat().split(|byte| *byte == b',').count() - 1;
        prop_assert_eq!(observed.forwarded_for.elements, lines.len() + commas);
    }

    #[test]
    fn only_the_last_element_counts(
        trust in trust(), peer in peer(), a in lines(), b in lines(), c in lines(), own in lines(),
        left in lines(), comma in any::<bool>(),
    ) {
        let all = client_info(&trust, peer, &received([&a, &b, &c], &own)).0;
        let (a, b, c) = (last_alone(&a), last_alone(&b), last_alone(&c));
        let last = client_info(&trust, peer, &received([&a, &b, &c], &own)).0;
        prop_assert_eq!(&all, &last);
        // Whatever else is put to the left, as lines or in the same line.
        let with = |lines: &Lines| match lines.first() {
            None => Lines::new(),
            Some(only) if comma => vec![[&left.join(&b","[..])[..], b",", only].concat()],
            Some(only) => [&left[..], std::slice::from_ref(only)].concat(),
        };
        let (a, b, c) = (with(&a), with(&b), with(&c));
        prop_assert_eq!(&all, &client_info(&trust, peer, &received([&a, &b, &c], &own)).0);
    }

    #[test]
    fn headers_of_an_untrusted_peer_change_nothing(
        trust in trust(), peer in peer(), a in lines(), b in lines(), c in lines(), own in lines(),
    ) {
        // Where this peer would be believed, trust is off.
        let trust = Trust { enabled: trust.enabled && !trust.judge(peer).is_trusted(), ..trust };
        let empty = Lines::new();
        let with = client_info(&trust, peer, &received([&a, &b, &c], &own)).0;
        let without = client_info(&trust, peer, &received([&empty, &empty, &empty], &own)).0;
        prop_assert_eq!(&with, &without);
        prop_assert_eq!(with.addr, peer.addr());
        prop_assert_eq!((with.scheme, with.via_proxy), (Scheme::Http, false));
    }

    #[test]
    fn any_bytes_give_an_answer_that_is_safe_to_write_down(
        trust in trust(), peer in peer(), a in vec(vec(any::<u8>(), 0..40), 0..4), own in vec(any::<u8>(), 0..40),
        authority in proptest::option::of(vec(any::<u8>(), 0..40)), safe in any::<bool>(), path in ".{0,20}",
    ) {
        let public = PublicUrl::parse("https://aqua.example.com").unwrap();
        let target = authority.as_deref().map(|authority| Target { authority, scheme: Scheme::Http });
        let host = Host::One(&own);
        let received =
            Received { forwarded_for: field(&a), forwarded_proto: field(&a), forwarded_host: field(&a), host, target };
        let (client, observed) = client_info(&trust, peer, &received);
        prop_assert!(client.host.bytes().all(|byte| byte.is_ascii_graphic()));
        prop_assert!(!observed.trust.to_string().contains(char::is_control));
        judge(&public, &client, &received, safe, &path);
    }

    #[test]
    fn a_redirect_leads_to_the_public_address(path in prop_oneof!["/.{0,20}", ".{0,20}", "[/\\\\@:a-z?#]{0,12}"]) {
        let public = PublicUrl::parse("https://aqua.example.com").unwrap();
        let client = ClientInfo {
            addr: None, scheme: Scheme::Http, host: "aqua.example.com".to_owned(), via_proxy: true,
        };
        let received = Received { host: Host::One(b"aqua.example.com"), ..Received::default() };
        let verdict = judge(&public, &client, &received, true, &path);
        let Verdict::Refuse(Refusal::RedirectToHttps(url)) = verdict else {
            return Err(TestCaseError::fail(format!("{verdict:?}")));
        };
        prop_assert!(url.starts_with("https://aqua.example.com/"), "{}", url);
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{}", url);
    }

    #[test]
    fn every_way_to_write_an_address_is_the_same_address(addr in address(), port in any::<u16>()) {
        let expected = Some(addr.to_canonical()).filter(|addr| !addr.is_unspecified());
        let bracketed = if addr.is_ipv6() { format!("[{addr}]") } else { addr.to_string() };
        for text in [addr.to_string(), bracketed, SocketAddr::new(addr, port).to_string()] {
            prop_assert_eq!(element::address(text.as_bytes()), expected, "{}", text);
        }
    }

    #[test]
    fn a_bucket_is_its_own_bucket(addr in address(), low in any::<u64>()) {
        let first = bucket(Some(addr));
        let network: IpAddr = first.strip_suffix("/64").unwrap_or(&first).parse().unwrap();
        prop_assert_eq!(bucket(Some(network)), first.clone());
        if let IpAddr::V6(v6) = addr.to_canonical() {
            let neighbour = Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64 | u128::from(low));
            // A mapped address is IPv4 and counts by itself.
            prop_assume!(neighbour.to_ipv4_mapped().is_none());
            prop_assert_eq!(bucket(Some(neighbour.into())), first);
        }
    }

    #[test]
    fn a_public_url_is_what_it_prints(
        https in any::<bool>(), port in proptest::option::of(1..=u16::MAX), v6 in any::<Ipv6Addr>(),
        name in prop_oneof!["[a-zA-Z0-9-]{1,10}(\\.[a-zA-Z0-9_-]{1,10}){0,3}\\.?", Just(String::new())],
    ) {
        let scheme = if https { "https" } else { "http" };
        let host = if name.is_empty() { format!("[{v6}]") } else { name };
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let url = PublicUrl::parse(&format!("{scheme}://{host}{port}")).unwrap();
        prop_assert_eq!(PublicUrl::parse(&url.to_string()).unwrap(), url.clone());
        let host = host.to_lowercase();
        prop_assert_eq!(url.host(), host.trim_end_matches('.'));
        prop_assert_eq!(url.origin(), format!("{}://{}", url.scheme(), url.authority()));
        // What a browser sends as `Host` is what a request is compared with.
        let host = element::host(url.authority().as_bytes(), url.scheme());
        prop_assert_eq!(host.as_deref(), Some(url.authority()));
    }
}
