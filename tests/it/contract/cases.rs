//! The cases of the contract as one table; [`super::case`] says how to read it.

use safeharbor::proxy::{ProxyHop, Trust};

use super::case::Addr::{Is, Own};
use super::case::Case;
use super::case::Source::{self, AnyHop, MappedHop, Stranger, UnixHop};
use super::case::Then::{self, Moved, OneOf, Served, Status};

/// The public address unless a case says otherwise.
const PUBLIC: &str = "https://aqua.example.com";

/// A character of a line is one byte on the wire (Latin-1), so that the table can hold bytes that are not UTF-8.
fn case(id: &'static str, rule: &'static str, from: Source, lines: &[&str], then: Then) -> Case {
    let byte = |char| u8::try_from(u32::from(char)).expect("one byte a character");
    let lines = lines.iter().map(|line| line.chars().map(byte).collect()).collect();
    let trust = Trust { enabled: true, ..Trust::default() };
    Case { id, rule, from, trust, public: PUBLIC, lines, then }
}

/// `GET /` through the hop over TLS with these lines besides.
fn page(id: &'static str, rule: &'static str, more: &[&str], then: Then) -> Case {
    case(id, rule, AnyHop, &[&[GET, HOST, HTTPS], more].concat(), then)
}

/// Served, and this is the client.
const fn client(addr: &'static str) -> Then {
    Served { addr: Is(addr), scheme: "https", host: "aqua.example.com", via_proxy: true }
}

/// Served through the hop, whose `X-Forwarded-For` was not usable.
const NO_ADDRESS: Then = Served { addr: Own, scheme: "https", host: "aqua.example.com", via_proxy: true };
/// Served past the hop.
const DIRECT: Then = Served { addr: Own, scheme: "http", host: "aqua.example.com", via_proxy: false };
/// Served to the address that the cases about host and scheme use.
const OK: Then = client("203.0.113.9");

const GET: &str = "GET / HTTP/1.1";
const POST: &str = "POST / HTTP/1.1";
const HEALTH: &str = "GET /healthz HTTP/1.1";
const HOST: &str = "Host: aqua.example.com";
const HTTPS: &str = "X-Forwarded-Proto: https";
const HTTP: &str = "X-Forwarded-Proto: http";
const FOR: &str = "X-Forwarded-For: 203.0.113.9";
const EVIL: &str = "X-Forwarded-Host: evil.example";

/// All of them.
pub(super) fn all() -> Vec<Case> {
    [addresses(), hosts(), schemes(), unclear(), health(), other_headers(), sizes()].concat()
}

fn addresses() -> Vec<Case> {
    let mut cases = vec![
        case("C1", "R1", Stranger, &[HEALTH, HOST, FOR, HTTPS, EVIL], DIRECT),
        case("C1", "R1", Stranger, &[GET, HOST, FOR, HTTPS], Status(421)),
        case("C1", "R1", AnyHop, &[HEALTH, HOST, FOR, HTTPS, EVIL], DIRECT).trust_off(),
        case("C1", "R1", AnyHop, &[GET, HOST, FOR, HTTPS], Status(421)).trust_off(),
        page("C2", "R2", &["X-Forwarded-For: 1.2.3.4, 203.0.113.9"], OK),
        page("C2", "R2", &["X-Forwarded-For: 1.2.3.4,5.6.7.8,203.0.113.9"], OK),
        page("C2", "R2", &[FOR], OK),
        page("C3", "R2", &["X-Forwarded-For: 1.2.3.4", FOR], OK),
        page(
            "C3",
            "R2",
            &["X-Forwarded-For: a, b", "x-forwarded-for: 1.2.3.4", "X-FORWARDED-FOR: c ,203.0.113.9"],
            OK,
        ),
        page("C3", "R2", &[FOR, "X-Forwarded-For: nonsense"], NO_ADDRESS),
        page("C3", "R2", &[FOR, "X-Forwarded-For:"], NO_ADDRESS),
        page("C3", "R2", &["X-Forwarded-For: 1.2.3.4,", FOR], OK),
        page("C16", "R3", &["X-Forwarded-For: 127.0.0.1"], client("127.0.0.1")),
        page("C8", "R3", &[], NO_ADDRESS),
        case("C8", "R3", UnixHop, &[HEALTH, HOST], DIRECT),
        case("C8", "R3", UnixHop, &[GET, HOST, HTTPS], NO_ADDRESS),
        page("C9", "R3", &["X-Forwarded-For: ::ffff:198.51.100.7"], client("198.51.100.7")),
        page("C9", "R3", &["X-Forwarded-For: [::ffff:198.51.100.7]:443"], client("198.51.100.7")),
        case("C9", "R1", MappedHop, &[GET, HOST, HTTPS, FOR], OK),
        case("C9", "R3", MappedHop, &[GET, HOST, HTTPS], NO_ADDRESS),
    ];
    for left in
        ["2.2.2.2\"", "unknown", "", " , ,\t", "\"", "{${print(1)}}", "\u{e4}\u{ff}", "1.2.3.4;5.6.7.8"]
    {
        cases.push(page("C4", "R2", &[&format!("X-Forwarded-For: {left}, 203.0.113.9")], OK));
        cases.push(page("C4", "R2", &[&format!("X-Forwarded-For: {left}"), FOR], OK));
    }
    for right in [
        "{${print(1)}}",
        "7.7.7.7.7",
        "0.0.0.0",
        "0.0.0.0:80",
        "::",
        "::ffff:0.0.0.0",
        "",
        "\t",
        "unknown",
        "_hidden",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "203.0.113.09",
        "203.0.113.9:",
        "203.0.113.9:99999",
        "203.0.113.9 ; x",
        "for=203.0.113.9",
        "[203.0.113.9]",
        "[2001:db8::1",
        "\u{e4}",
    ] {
        cases.push(page("C5", "R2", &[&format!("X-Forwarded-For: 1.2.3.4, {right}")], NO_ADDRESS));
        cases.push(page("C5", "R2", &[FOR, &format!("X-Forwarded-For: {right}")], NO_ADDRESS));
    }
    for (element, addr) in [
        ("203.0.113.5:4711", "203.0.113.5"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:DB8:0:0::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%eth0]:443", "fe80::1"),
    ] {
        cases.push(page("C6", "R3", &[&format!("X-Forwarded-For: 1.2.3.4, {element}")], client(addr)));
    }
    cases
}

