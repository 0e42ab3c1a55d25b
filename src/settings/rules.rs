//! Rules about settings that must go together: R1, R8, R10, R12 and the insecure LAN of the contract.

use std::net::SocketAddr;

use super::Environment;
use super::listen::{ListenAddr, is_loopback, is_this_machine};
use super::network::Network;
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::{
    ALLOW_INSECURE_HTTP, ALLOW_NON_LOOPBACK, LISTEN, METRICS_LISTEN, PUBLIC_URL, TRUST_PROXY_HEADERS,
    TUNNEL_TOKEN,
};
use super::verb::Verb;
use crate::proxy::PublicUrl;

/// What decides whether a TCP listener may be used.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListenerRule {
    pub(super) environment: Environment,
    pub(super) allow_non_loopback: bool,
    pub(super) peers_set: bool,
}

impl ListenerRule {
    /// R10 and C25, for a configured listener and for an inherited one alike.
    pub(super) fn judge(self, addr: SocketAddr) -> Result<(), Refusal> {
        if is_loopback(addr.ip()) {
            return Ok(());
        }
        let what = "it is not a loopback address, so others than the hop could connect";
        match self.environment {
            Environment::Development => Err(Refusal::new(
                format!("{what}, and development must never be reached"),
                "listen on 127.0.0.1 or on a unix socket",
            )),
            Environment::Production if self.allow_non_loopback && self.peers_set => Ok(()),
            Environment::Production => Err(Refusal::new(
                what,
                "listen on 127.0.0.1 or on a unix socket; inside a container set ALLOW_NON_LOOPBACK=1 and \
                 TRUSTED_PEERS to the hop's addresses",
            )),
        }
    }
}

/// Checks all rules whose values could be read.
pub(super) fn check(
    reader: &mut Reader<'_>,
    environment: Option<Environment>,
    network: &Network,
    tunnel: &Field<()>,
) {
    let Some(environment) = environment else { return };
    match environment {
        Environment::Production => production(reader, network),
        Environment::Development => development(reader, network, tunnel),
    }
    let (Some(&allow_non_loopback), false) =
        (network.allow_non_loopback.value(), matches!(network.peers, Field::Refused))
    else {
        return;
    };
    let rule = ListenerRule { environment, allow_non_loopback, peers_set: network.peers.is_set() };
    for (variable, field) in [(&LISTEN, &network.listen), (&METRICS_LISTEN, &network.metrics_listen)] {
        if let Some(ListenAddr::Tcp(addr)) = field.value()
            && let Err(Refusal { what, mend }) = rule.judge(*addr)
        {
            reader.clash(variable, what, mend);
        }
    }
    if let (Some(listen), Some(metrics)) = (network.listen.value(), network.metrics_listen.value())
        && listen == metrics
        && *listen != ListenAddr::Inherited
    {
        reader.clash(&METRICS_LISTEN, "it is the same as LISTEN", "metrics need a listener of their own");
    }
}

fn production(reader: &mut Reader<'_>, network: &Network) {
    if let Some(url) = network.public_url.value() {
        if url.is_https() {
            https(reader, network);
        } else if let Some(&allowed) = network.allow_insecure_http.value() {
            insecure(reader, url, allowed);
        }
    }
    if network.allow_non_loopback.value() == Some(&true)
        && network.peers.value().is_some()
        && !network.peers.is_set()
    {
        reader.warn(ALLOW_NON_LOOPBACK.name, "it has no effect while TRUSTED_PEERS is not set");
    }
}

/// R1: behind https someone must have said whether the hop is believed.
fn https(reader: &mut Reader<'_>, network: &Network) {
    if network.trust.is_unset() && matches!(reader.verb, Verb::Serve | Verb::Doctor) {
        reader.clash(
            &TRUST_PROXY_HEADERS,
            "it is not set, and PUBLIC_URL is https",
            "set it to 1 behind the one proxy hop, or to 0 for health only",
        );
    }
    if network.trust.value() == Some(&false) {
        reader.warn(
            TRUST_PROXY_HEADERS.name,
            "it is off and PUBLIC_URL is https: health answers, every page is 421",
        );
    }
    if network.allow_insecure_http.value() == Some(&true) {
        reader.warn(ALLOW_INSECURE_HTTP.name, "it has no effect, PUBLIC_URL is https");
    }
}

/// The insecure LAN: said explicitly, and only where no stranger is on the way.
fn insecure(reader: &mut Reader<'_>, url: &PublicUrl, allowed: bool) {
    if !allowed {
        reader.clash(
            &PUBLIC_URL,
            "it is http, so passwords would travel in clear",
            "write https://; for a local network without TLS set ALLOW_INSECURE_HTTP=1 as well",
        );
    } else if is_this_machine(url.host()) {
        // Nothing travels.
    } else if url.is_lan_host() {
        reader.warn(
            ALLOW_INSECURE_HTTP.name,
            "pages, passwords and cookies travel in clear; everyone on the local network can read them",
        );
    } else {
        reader.clash(
            &PUBLIC_URL,
            "it is http for a host that may be reached from elsewhere",
            "write https://; ALLOW_INSECURE_HTTP is for loopback, private and link-local addresses and for names \
             under .local, .lan and .home.arpa",
        );
    }
}

/// R12 and C25: development never meets a tunnel.
fn development(reader: &mut Reader<'_>, network: &Network, tunnel: &Field<()>) {
    let leave = "unset it, or leave SAFEHARBOR_ENV=development out";
    if let Some(url) = network.public_url.value()
        && (url.is_https() || !is_this_machine(url.host()))
    {
        reader.clash(
            &PUBLIC_URL,
            "in development it is http://localhost:PORT",
            "write that, or leave SAFEHARBOR_ENV=development out",
        );
    }
    if network.trust.value() == Some(&true) {
        reader.clash(&TRUST_PROXY_HEADERS, "development settings never stand behind a hop", leave);
    }
    if tunnel.is_set() {
        reader.clash(&TUNNEL_TOKEN, "development settings never meet a tunnel", leave);
    }
}
