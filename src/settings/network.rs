//! The public address, the listeners and what is believed of forwarded headers.

use ipnet::IpNet;

use super::Environment;
use super::listen::ListenAddr;
use super::parse::{boolean, choice};
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::{
    ALLOW_INSECURE_HTTP, ALLOW_NON_LOOPBACK, LISTEN, METRICS_LISTEN, PROXY_HOP, PUBLIC_URL,
    TRUST_PROXY_HEADERS, TRUSTED_PEERS,
};
use crate::proxy::{ProxyHop, PublicUrl, trust};

pub(super) struct Network {
    pub(super) public_url: Field<PublicUrl>,
    pub(super) listen: Field<ListenAddr>,
    pub(super) metrics_listen: Field<ListenAddr>,
    pub(super) trust: Field<bool>,
    pub(super) peers: Field<Vec<IpNet>>,
    pub(super) hop: Field<ProxyHop>,
    pub(super) allow_non_loopback: Field<bool>,
    pub(super) allow_insecure_http: Field<bool>,
}

/// Reads the listener's setting alone: all that `healthcheck` needs.
pub(super) fn listen(reader: &mut Reader<'_>) -> Field<ListenAddr> {
    reader.field(&LISTEN, listen_addr)
}

pub(super) fn read(reader: &mut Reader<'_>, environment: Option<Environment>) -> Network {
    let mut network = Network {
        public_url: reader.field(&PUBLIC_URL, public_url),
        listen: listen(reader),
        metrics_listen: reader.field(&METRICS_LISTEN, listen_addr),
        trust: reader.field(&TRUST_PROXY_HEADERS, boolean),
        peers: reader.field(&TRUSTED_PEERS, peers),
        hop: reader.field(&PROXY_HOP, |text| choice(text, &ProxyHop::ALL.map(|hop| (hop.as_str(), hop)))),
        allow_non_loopback: reader.field(&ALLOW_NON_LOOPBACK, boolean),
        allow_insecure_http: reader.field(&ALLOW_INSECURE_HTTP, boolean),
    };
    if environment == Some(Environment::Development)
        && network.public_url.is_unset()
        && let Some(ListenAddr::Tcp(addr)) = network.listen.value()
        && let Ok(url) = PublicUrl::parse(&format!("http://localhost:{}", addr.port()))
    {
        reader.derived(&PUBLIC_URL, url.origin());
        network.public_url = Field::Default(url);
    }
    reader.require(&PUBLIC_URL, &network.public_url);
    network
}

fn listen_addr(text: &str) -> Result<ListenAddr, Refusal> {
    text.parse::<ListenAddr>().map_err(Refusal::from)
}

/// R8.
fn public_url(text: &str) -> Result<PublicUrl, Refusal> {
    PublicUrl::parse(text).map_err(|error| {
        // The message begins with the value, which may hold a password by mistake; it is shown masked instead.
        let message = error.to_string();
        let why = message.strip_prefix(&format!("{text:?} ")).unwrap_or("is not scheme://host[:port]");
        Refusal::new(format!("it {why}"), "write scheme and host, such as https://reef.example.org")
    })
}

/// R1 and C10: addresses and networks, never names.
fn peers(text: &str) -> Result<Vec<IpNet>, Refusal> {
    let mend = "write IP addresses or CIDRs separated by commas, such as 127.0.0.1, ::1, 172.20.0.0/16";
    let peers = trust::parse_peers(text).map_err(|error| Refusal::new(error.to_string(), mend))?;
    if peers.iter().any(|net| net.prefix_len() == 0) {
        return Err(Refusal::new("a network of length 0 would believe everyone", mend));
    }
    Ok(peers)
}
