//! Any bytes as the headers of a request, through rules R1 to R9 of the one-hop contract.
//!
//! Input: one byte of choices, then header lines separated by line feeds; a line's first byte says which header
//! it belongs to.

#![no_main]

use libfuzzer_sys::fuzz_target;
use safeharbor::proxy::origin::{Refusal, Verdict, judge};
use safeharbor::proxy::received::{Field, Host, Target};
use safeharbor::proxy::{Peer, ProxyHop, PublicUrl, Received, Scheme, Trust, bucket, client_info, element};

fuzz_target!(|data: &[u8]| {
    let Some((&choices, rest)) = data.split_first() else { return };
    let trust = Trust {
        enabled: choices & 1 != 0,
        hop: if choices & 2 != 0 { ProxyHop::Cloudflared } else { ProxyHop::Generic },
        ..Trust::default()
    };
    let peer = match choices >> 2 & 3 {
        0 => Peer::Unix,
        1 => Peer::Tcp(([127, 0, 0, 1], 1).into()),
        2 => Peer::Tcp(([127, 0, 0, 9], 1).into()),
        _ => Peer::Tcp(([0, 0, 0, 0, 0, 0xffff, 0x7f00, 1], 1).into()),
    };
    let of = |name: u8| {
        rest.split(|&byte| byte == b'\n').filter_map(move |line| match line.split_first() {
            Some((&first, value)) if first % 8 == name => Some(value),
            _ => None,
        })
    };
    let received = Received {
        forwarded_for: Field::from_lines(of(0)),
        forwarded_proto: Field::from_lines(of(1)),
        forwarded_host: Field::from_lines(of(2)),
        host: Host::from_lines(of(3)),
        target: of(4).next().map(|authority| Target { authority, scheme: Scheme::Http }),
    };
    let (client, observed) = client_info(&trust, peer, &received);

    // R2: the last element alone gives the same answer.
    let last = |field: Field<'_>| field.is_present().then(|| field.last().to_vec());
    let (f, p, h) =
        (last(received.forwarded_for), last(received.forwarded_proto), last(received.forwarded_host));
    let alone = Received {
        forwarded_for: Field::from_lines(f.iter().map(Vec::as_slice)),
        forwarded_proto: Field::from_lines(p.iter().map(Vec::as_slice)),
        forwarded_host: Field::from_lines(h.iter().map(Vec::as_slice)),
        ..received
    };
    assert_eq!(client, client_info(&trust, peer, &alone).0);

    // R1: nothing from a peer that is not believed.
    if !observed.trust.is_trusted() {
        assert_eq!((client.addr, client.scheme, client.via_proxy), (peer.addr(), Scheme::Http, false));
    }

    // R3, R5, R13: what comes out is in its one spelling and comes out again.
    if let Some(addr) = client.addr {
        assert_eq!(addr, addr.to_canonical());
        assert!(!addr.is_unspecified());
        assert_eq!(element::address(addr.to_string().as_bytes()), Some(addr));
    }
    if !client.host.is_empty() {
        assert_eq!(element::host(client.host.as_bytes(), client.scheme).as_ref(), Some(&client.host));
        assert!(PublicUrl::parse(&format!("{}://{}", client.scheme, client.host)).is_ok());
    }
    assert!(!bucket(client.addr).is_empty());

    // R9: a redirect stays at home and fits into a header.
    let path = String::from_utf8_lossy(of(5).next().unwrap_or(b"/"));
    let Ok(public) = PublicUrl::parse("https://aqua.example.com") else { return };
    if let Verdict::Refuse(Refusal::RedirectToHttps(url)) =
        judge(&public, &client, &received, choices & 16 != 0, &path)
    {
        assert!(url.starts_with("https://aqua.example.com/"));
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
    }

    // R8: any text is a public address or is refused, and prints as what it is.
    if let Some(Ok(url)) = of(6).next().and_then(|text| str::from_utf8(text).ok()).map(PublicUrl::parse) {
        assert_eq!(PublicUrl::parse(url.origin()).as_ref(), Ok(&url));
    }
});
