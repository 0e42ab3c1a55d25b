//! The one-hop contract, seen through a real hop: what a client sends must never change what the service concludes.

use std::net::IpAddr;

use anyhow::{Context as _, Result, bail};
use http::{Method, StatusCode};

use super::client::{Client, Request};
use super::report::{Finding, Report};
use crate::proxy::PublicUrl;
use crate::proxy::hop::{Answer, HOP_PATH};
use crate::system::clock::Clock;

/// The way to an install through its hop, and what is needed to ask it what it saw.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Through the hop, as a visitor.
    pub client: Client,
    /// The hop's plain port, where it has one.
    pub plain: Option<Client>,
    /// The install's address.
    pub public: PublicUrl,
    /// A verify token.
    pub token: String,
    /// The visitor's address as the hop must report it, where that is known.
    pub visitor: Option<IpAddr>,
}

/// What the service concluded, without what may differ from request to request.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Conclusion {
    addr: Option<IpAddr>,
    scheme: String,
    host: String,
    via_proxy: bool,
}

impl std::fmt::Display for Conclusion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let addr = self.addr.map_or_else(|| "unknown".to_owned(), |addr| addr.to_string());
        let way = if self.via_proxy { "by the hop" } else { "direct" };
        write!(f, "{addr}, {}://{}, {way}", self.scheme, self.host)
    }
}

type Forgery = (&'static str, &'static [u8]);

/// Addresses a client would like to have.
const LEFT: [&[Forgery]; 4] = [
    &[("X-Forwarded-For", b"1.2.3.4")],
    &[("X-Forwarded-For", b"127.0.0.1"), ("X-Forwarded-For", b"10.0.0.1, 1.2.3.4")],
    &[("X-Forwarded-For", b"1.2.3.4,1.2.3.4,1.2.3.4"), ("X-Forwarded-Proto", b"http")],
    &[("X-Forwarded-For", b"2.2.2.2\", 1.1.1.1"), ("X-Forwarded-Proto", b"https, http")],
];

/// Nothing that parses.
const GARBAGE: [&[Forgery]; 8] = [
    &[("X-Forwarded-For", b"{${print(1)}}")],
    &[("X-Forwarded-For", b"7.7.7.7.7")],
    &[("X-Forwarded-For", b"0.0.0.0")],
    &[("X-Forwarded-For", b", ")],
    &[("X-Forwarded-For", b"\xff\xfe\x80")],
    &[("X-Forwarded-For", b"1.2.3.4' or 1=1 --")],
    &[("X-Forwarded-Proto", b"wss"), ("X-Forwarded-For", b"")],
    &[("X-Forwarded-Proto", b"javascript:"), ("X-Forwarded-Host", b"evil.example/<script>")],
];

/// Headers that nobody may read (R6).
const NEVER_READ: [&[Forgery]; 6] = [
    &[
        ("CF-Connecting-IP", b"1.2.3.4"),
        ("CF-Visitor", b"{\"scheme\":\"http\"}"),
        ("True-Client-IP", b"1.2.3.4"),
    ],
    &[("X-Real-IP", b"1.2.3.4"), ("X-Client-IP", b"1.2.3.4")],
    &[("Forwarded", b"for=1.2.3.4;proto=http;host=evil.example")],
    &[("X-Forwarded-Prefix", b"/evil"), ("X-Script-Name", b"/evil"), ("Script-Name", b"/evil")],
    &[("X-Forwarded-Port", b"1"), ("X-Forwarded-Server", b"evil.example"), ("X-Original-URL", b"/evil")],
    &[("X_Forwarded_For", b"1.2.3.4"), ("X_Forwarded_Host", b"evil.example"), ("X-Webauth-User", b"owner")],
];

impl Hop {
    /// Asks the service what it saw of a request with these headers on top.
    ///
    /// # Errors
    /// When it does not answer 200 with what it saw.
    pub async fn ask(&self, client: &Client, forged: &[Forgery]) -> Result<Answer> {
        self.ask_with(client, forged, "n").await
    }

    async fn ask_with(&self, client: &Client, forged: &[Forgery], nonce: &str) -> Result<Answer> {
        let mut request =
            Request::get(&format!("{HOP_PATH}?nonce={nonce}")).header("X-Safeharbor-Verify", &self.token);
        for (name, value) in forged {
            request = request.header(name, value);
        }
        let answer = client.send(request).await?;
        if answer.status != StatusCode::OK {
            bail!("{HOP_PATH} answered {}", answer.status.as_u16());
        }
        serde_json::from_slice(&answer.body).context("the answer is not that of a Safe Harbor")
    }

    async fn conclusion(&self, client: &Client, forged: &[Forgery]) -> Result<Conclusion> {
        self.ask(client, forged).await.map(conclusion)
    }