fn hosts() -> Vec<Case> {
    let with_host = |host: &str, then| case("C14", "R9", AnyHop, &[GET, host, HTTPS, FOR], then);
    let forwarded = |host: &str, value: &str, then| {
        case("C14", "R5", AnyHop, &[GET, host, HTTPS, FOR, &format!("X-Forwarded-Host: {value}")], then)
    };
    let wrong = "Host: localhost";
    vec![
        with_host("Host: evil.example", Status(421)),
        with_host("Host: aqua.example.com.evil.example", Status(421)),
        with_host("Host: aqua.example.com:8443", Status(421)),
        with_host("Host: aqua.example.com:80", Status(421)),
        with_host("Host: aqua.example.com:443", OK),
        with_host("Host: AQUA.Example.Com.", OK),
        with_host("Host: 127.0.0.1:8000", Status(421)),
        forwarded(HOST, "evil.example", Status(421)),
        forwarded(HOST, "aqua.example.com, evil.example", Status(421)),
        forwarded(HOST, "evil.example, aqua.example.com", OK),
        forwarded(HOST, "evil.example,", OK),
        forwarded(HOST, "me@aqua.example.com", OK),
        forwarded(HOST, "evil example", OK),
        forwarded(HOST, "evil.example/aqua", OK),
        forwarded(HOST, &"a".repeat(256), OK),
        // Tailscale in front of a unix socket: the public name is only there.
        forwarded(wrong, "aqua.example.com", OK),
        forwarded(wrong, "Aqua.Example.Com:443", OK),
        forwarded(wrong, "aqua.example.com:80", Status(421)),
        forwarded(wrong, "evil.example, aqua.example.com", OK),
        forwarded(wrong, "", Status(421)),
        forwarded(HOST, "evil.example", OK).hop(ProxyHop::Cloudflared),
        forwarded(wrong, "aqua.example.com", Status(421)).hop(ProxyHop::Cloudflared),
        case(
            "C14",
            "R1",
            Stranger,
            &[GET, "Host: evil.example", "X-Forwarded-Host: aqua.example.com"],
            Status(421),
        ),
    ]
}

