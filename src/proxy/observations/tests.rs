use jiff::{SignedDuration, Timestamp};

use super::findings::{ENOUGH, Finding};
use super::*;
use crate::proxy::received::{Field, Host, Received};
use crate::proxy::{Trust, client_info};

fn start() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn unix_hop() -> (Trust, Peer) {
    (Trust { enabled: true, ..Trust::default() }, Peer::Unix)
}

fn record(to: &Observations, at: Timestamp, (trust, peer): &(Trust, Peer), forwarded: &str, proto: &str) {
    let field = |text: &'static str| Field::from_lines(Some(text.as_bytes()).into_iter());
    let received = Received {
        forwarded_for: Field::from_lines(Some(forwarded.as_bytes()).filter(|it| !it.is_empty()).into_iter()),
        forwarded_proto: if proto == "https" { field("https") } else { field("http") },
        host: Host::One(b"aqua.example.com"),
        ..Received::default()
    };
    let (client, observed) = client_info(trust, *peer, &received);
    to.record(at, &client, &observed);
}

fn findings(lines: impl Fn(u64) -> String) -> Vec<Finding> {
    let observations = Observations::new();
    for n in 0..ENOUGH {
        record(&observations, start(), &unix_hop(), &lines(n), "https");
    }
    observations.snapshot(start()).findings(true)
}

#[test]
fn c11_every_client_with_the_same_address() {
    let addr = "198.51.100.7".parse().unwrap();
    assert_eq!(findings(|_| "198.51.100.7".to_owned()), [Finding::SameAddress(addr)]);
    assert_eq!(findings(|n| format!("198.51.100.{n}")), []);
    assert_eq!(findings(|_| String::new()), [Finding::NoAddress]);
}

#[test]
fn c22_two_proxies_in_a_row() {
    let docker = "172.20.0.1".parse().unwrap();
    assert_eq!(findings(|n| format!("203.0.113.{n}, 172.20.0.1")), [Finding::SecondProxy(docker)]);
    assert_eq!(findings(|_| "127.0.0.1".to_owned()), [Finding::SecondProxy("127.0.0.1".parse().unwrap())]);
    let text = Finding::SecondProxy(docker).to_string();
    assert!(text.contains("172.20.0.1") && text.contains("drop one"), "{text}");
}

#[test]
fn ignored_and_plain_and_invalid() {
    let observations = Observations::new();
    let stranger = (unix_hop().0, Peer::Tcp(([127, 0, 0, 9], 1).into()));
    record(&observations, start(), &stranger, "1.2.3.4", "https");
    for _ in 0..ENOUGH {
        record(&observations, start(), &unix_hop(), "unknown", "http");
    }
    let peer = Some("127.0.0.9".parse().unwrap());
    assert_eq!(
        observations.snapshot(start()).findings(true),
        [
            Finding::Ignored { peer, requests: 1 },
            Finding::NoAddress,
            Finding::NoHttps,
            Finding::Invalid(ENOUGH)
        ]
    );
}

#[test]
fn old_minutes_drop_out_and_slots_are_used_again() {
    let observations = Observations::new();
    let at = |minutes| start() + SignedDuration::from_mins(minutes);
    record(&observations, at(0), &unix_hop(), "203.0.113.1", "https");
    record(&observations, at(5), &unix_hop(), "203.0.113.2", "https");
    assert_eq!(observations.snapshot(at(5)).addresses, 2);
    assert_eq!(observations.snapshot(at(10)).addresses, 1);
    record(&observations, at(10), &unix_hop(), "203.0.113.3", "https");
    let snapshot = observations.snapshot(at(10));
    assert_eq!((snapshot.addresses, snapshot.tally.requests), (2, 2));
    assert_eq!(observations.snapshot(at(60)), Snapshot::default());
}

#[test]
fn memory_is_bounded() {
    let observations = Observations::new();
    for n in 0..5_000_u16 {
        let [high, low] = n.to_be_bytes();
        let peer = (unix_hop().0, Peer::Tcp(([127, 0, high, low], n).into()));
        record(&observations, start(), &peer, "", "https");
    }
    let snapshot = observations.snapshot(start());
    assert_eq!((snapshot.addresses, snapshot.more_addresses), (MAX_ADDRESSES, true));
    assert_eq!((snapshot.peers.len(), snapshot.tally.requests), (MAX_PEERS, 5_000));
}
