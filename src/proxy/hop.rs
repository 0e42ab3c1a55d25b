//! What the route behind `verify` answers: how this request looked from the inside.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{ClientInfo, Observed};

pub use super::origin::HOP_PATH;

/// The longest nonce that is sent back.
pub const MAX_NONCE_LEN: usize = 128;

/// The body of the answer. Both ends of the exchange use this type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The client's address; null when unknown.
    pub addr: Option<IpAddr>,
    /// `http` or `https`.
    pub scheme: String,
    /// The effective host.
    pub host: String,
    /// Whether a trusted hop gave at least one valid value.
    pub via_proxy: bool,
    /// `tcp` or `unix`.
    pub peer: String,
    /// The socket peer's address; null for a unix socket.
    pub peer_addr: Option<IpAddr>,
    /// Number of elements in each forwarded header.
    pub elements: Elements,
    /// Whether the peer is believed.
    pub trusted: bool,
    /// Why, in words.
    pub trust: String,
    /// The caller's nonce, when it is one: at most [`MAX_NONCE_LEN`] letters, digits, `-` and `_`.
    pub nonce: Option<String>,
}

/// Number of elements in each forwarded header; 0 when it did not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elements {
    /// `X-Forwarded-For`.
    pub r#for: usize,
    /// `X-Forwarded-Proto`.
    pub proto: usize,
    /// `X-Forwarded-Host`.
    pub host: usize,
}

impl Answer {
    /// The answer to a request with these extensions and this nonce.
    pub fn new(client: &ClientInfo, observed: &Observed, nonce: Option<&str>) -> Self {
        Self {
            addr: client.addr,
            scheme: client.scheme.to_string(),
            host: client.host.clone(),
            via_proxy: client.via_proxy,
            peer: observed.peer.kind().to_owned(),
            peer_addr: observed.peer.addr(),
            elements: Elements {
                r#for: observed.forwarded_for.elements,
                proto: observed.forwarded_proto.elements,
                host: observed.forwarded_host.elements,
            },
            trusted: observed.trust.is_trusted(),
            trust: observed.trust.to_string(),
            nonce: nonce.filter(|nonce| is_nonce(nonce)).map(str::to_owned),
        }
    }
}

fn is_nonce(nonce: &str) -> bool {
    (1..=MAX_NONCE_LEN).contains(&nonce.len())
        && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::received::{Field, Host};
    use crate::proxy::{Peer, Received, Trust, client_info};

    #[test]
    fn says_what_was_seen_and_echoes_only_a_nonce() {
        let trust = Trust { enabled: true, ..Trust::default() };
        let received = Received {
            forwarded_for: Field::from_lines([b"6.6.6.6, 203.0.113.9".as_slice()].into_iter()),
            forwarded_proto: Field::from_lines([b"https".as_slice()].into_iter()),
            host: Host::One(b"aqua.example.com"),
            ..Received::default()
        };
        let (client, observed) = client_info(&trust, Peer::Tcp(([127, 0, 0, 1], 9).into()), &received);
        let answer = Answer::new(&client, &observed, Some("abc-1_2"));
        assert_eq!(
            serde_json::to_value(&answer).unwrap(),
            serde_json::json!({
                "addr": "203.0.113.9", "scheme": "https", "host": "aqua.example.com", "via_proxy": true,
                "peer": "tcp", "peer_addr": "127.0.0.1", "elements": {"for": 2, "proto": 1, "host": 0},
                "trusted": true, "trust": "believed: the peer 127.0.0.1 is in TRUSTED_PEERS (127.0.0.1/32)",
                "nonce": "abc-1_2",
            })
        );
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), answer);
        for bad in ["", "<script>", "a b", &"a".repeat(MAX_NONCE_LEN + 1)] {
            assert_eq!(Answer::new(&client, &observed, Some(bad)).nonce, None);
        }
    }
}