fn schemes() -> Vec<Case> {
    let there = Moved("https://aqua.example.com/tanks?day=1");
    let lan = |from, host: &'static str, lines: &[&str]| {
        let own = Served { addr: Own, scheme: "http", host, via_proxy: false };
        case("R9", "R9", from, lines, own)
    };
    let tanks = "GET /tanks?day=1 HTTP/1.1";
    vec![
        page("C12", "R4", &[FOR], OK),
        case("C12", "R4", AnyHop, &[POST, HOST, HTTPS, FOR], OK),
        case("C13", "R4", AnyHop, &[GET, HOST, FOR, "X-Forwarded-Proto: HTTPS"], OK),
        case("C13", "R4", AnyHop, &[GET, HOST, FOR, "X-Forwarded-Proto: http, https"], OK),
        case("C13", "R4", AnyHop, &[GET, HOST, FOR, HTTP, HTTPS], OK),
        case("C13", "R4", AnyHop, &[tanks, HOST, FOR, "X-Forwarded-Proto: https, http"], there),
        case("C13", "R4", AnyHop, &[tanks, HOST, FOR, HTTPS, HTTP], there),
        case("C13", "R4", AnyHop, &[tanks, HOST, FOR, "X-Forwarded-Proto: wss"], there),
        case("C13", "R4", AnyHop, &[tanks, HOST, FOR, "X-Forwarded-Proto: https,"], there),
        case("C13", "R4", AnyHop, &[tanks, HOST, FOR], there),
        case("R9", "R9", AnyHop, &["HEAD /tanks?day=1 HTTP/1.1", HOST, FOR, HTTP], there),
        case(
            "R9",
            "R9",
            AnyHop,
            &["GET //evil.example HTTP/1.1", HOST, HTTP],
            Moved("https://aqua.example.com//evil.example"),
        ),
        case("R9", "R9", AnyHop, &["OPTIONS * HTTP/1.1", HOST, HTTP], Moved("https://aqua.example.com/")),
        case("R9", "R9", AnyHop, &[POST, HOST, FOR, HTTP], Status(400)),
        case("R9", "R9", AnyHop, &["DELETE /tanks HTTP/1.1", HOST, FOR], Status(400)),
        // Nothing valid from the hop, so nobody says it was there.
        case("R9", "R9", AnyHop, &[GET, HOST], Status(421)),
        case("R9", "R9", AnyHop, &[GET, HOST, "X-Forwarded-Proto: wss"], Status(421)),
        case("R9", "R9", Stranger, &[POST, HOST, HTTPS], Status(421)),
        case(
            "R9",
            "R9",
            AnyHop,
            &[GET, "Host: aqua.example.com:8443", FOR],
            Moved("https://aqua.example.com:8443/"),
        )
        .public("https://aqua.example.com:8443"),
        lan(Stranger, "192.168.1.5:8000", &[POST, "Host: 192.168.1.5:8000"])
            .public("http://192.168.1.5:8000"),
        lan(Stranger, "localhost:8000", &[GET, "Host: localhost:8000", HTTPS])
            .public("http://localhost:8000"),
        case("R9", "R9", Stranger, &[GET, "Host: 127.0.0.1:8000"], Status(421))
            .public("http://localhost:8000"),
    ]
}

fn unclear() -> Vec<Case> {
    let bad = |lines: &[&str]| case("R9", "R9", AnyHop, &[lines, &[HTTPS, FOR]].concat(), Status(400));
    let absolute = |target: &str, then| {
        case("R9", "R9", AnyHop, &[&format!("GET {target} HTTP/1.1"), HOST, HTTPS, FOR], then)
    };
    vec![
        bad(&[GET]),
        bad(&["GET / HTTP/1.0"]),
        bad(&[HEALTH]),
        bad(&[GET, HOST, HOST]),
        bad(&[GET, HOST, "Host: evil.example"]),
        bad(&[HEALTH, HOST, "Host: evil.example"]),
        bad(&[GET, "Host:"]),
        bad(&[GET, "Host: aqua.example.com, evil.example"]),
        bad(&[GET, "Host: me@aqua.example.com"]),
        bad(&[GET, "Host: aqua.example.com/"]),
        bad(&[GET, "Host: aqua.example.com:https"]),
        bad(&[GET, "Host: \u{e4}qua.example.com"]),
        bad(&["GET http://aqua.example.com/ HTTP/1.1"]),
        absolute("http://aqua.example.com/", OK),
        absolute("http://AQUA.example.com:80/", OK),
        absolute("https://aqua.example.com:443/", OK),
        absolute("http://evil.example/", Status(400)),
        absolute("http://aqua.example.com:8443/", Status(400)),
        absolute("http://evil.example/healthz", Status(400)),
    ]
}

