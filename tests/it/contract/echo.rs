//! A service behind the contract that answers what reached it, and a refusal that says why.

use std::net::IpAddr;

use http::request::Parts;
use http::{Request, Response};
use safeharbor::proxy::layer::ContractLayer;
use safeharbor::proxy::origin::Refusal;
use safeharbor::proxy::{ClientInfo, Observed, PublicUrl};
use safeharbor::system::clock::Clock;
use serde::{Deserialize, Serialize};

use super::case::{Addr, Case, Then};

/// What the service saw.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saw {
    pub(super) addr: Option<IpAddr>,
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) via_proxy: bool,
    /// Names of headers that must have been stripped.
    pub(super) left_over: Vec<String>,
}

/// An answer, from the function or over a socket.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) saw: Option<Saw>,
}

pub(super) type Refuse = fn(&Refusal, &Parts) -> Response<String>;

pub(super) fn layer(case: &Case) -> ContractLayer<Refuse> {
    let public = PublicUrl::parse(case.public).expect("the table's public address");
    ContractLayer::new(case.trust.clone(), public, Clock::system(), refuse as Refuse)
}

/// What reached it goes into a header, so that `HEAD` can be asked too.
#[expect(clippy::needless_pass_by_value, reason = "the shape of a handler")]
pub(super) fn echo<B>(request: Request<B>) -> Response<String> {
    let client: &ClientInfo = request.extensions().get().expect("ClientInfo");
    assert!(request.extensions().get::<Observed>().is_some());
    let saw = Saw {
        addr: client.addr,
        scheme: client.scheme.to_string(),
        host: client.host.clone(),
        via_proxy: client.via_proxy,
        left_over: request
            .headers()
            .keys()
            .map(ToString::to_string)
            .filter(|name| is_forbidden(name))
            .collect(),
    };
    Response::builder()
        .header("x-saw", serde_json::to_string(&saw).expect("plain data"))
        .body(String::new())
        .expect("a valid answer")
}

fn refuse(refusal: &Refusal, parts: &Parts) -> Response<String> {
    assert!(parts.headers.keys().all(|name| !is_forbidden(name.as_str())), "{:?}", parts.headers);
    let mut response = Response::builder().status(refusal.status());
    if let Refusal::RedirectToHttps(url) = refusal {
        response = response.header("location", url);
    }
    response.body(format!("{refusal:?}")).expect("a valid answer")
}

/// R2 and R6 once more, written out.
fn is_forbidden(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    [
        "x-forwarded-",
        "x-script-name",
        "script-name",
        "x-original-url",
        "x-rewrite-url",
        "forwarded",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-",
        "x-webauth-",
        "tailscale-",
    ]
    .iter()
    .any(|forbidden| name.starts_with(forbidden))
}

impl Answer {
    pub(super) fn of<B>(response: &Response<B>) -> Self {
        let header = |name| response.headers().get(name).map(|value| value.to_str().expect("visible ASCII"));
        Self {
            status: response.status().as_u16(),
            location: header("location").map(str::to_owned),
            saw: header("x-saw").map(|saw| serde_json::from_str(saw).expect("what echo wrote")),
        }
    }

    /// Compares with the table; `own` is the socket peer's address.
    pub(super) fn check(&self, case: &Case, own: Option<IpAddr>) -> Result<(), String> {
        let ok = match case.then {
            Then::Status(status) => self.status == status && self.saw.is_none(),
            Then::OneOf(statuses) => statuses.contains(&self.status) && self.saw.is_none(),
            Then::Moved(url) => self.status == 308 && self.location.as_deref() == Some(url),
            Then::Served { addr, scheme, host, via_proxy } => {
                let addr = match addr {
                    Addr::Is(addr) => Some(addr.parse().expect("the table's address")),
                    Addr::Own => own,
                };
                let expected = Saw {
                    addr,
                    scheme: scheme.to_owned(),
                    host: host.to_owned(),
                    via_proxy,
                    left_over: Vec::new(),
                };
                self.status == 200 && self.saw.as_ref() == Some(&expected)
            }
        };
        if ok { Ok(()) } else { Err(describe(case, self)) }
    }
}

fn describe(case: &Case, answer: &Answer) -> String {
    let lines: Vec<String> = case
        .lines
        .iter()
        .map(|line| {
            let text = line.escape_ascii().to_string();
            if text.len() > 120 { format!("{}… ({} bytes)", &text[..120], line.len()) } else { text }
        })
        .collect();
    format!(
        "{} ({}) from {:?}\n  {}\n  expected {:?}\n  got {answer:?}\n",
        case.id,
        case.rule,
        case.from,
        lines.join("\n  "),
        case.then
    )
}