    /// Sends each set of forgeries; all must lead to what the honest request led to.
    async fn unmoved(&self, sets: &[&[Forgery]]) -> Result<Finding> {
        let honest = self.conclusion(&self.client, &[]).await?;
        if let Some(visitor) = self.visitor
            && honest.addr != Some(visitor)
        {
            return Ok(Finding::fail(format!("an honest request from {visitor} was taken for {honest}")));
        }
        for set in sets {
            let seen = self.conclusion(&self.client, set).await.with_context(|| describe(set))?;
            if seen != honest {
                return Ok(Finding::fail(format!("{} made it {seen} instead of {honest}", describe(set)))
                    .because("something other than the hop's own element is believed")
                    .then("compare PROXY_HOP and TRUSTED_PEERS with `safeharbor doctor`"));
            }
        }
        Ok(Finding::pass(format!("{} forgeries; always {honest}", sets.len())))
    }
}

/// What can be tried from anywhere, with a token and nothing else.
pub async fn from_outside(hop: &Hop, report: &mut Report) {
    report.check("hop.nonce", "R7", nonce(hop)).await;
    report.check("C2.left-element", "R2 R3", hop.unmoved(&LEFT)).await;
    report.check("C5.garbage", "R3 R14", hop.unmoved(&GARBAGE)).await;
    report.check("C7.never-read", "R6", hop.unmoved(&NEVER_READ)).await;
    report.check("C14.forwarded-host", "R5 R9", forwarded_host(hop)).await;
    report.check("hop.token-needed", "", token_needed(hop)).await;
    report.check("C24.not-found", "R9", not_found(hop)).await;
    report.check("C24.too-large", "R14", too_large(hop)).await;
    report.check("C18.health-through-hop", "R11", health(&hop.client, hop.public.authority())).await;
}

/// What only the machine itself can try: the app's own port, other hosts, the hop's plain port.
pub async fn on_this_machine(hop: &Hop, direct: &Client, report: &mut Report) {
    report.check("C1.untrusted-peer", "R1", untrusted(hop, direct)).await;
    report.check("C1.untrusted-page", "R1 R9", untrusted_page(hop, direct)).await;
    report.check("C12.scheme", "R4 R9", scheme(hop, direct)).await;
    report.check("C14.wrong-host", "R9 R8", wrong_host(hop)).await;
    report.check("C18.health-any-host", "R11", any_host(hop, direct)).await;
    report.check("R9.two-hosts", "R9", two_hosts(direct)).await;
    if let Some(plain) = &hop.plain {
        report.check("R9.plain-redirects", "R9", plain_redirects(hop, plain)).await;
        report.check("R9.plain-post-refused", "R9", plain_post(plain)).await;
    }
}

async fn nonce(hop: &Hop) -> Result<Finding> {
    let nonce = Clock::system().uuid().simple().to_string();
    let answer = hop.ask_with(&hop.client, &[], &nonce).await?;
    if answer.nonce.as_deref() != Some(nonce.as_str()) {
        return Ok(Finding::fail(
            "the nonce did not come back: this address does not lead to the install that made the token",
        ));
    }
    let seen = format!("{} ({})", conclusion(answer.clone()), answer.trust);
    let good = answer.via_proxy
        && answer.trusted
        && answer.scheme == hop.public.scheme().to_string()
        && answer.host == hop.public.authority();
    Ok(Finding::pass_if(good, seen)
        .because("the hop is not trusted, or does not send X-Forwarded-Proto and the public Host")
        .then("`safeharbor doctor` on the machine it runs on"))
}

async fn forwarded_host(hop: &Hop) -> Result<Finding> {
    let honest = hop.conclusion(&hop.client, &[]).await?;
    let forged = hop.conclusion(&hop.client, &[("X-Forwarded-Host", b"evil.example")]).await?;
    let page = hop.client.send(Request::get("/livez").header("X-Forwarded-Host", "evil.example")).await?;
    let seen = format!("with X-Forwarded-Host: evil.example the host is still {}", forged.host);
    if forged != honest {
        return Ok(Finding::fail(format!("X-Forwarded-Host: evil.example made it {forged}"))
            .because("the hop passes the client's X-Forwarded-Host on; cloudflared does so")
            .then("set PROXY_HOP to the hop that is really in front"));
    }
    Ok(Finding::pass_if(page.status == StatusCode::OK, seen))
}

async fn token_needed(hop: &Hop) -> Result<Finding> {
    let without = hop.client.get(HOP_PATH).await?.status;
    let wrong = Request::get(HOP_PATH).header("X-Safeharbor-Verify", Clock::system().token());
    let wrong = hop.client.send(wrong).await?.status;
    let good = [without, wrong] == [StatusCode::NOT_FOUND; 2];
    Ok(Finding::pass_if(
        good,
        format!("without a token {}, with a wrong one {}", without.as_u16(), wrong.as_u16()),
    ))
}

async fn not_found(hop: &Hop) -> Result<Finding> {
    let status = hop.client.get("/there/is/no/such/page").await?.status;
    Ok(Finding::pass_if(status == StatusCode::NOT_FOUND, format!("404 arrives as {}", status.as_u16())))
}

async fn too_large(hop: &Hop) -> Result<Finding> {
    let body = vec![b'a'; 16 * 1024 * 1024];
    let request = Request::form("/sign-in", body).header("Origin", hop.public.origin());
    let status = hop.client.send(request).await?.status;
    Ok(Finding::pass_if(
        status == StatusCode::PAYLOAD_TOO_LARGE,
        format!("16 MiB posted: 413 arrives as {}", status.as_u16()),
    ))
}

