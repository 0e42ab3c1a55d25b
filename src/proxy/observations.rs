//! What the last minutes looked like from the inside: the material for what `doctor` says about the hop.
//!
//! Counts and addresses of whole minutes are kept in memory, a bounded number of them, and nothing is stored.

pub mod findings;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::{Last, Shape};
use super::{ClientInfo, Observed, Peer, Scheme};

/// How many minutes are kept, the present one included.
pub const MINUTES: i64 = 10;
/// How many different client addresses are told apart in one minute.
pub const MAX_ADDRESSES: usize = 256;
/// How many different socket peers are told apart in one minute.
pub const MAX_PEERS: usize = 16;

static OF_PROCESS: Observations = Observations::new();

/// The one recorder of this process.
pub fn of_process() -> &'static Observations {
    &OF_PROCESS
}

/// A recorder. One record costs a lock that is held for some tens of nanoseconds, and no allocation once a
/// minute's addresses are known.
#[derive(Debug)]
pub struct Observations(Mutex<Vec<Minute>>);

#[derive(Debug, Default)]
struct Minute {
    /// Minutes since 1970; one slot of the ring serves many of them in turn.
    number: i64,
    tally: Tally,
    addresses: HashSet<IpAddr>,
    peers: Vec<PeerSeen>,
}

/// How often each thing was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests, health checks left out.
    pub requests: u64,
    /// … of them through the hop.
    pub via_proxy: u64,
    /// … of those with effective scheme `http`.
    pub via_proxy_plain: u64,
    /// Forwarded headers came and were not believed.
    pub ignored: u64,
    /// A believed header's last element was invalid.
    pub invalid: u64,
    /// Through the hop, but without a valid client address from it.
    pub no_address: u64,
    /// Through the hop, with two or more elements in `X-Forwarded-For`.
    pub several_addresses: u64,
    /// Requests whose client address is unknown.
    pub unknown: u64,
}

/// One socket peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerSeen {
    /// Its address; null for unix-socket peers.
    pub addr: Option<IpAddr>,
    /// Whether it is believed.
    pub trusted: bool,
    /// Requests of it that carried forwarded headers.
    pub forwarded: u64,
    /// All its requests.
    pub requests: u64,
}

/// The last [`MINUTES`] minutes together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How often each thing was seen.
    pub tally: Tally,
    /// Number of different client addresses; a lower bound when `more_addresses`.
    pub addresses: usize,
    /// Whether a minute had more than [`MAX_ADDRESSES`].
    pub more_addresses: bool,
    /// The client address when there was exactly one.
    pub only_address: Option<IpAddr>,
    /// The socket peers.
    pub peers: Vec<PeerSeen>,
}

impl Observations {
    /// An empty recorder.
    #[expect(clippy::new_without_default, reason = "there is one a process; tests make theirs in the open")]
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Takes note of one request.
    pub fn record(&self, at: Timestamp, client: &ClientInfo, observed: &Observed) {
        let number = at.as_second().div_euclid(60);
        let mut ring = self.lock();
        if ring.is_empty() {
            ring.resize_with(usize::try_from(MINUTES).unwrap_or(1), Minute::default);
        }
        let slot = usize::try_from(number.rem_euclid(MINUTES)).unwrap_or(0);
        let Some(minute) = ring.get_mut(slot) else { return };
        if minute.number != number {
            minute.start(number);
        }
        minute.record(client, observed);
    }

    /// The last [`MINUTES`] minutes up to `now`.
    pub fn snapshot(&self, now: Timestamp) -> Snapshot {
        let last = now.as_second().div_euclid(60);
        let ring = self.lock();
        let mut snapshot = Snapshot::default();
        let mut addresses = HashSet::new();
        for minute in ring.iter().filter(|minute| (last - MINUTES + 1..=last).contains(&minute.number)) {
            snapshot.tally.add(&minute.tally);
            snapshot.more_addresses |= minute.addresses.len() >= MAX_ADDRESSES;
            addresses.extend(&minute.addresses);
            for peer in &minute.peers {
                match snapshot.peers.iter_mut().find(|known| known.same(peer)) {
                    Some(known) => known.add(peer),
                    None => snapshot.peers.push(*peer),
                }
            }
        }
        drop(ring);
        snapshot.addresses = addresses.len();
        snapshot.only_address = if addresses.len() == 1 { addresses.into_iter().next() } else { None };
        snapshot
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Minute>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Minute {
    fn start(&mut self, number: i64) {
        self.number = number;
        self.tally = Tally::default();
        self.addresses.clear();
        self.peers.clear();
    }

    fn record(&mut self, client: &ClientInfo, observed: &Observed) {
        let trusted = observed.trust.is_trusted();
        let forwarded = observed.is_forwarded();
        let proxied = client.via_proxy;
        let shapes = [observed.forwarded_for, observed.forwarded_proto, observed.forwarded_host];
        self.tally.add(&Tally {
            requests: 1,
            via_proxy: u64::from(proxied),
            via_proxy_plain: u64::from(proxied && client.scheme == Scheme::Http),
            ignored: u64::from(forwarded && !trusted),
            invalid: u64::from(shapes.iter().any(|shape| shape.last == Last::Invalid)),
            no_address: u64::from(proxied && !is_valid(observed.forwarded_for)),
            several_addresses: u64::from(proxied && observed.forwarded_for.elements > 1),
            unknown: u64::from(client.addr.is_none()),
        });
        if let Some(addr) = client.addr
            && self.addresses.len() < MAX_ADDRESSES
        {
            self.addresses.insert(addr);
        }
        self.record_peer(observed.peer, trusted, forwarded);
    }

    fn record_peer(&mut self, peer: Peer, trusted: bool, forwarded: bool) {
        let seen = PeerSeen { addr: peer.addr(), trusted, forwarded: u64::from(forwarded), requests: 1 };
        let room = self.peers.len() < MAX_PEERS;
        match self.peers.iter_mut().find(|known| known.same(&seen)) {
            Some(known) => known.add(&seen),
            None if room => self.peers.push(seen),
            None => {}
        }
    }
}

fn is_valid(shape: Shape) -> bool {
    shape.last == Last::Valid
}

impl PeerSeen {
    fn same(&self, other: &Self) -> bool {
        (self.addr, self.trusted) == (other.addr, other.trusted)
    }

    fn add(&mut self, other: &Self) {
        self.forwarded += other.forwarded;
        self.requests += other.requests;
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.via_proxy += other.via_proxy;
        self.via_proxy_plain += other.via_proxy_plain;
        self.ignored += other.ignored;
        self.invalid += other.invalid;
        self.no_address += other.no_address;
        self.several_addresses += other.several_addresses;
        self.unknown += other.unknown;
    }
}

#[cfg(test)]
mod tests;
