//! `safeharbor verify https://host`: the public address of a running install, looked at from outside.

use std::io::Read as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::VerifyArgs;
use crate::probe::client::{Client, Dial};
use crate::probe::contract::{self, Hop};
use crate::probe::{Finding, Format, Report, outside, site};
use crate::proxy::PublicUrl;
use crate::stage::caddy::authorities;

/// No answer within this is no answer.
const DIAL_WITHIN: Duration = Duration::from_secs(5);

/// Looks at everything that can be seen from here. Changes nothing. The exit code is 0 when nothing failed and
/// 1 when something did.
///
/// # Errors
/// When it could not run: exit code 2.
pub async fn run(args: &VerifyArgs) -> Result<u8> {
    let public = PublicUrl::parse(args.url.trim_end_matches('/'))
        .with_context(|| format!("{} is no public address", args.url))?;
    let token = token(args)?;
    let roots = args.ca.as_deref().map(authorities).transpose()?.unwrap_or_default();
    let mut report = Report::to_stdout(Format::choose(args.report.json));
    if args.connect.is_none() {
        report.check("dns", "", dns(&public)).await;
    }
    let client = match outside::client(&public, args.connect, &roots).await {
        Ok(client) => client,
        Err(error) => {
            report.record("connect", "", &Finding::fail(format!("{error:#}")));
            return Ok(report.finish());
        }
    };
    site::probe(&client, &public, &mut report).await;
    report.check("tls.redirect", "", redirect(&public, &client, args.connect)).await;
    if token.is_empty() {
        let why =
            "no token: `safeharbor verify-token` on the machine it runs on makes one (--token, --token-file)";
        report.record("hop.nonce", "R7", &Finding::skip(why));
    } else {
        let hop = Hop { client, plain: None, public, token, visitor: None };
        contract::from_outside(&hop, &mut report).await;
    }
    if let Some(direct) = args.direct {
        report.check("C21.direct", "R10", not_answering(direct)).await;
    }
    Ok(report.finish())
}

fn token(args: &VerifyArgs) -> Result<String> {
    let text = match (&args.token, &args.token_file) {
        (Some(token), _) => token.clone(),
        (None, Some(file)) if file.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("reading the token from standard input")?;
            text
        }
        (None, Some(file)) => {
            std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?
        }
        (None, None) => return Ok(String::new()),
    };
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        bail!("that is no token of `safeharbor verify-token`");
    }
    Ok(token.to_owned())
}

async fn dns(public: &PublicUrl) -> Result<Finding> {
    let found = outside::resolve(public).await?;
    let addresses: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
    let seen = format!("{} is {}", public.host(), addresses.join(", "));
    Ok(Finding::pass_if(!found.is_empty(), seen))
}

/// The same name on port 80 must lead to https, and show no page of its own.
async fn redirect(public: &PublicUrl, client: &Client, connect: Option<SocketAddr>) -> Result<Finding> {
    if !public.is_https() || public.port() != 443 || connect.is_some() {
        return Ok(Finding::skip("only an https address on its usual port has a plain one beside it"));
    }
    let Dial::Tcp(address) = client.dial else { return Ok(Finding::skip("no TCP")) };
    let plain = Client { dial: Dial::Tcp(SocketAddr::new(address.ip(), 80)), tls: None, ..client.clone() };
    let answer = match plain.get("/sign-in").await {
        Ok(answer) => answer,
        Err(error) => return Ok(Finding::pass(format!("port 80 does not answer ({error:#})"))),
    };
    let to = answer.header("location").unwrap_or_default().to_owned();
    let good = answer.status.is_redirection() && to.starts_with(public.origin());
    let seen = format!("http answers {} {to}", answer.status.as_u16());
    Ok(Finding::pass_if(good, seen)
        .because("somebody who types the name without https is not led to it")
        .then("with Cloudflare: SSL/TLS → Edge Certificates → Always Use HTTPS"))
}

/// The app's own port must not be reachable past the hop.
async fn not_answering(direct: SocketAddr) -> Result<Finding> {
    match timeout(DIAL_WITHIN, TcpStream::connect(direct)).await {
        Err(_) => Ok(Finding::pass(format!("{direct}: no answer within {} s", DIAL_WITHIN.as_secs()))),
        Ok(Err(error)) => Ok(Finding::pass(format!("{direct}: {error}"))),
        Ok(Ok(_)) => {
            let client =
                Client { dial: Dial::Tcp(direct), tls: None, host: direct.to_string(), source: None };
            let said = match client.get("/livez").await {
                Ok(answer) if answer.status == StatusCode::OK => "and it is a web service".to_owned(),
                Ok(answer) => format!("with {}", answer.status.as_u16()),
                Err(error) => format!("({error:#})"),
            };
            Ok(Finding::fail(format!("{direct} answers {said}"))
                .because("the app listens on more than loopback, or a port is forwarded to it")
                .then("set LISTEN to 127.0.0.1:PORT; `safeharbor doctor` shows what the kernel says"))
        }
    }
}