async fn health(client: &Client, host: &str) -> Result<Finding> {
    let answer = client.send(Request::get("/healthz").header("Host", host)).await?;
    let body = answer.json()?;
    let clean = answer.header("set-cookie").is_none() && answer.header("location").is_none();
    let good = answer.status == StatusCode::OK && clean && body.get("status").is_some();
    Ok(Finding::pass_if(good, format!("{} {body}", answer.status.as_u16())))
}

async fn untrusted(hop: &Hop, direct: &Client) -> Result<Finding> {
    let Some(IpAddr::V4(_)) = direct.source else { bail!("no foreign source address") };
    let forged: &[Forgery] = &[
        ("X-Forwarded-For", b"1.2.3.4"),
        ("X-Forwarded-Proto", b"https"),
        ("X-Forwarded-Host", b"evil.example"),
    ];
    let answer = hop.ask(direct, forged).await?;
    let seen = format!("{} ({})", conclusion(answer.clone()), answer.trust);
    let good = answer.addr == direct.source
        && !answer.via_proxy
        && !answer.trusted
        && answer.scheme == "http"
        && answer.host == hop.public.authority();
    Ok(Finding::pass_if(good, seen))
}

async fn untrusted_page(hop: &Hop, direct: &Client) -> Result<Finding> {
    let request =
        Request::get("/sign-in").header("X-Forwarded-Proto", "https").header("X-Forwarded-For", "1.2.3.4");
    let answer = direct.send(request).await?;
    let good =
        answer.status == StatusCode::MISDIRECTED_REQUEST && answer.text().contains(hop.public.origin());
    Ok(Finding::pass_if(good, format!("a page asked for past the hop: {}", answer.status.as_u16())))
}

async fn scheme(hop: &Hop, direct: &Client) -> Result<Finding> {
    let page = hop.client.get("/sign-in").await?;
    let to = page.header("location").unwrap_or_default().to_owned();
    let healthy = direct.get("/healthz").await?.status;
    let stays =
        page.status == StatusCode::OK || (page.status == StatusCode::SEE_OTHER && to.starts_with('/'));
    let seen =
        format!("https page {} {to}, plain /healthz on loopback {}", page.status.as_u16(), healthy.as_u16());
    Ok(Finding::pass_if(stays && healthy == StatusCode::OK, seen))
}

async fn wrong_host(hop: &Hop) -> Result<Finding> {
    let mut seen = Vec::new();
    for host in ["evil.example", "localhost", "evil.example:443"] {
        let answer = hop.client.send(Request::get("/sign-in").header("Host", host)).await?;
        if answer.status != StatusCode::MISDIRECTED_REQUEST || !answer.text().contains(hop.public.origin()) {
            return Ok(Finding::fail(format!("Host: {host} answered {}", answer.status.as_u16())));
        }
        seen.push(host);
    }
    Ok(Finding::pass(format!("421 and the right address for Host {}", seen.join(", "))))
}

async fn any_host(hop: &Hop, direct: &Client) -> Result<Finding> {
    for (client, host) in [(direct, "127.0.0.1"), (direct, "evil.example"), (&hop.client, "evil.example")] {
        let finding = health(client, host).await?;
        if finding.verdict != super::Verdict::Pass {
            return Ok(finding);
        }
    }
    Ok(Finding::pass("200 without cookie or redirect, from loopback and through the hop, whatever the Host"))
}

async fn two_hosts(direct: &Client) -> Result<Finding> {
    let mut seen = Vec::new();
    for headers in ["", "Host: a.example\r\nHost: b.example\r\n"] {
        let answer = direct
            .raw(format!("GET /sign-in HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes())
            .await?;
        let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
        if !line.starts_with("HTTP/1.1 400") {
            return Ok(Finding::fail(format!("{:?} answered {line}", headers.trim())));
        }
        seen.push(line);
    }
    Ok(Finding::pass("400 for no Host and for two"))
}

async fn plain_redirects(hop: &Hop, plain: &Client) -> Result<Finding> {
    let answer = plain.get("/tanks?x=1").await?;
    let to = answer.header("location").unwrap_or_default();
    let good = answer.status == StatusCode::PERMANENT_REDIRECT && to == hop.public.url("/tanks?x=1");
    Ok(Finding::pass_if(good, format!("http answered {} {to}", answer.status.as_u16())))
}

async fn plain_post(plain: &Client) -> Result<Finding> {
    let status = plain.send(Request::new(Method::POST, "/sign-in").body("a=b")).await?.status;
    Ok(Finding::pass_if(
        status == StatusCode::BAD_REQUEST,
        format!("a form posted in clear: {}", status.as_u16()),
    ))
}

fn conclusion(answer: Answer) -> Conclusion {
    Conclusion { addr: answer.addr, scheme: answer.scheme, host: answer.host, via_proxy: answer.via_proxy }
}

fn describe(set: &[Forgery]) -> String {
    let headers: Vec<String> =
        set.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect();
    headers.join(" | ")
}
