use proptest::prelude::*;

use super::*;

fn allowing(entries: &[&str]) -> AllowList {
    AllowList(entries.iter().map(|entry| entry.parse().unwrap()).collect())
}

fn addr(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn what_is_public_and_what_is_not() {
    for public in [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "128.0.0.1",
        "126.255.255.255",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
        "2001:200::1",
    ] {
        assert_eq!(place(addr(public)), Place::Public, "{public}");
    }
    for near in [
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "::ffff:127.0.0.1",
        "::ffff:192.168.1.1",
    ] {
        assert!(matches!(place(addr(near)), Place::Near(_)), "{near}");
    }
    for nowhere in [
        "0.0.0.0",
        "0.255.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::127.0.0.1",
        "::8.8.8.8",
        "ff02::1",
        "fec0::1",
        "100::1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::192.168.1.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::1.1.1.1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "3fff::1",
        "2001:10::1",
        "2001:20::1",
        "::ffff:0:127.0.0.1",
        "::ffff:0.0.0.0",
        "4000::1",
        "5f00::1",
    ] {
        assert!(matches!(place(addr(nowhere)), Place::Nowhere(_)), "{nowhere}");
    }
}

#[test]
fn odd_spellings_are_what_they_mean() {
    let none = AllowList::default();
    for (text, refused) in [
        ("https://127.0.0.1/", true),
        ("https://2130706433/", true),
        ("https://0x7f.1/", true),
        ("https://0177.0.0.1/", true),
        ("https://127.1/", true),
        ("https://[::ffff:7f00:1]/", true),
        ("https://[::1]:8443/x", true),
        ("https://１２７.0.0.1/", true),
        ("https://169.254.169.254/latest/meta-data", true),
        ("https://1.1.1.1/", false),
        // What a name leads to is asked later.
        ("https://localhost/", false),
        ("https://hooks.example.org./a?b=c", false),
    ] {
        let refusal = Target::parse(text, &none);
        let near = matches!(refusal, Err(Refused::Near { .. }));
        assert_eq!((near, refusal.is_ok()), (refused, !refused), "{text}: {refusal:?}");
    }
}

#[test]
fn addresses_that_are_none() {
    let none = AllowList::default();
    for text in [
        "",
        "x",
        "//hooks.example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https:example.org",
        "https:\\\\example.org",
        "https://",
        "https://exa mple.org",
        "https://example.org/\r\nX: y",
        "file:///etc/passwd",
        "https://a\0b/",
        "https://[::1",
        "https://a..b/",
        "https://-/%",
        "gopher://x",
    ] {
        assert!(
            matches!(Target::parse(text, &none), Err(Refused::NoUrl)) || text == "https://-/%",
            "{text:?}"
        );
    }
    let refused = |text: &str| Target::parse(text, &none).unwrap_err();
    assert_eq!(refused("https://me:secret@example.org/"), Refused::UserInfo);
    assert_eq!(refused("https://me@example.org/"), Refused::UserInfo);
    assert_eq!(refused("https://example.org:25/"), Refused::Port(25));
    assert_eq!(refused("http://example.org/"), Refused::Plain);
    assert_eq!(refused("http://192.168.1.5/"), Refused::Plain);
    assert_eq!(refused(&format!("https://example.org/{}", "x".repeat(TARGET_MAX))), Refused::TooLong);
    assert_eq!(refused(&format!("https://example.org/{}", "ß".repeat(TARGET_MAX / 2))), Refused::TooLong);
}

#[test]
fn an_owner_allows_what_is_at_home() {
    let list = allowing(&["NAS.lan", "192.168.1.0/24", "127.0.0.1", "fd00::/16"]);
    let target = |text: &str| Target::parse(text, &list);
    assert!(target("http://nas.lan/x").is_ok() && target("http://192.168.1.7:8080/").is_ok());
    assert!(target("https://127.0.0.1/").is_ok() && target("https://[fd00::5]/").is_ok());
    assert!(target("https://[::ffff:127.0.0.1]/").is_ok(), "the same address");
    assert!(target("http://192.168.2.7/").is_err() && target("http://other.lan/").is_err());
    let nas = target("http://nas.lan/x").unwrap();
    assert!(nas.admit(addr("10.1.2.3"), &list).is_ok() && nas.admit(addr("::1"), &list).is_ok());
    for refused in ["169.254.169.254", "fe80::1", "0.0.0.0", "255.255.255.255", "224.0.0.1"] {
        assert!(nas.admit(addr(refused), &list).is_err(), "{refused}");
    }
    assert_eq!(nas.admit(addr("1.1.1.1"), &list), Err(Refused::Plain), "never unencrypted over the internet");
    let other = target("https://other.example/").unwrap();
    assert!(other.admit(addr("192.168.1.7"), &list).is_ok(), "an allowed network, whatever leads there");
    assert!(other.admit(addr("10.1.2.3"), &list).is_err());
    let local = allowing(&["169.254.10.0/24"]);
    assert!(nas.admit(addr("169.254.10.1"), &local).is_ok());
}

#[test]
fn entries_of_the_list() {
    for (text, kept) in [
        (" NAS.lan ", "nas.lan"),
        ("192.168.1.9/24", "192.168.1.0/24"),
        ("192.168.1.9", "192.168.1.9"),
        ("[fd00::1]", "fd00::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("bücher.lan", "xn--bcher-kva.lan"),
    ] {
        assert_eq!(text.parse::<Allowed>().map(|entry| entry.to_string()), Ok(kept.to_owned()));
    }
    for text in [
        "",
        " ",
        "0.0.0.0/0",
        "::/0",
        "a b",
        "https://nas.lan",
        "nas.lan:80",
        "0x7f.1",
        "1.2.3",
        "*",
        "*.lan",
        "a/b",
    ] {
        assert!(text.parse::<Allowed>().is_err(), "{text}");
    }
}

#[test]
fn what_it_is_taken_apart_into() {
    let target = Target::parse("https://Hooks.Example.org:8443/a/b?c=d#e", &AllowList::default()).unwrap();
    assert_eq!((target.name().as_str(), target.port()), ("hooks.example.org", 8443));
    assert_eq!(target.path_and_query(), "/a/b?c=d");
    assert_eq!(target.root().as_str(), "https://hooks.example.org:8443/");
    assert_eq!(format!("{target:?}"), "Target(hooks.example.org:8443, …)");
}

proptest! {
    /// Whatever is written, a literal address is judged as the one that it stands for.
    #[test]
    fn every_private_address_is_refused_in_every_wrapping(last in any::<[u8; 3]>(), first in prop::sample::select(vec![10_u8, 127, 0, 240, 255])) {
        let inner = Ipv4Addr::new(first, last[0], last[1], last[2]);
        let [a, b, c, d] = inner.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        for wrapped in [
            IpAddr::V4(inner),
            inner.to_ipv6_mapped().into(),
            Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low).into(),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into(),
            Ipv6Addr::new(0x2002, high, low, 1, 2, 3, 4, 5).into(),
            Ipv6Addr::new(0x2001, 0, 1, 2, 3, 4, !high, !low).into(),
        ] {
            prop_assert_ne!(place(wrapped), Place::Public, "{}", wrapped);
        }
    }

    /// The names' allowance never reaches what is nowhere or link-local; and public is all that needs none.
    #[test]
    fn only_public_needs_no_word(bits in any::<u32>()) {
        let addr = IpAddr::from(Ipv4Addr::from(bits));
        let target = Target::parse("https://hooks.example.org/", &AllowList::default()).unwrap();
        prop_assert_eq!(target.admit(addr, &AllowList::default()).is_ok(), place(addr) == Place::Public);
        let named = target.admit(addr, &allowing(&["hooks.example.org"]));
        let near = matches!(place(addr), Place::Near(what) if what != LINK_LOCAL);
        prop_assert_eq!(named.is_ok(), near || place(addr) == Place::Public);
    }

    #[test]
    fn no_text_panics(text in "(?s).{0,60}", host in "[a-z0-9.:\\[\\]@/-]{0,30}") {
        let _ = Target::parse(&text, &AllowList::default());
        if let Ok(target) = Target::parse(&format!("https://{host}"), &AllowList::default()) {
            prop_assert!(!target.name().is_empty());
        }
        if let Ok(entry) = host.parse::<Allowed>() {
            prop_assert_eq!(entry.to_string().parse::<Allowed>(), Ok(entry));
        }
    }
}