fn health() -> Vec<Case> {
    let served = |host, via_proxy| Served { addr: Own, scheme: "http", host, via_proxy };
    let mut cases = vec![
        case("C12", "R11", AnyHop, &[HEALTH, HOST], DIRECT),
        case(
            "C18",
            "R11",
            AnyHop,
            &["HEAD /livez HTTP/1.1", "Host: 127.0.0.1:8000"],
            served("127.0.0.1:8000", false),
        ),
        case("C18", "R11", AnyHop, &[HEALTH, "Host: evil.example", HTTP], served("evil.example", true)),
        case("C18", "R11", AnyHop, &[HEALTH, "Host: not a host"], served("", false)),
        case(
            "C18",
            "R11",
            Stranger,
            &["GET /livez HTTP/1.1", "Host: [::1]:8000"],
            served("[::1]:8000", false),
        ),
        case("C18", "R11", AnyHop, &["GET /livez?x HTTP/1.1", "Host:"], served("", false)),
        case("C18", "R9", AnyHop, &["GET /.well-known/safeharbor/hop HTTP/1.1", HOST], DIRECT),
    ];
    for near in
        ["/healthz/", "/Healthz", "//healthz", "/healthz%20", "/x?/healthz", "/.well-known/safeharbor/"]
    {
        cases.push(case("C18", "R9", AnyHop, &[&format!("GET {near} HTTP/1.1"), HOST], Status(421)));
    }
    cases
}

fn other_headers() -> Vec<Case> {
    let never = [
        ("C7", "CF-Connecting-IP: 6.6.6.6"),
        ("C7", "X-Real-IP: 6.6.6.6"),
        ("C7", "X-Client-IP: 6.6.6.6"),
        ("C7", "True-Client-IP: 6.6.6.6"),
        ("C7", "Forwarded: for=6.6.6.6;proto=http;host=evil.example"),
        ("C7", "X_Forwarded_For: 6.6.6.6"),
        ("C7", "X_Forwarded_Proto: http"),
        ("C7", "X-Forwarded-Port: 80"),
        ("C7", "X-Forwarded-Server: evil.example"),
        ("C17", "X-Webauth-User: owner"),
        ("C17", "Cf-Access-Authenticated-User-Email: owner@aqua.example.com"),
        ("C17", "Tailscale-User-Login: owner"),
        ("C20", "X-Forwarded-Prefix: /evil"),
        ("C20", "SCRIPT_NAME: /evil"),
        ("C20", "Script-Name: /evil"),
        ("C20", "X-Script-Name: /evil"),
        ("C20", "X-Original-URL: /evil"),
        ("C20", "X-Rewrite-URL: /evil"),
    ];
    let mut cases = Vec::new();
    for (id, line) in never {
        cases.push(page(id, "R6", &[FOR, line], OK));
        cases.push(page(id, "R6", &[line], NO_ADDRESS));
        cases.push(case(id, "R6", AnyHop, &[GET, HOST, line], Status(421)));
        cases.push(case(id, "R6", Stranger, &[HEALTH, HOST, line], DIRECT));
    }
    cases
}

fn sizes() -> Vec<Case> {
    let lines = |count: usize, line: &str| vec![line.to_owned(); count];
    let many = |more: Vec<String>, then| {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        page("C23", "R2", &more, then)
    };
    let value = |value: String| vec![format!("X-Forwarded-For: {value}")];
    let last = FOR.to_owned();
    let refused = OneOf(&[400, 431]);
    vec![
        page("C26", "R2", &[&format!("X-Forwarded-For: {},203.0.113.9", "A".repeat(4_090))], OK),
        many(value(format!("{},203.0.113.9", "1.1.1.1,".repeat(100))), OK),
        many(value(format!("{}203.0.113.9", ",".repeat(20_000))), OK),
        many(value(format!("{}203.0.113.9", " ,\t".repeat(5_000))), OK),
        many(value(format!("1.2.3.4, {}", "A".repeat(5_000))), NO_ADDRESS),
        many(value(format!("1.2.3.4, {}203.0.113.9", "0".repeat(245))), NO_ADDRESS),
        many(value(format!("1.2.3.4, fe80::1%{}", "e".repeat(247))), client("fe80::1")),
        many(value(format!("1.2.3.4, fe80::1%{}", "e".repeat(248))), NO_ADDRESS),
        many(value(format!("{}, 203.0.113.9", "\u{80}\u{ff}".repeat(3_000))), OK),
        many(value(format!("1.2.3.4, {}", "\u{80}\u{ff}".repeat(3))), NO_ADDRESS),
        many([lines(64, "X-Forwarded-For: 1.2.3.4"), vec![last.clone()]].concat(), OK),
        many([vec![last], lines(64, "X-Forwarded-For: \u{e9}")].concat(), NO_ADDRESS),
        many(lines(64, "X-Forwarded-Host: aqua.example.com"), NO_ADDRESS),
        many(value("1.2.3.4,\u{0}203.0.113.9".to_owned()), refused),
        many(value("1.2.3.4,\u{1b}[31m203.0.113.9".to_owned()), refused),
        many(value("203.0.113.9\u{7f}".to_owned()), refused),
    ]
}
