//! What a case of the contract is: raw request lines from one kind of peer, and what follows.

use safeharbor::proxy::{ProxyHop, Trust};

/// Where the connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The hop, over each kind of socket in turn.
    AnyHop,
    /// The hop over a unix socket.
    UnixHop,
    /// The hop over TCP to a dual-stack listener, where 127.0.0.1 appears as `::ffff:127.0.0.1`.
    MappedHop,
    /// 127.0.0.9, which nobody lists.
    Stranger,
}

/// The client address that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addr {
    Is(&'static str),
    /// The socket peer's own: unknown for a unix socket.
    Own,
}

/// What is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Served {
        addr: Addr,
        scheme: &'static str,
        host: &'static str,
        via_proxy: bool,
    },
    Status(u16),
    /// 308 to this URL.
    Moved(&'static str),
    /// Refused as a whole, with one of these.
    OneOf(&'static [u16]),
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The case of the contract, or the rule where the table of cases has none.
    pub(super) id: &'static str,
    pub(super) rule: &'static str,
    pub(super) from: Source,
    pub(super) trust: Trust,
    pub(super) public: &'static str,
    /// Request line and header lines, without line ends.
    pub(super) lines: Vec<Vec<u8>>,
    pub(super) then: Then,
}

impl Case {
    pub(super) fn trust_off(mut self) -> Self {
        self.trust.enabled = false;
        self
    }

    pub(super) fn hop(mut self, hop: ProxyHop) -> Self {
        self.trust.hop = hop;
        self
    }

    pub(super) fn public(mut self, public: &'static str) -> Self {
        self.public = public;
        self
    }
}
