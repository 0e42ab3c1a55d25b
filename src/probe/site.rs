//! What every visitor meets: certificate, security headers, what must not be public.

use anyhow::{Context as _, Result};
use http::StatusCode;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::client::Client;
use super::report::{Finding, Report};
use crate::proxy::PublicUrl;
use crate::system::clock::Clock;

/// A certificate that ends sooner than this is a warning, unless its whole life is that short.
const SOON_HOURS: i64 = 14 * 24;

/// Runs the probes of the site itself.
pub async fn probe(client: &Client, public: &PublicUrl, report: &mut Report) {
    if public.is_https() {
        report.check("tls.chain", "", chain(client)).await;
    }
    report.check("site.security-headers", "R12", headers(client, public.is_https())).await;
    report.check("site.assets", "", assets(client)).await;
    report.check("site.metrics-hidden", "R15", metrics_hidden(client)).await;
    report.check("site.livez", "R11", livez(client)).await;
}

async fn chain(client: &Client) -> Result<Finding> {
    let chain = client.certificates().await.map_err(|error| {
        error.context("the certificate is not good for this name, or its authority is unknown (`--ca FILE` for one's own)")
    })?;
    let own = chain.first().context("no certificate")?;
    let (_, certificate) = X509Certificate::from_der(own).context("the certificate cannot be read")?;
    let validity = certificate.validity();
    let now = Clock::system().now().as_second();
    let hours = (validity.not_after.timestamp() - now) / 3600;
    let life = (validity.not_after.timestamp() - validity.not_before.timestamp()) / 3600;
    let issuer = certificate.issuer().to_string();
    let seen = format!("chain of {} checked, issued by {issuer}, {hours} h left", chain.len());
    if hours < SOON_HOURS && hours * 3 < life {
        return Ok(Finding::warn(seen)
            .because("it should have been renewed by now")
            .then("look at the hop's log"));
    }
    Ok(Finding::pass(seen))
}

async fn headers(client: &Client, https: bool) -> Result<Finding> {
    let page = client.get("/sign-in").await?;
    let csp = page.header("content-security-policy").unwrap_or_default();
    let mut wrong = Vec::new();
    if csp.is_empty() || csp.contains("unsafe-inline") || csp.contains("unsafe-eval") || csp.contains('*') {
        wrong.push(format!("Content-Security-Policy: {csp}"));
    }
    let mut want =
        vec![("x-content-type-options", "nosniff"), ("referrer-policy", ""), ("cache-control", "no-store")];
    if https {
        want.push(("strict-transport-security", "max-age="));
    }
    if !csp.contains("frame-ancestors 'none'") {
        want.push(("x-frame-options", "DENY"));
    }
    for (name, part) in want {
        let lines = page.headers.get_all(name).iter().count();
        if lines != 1 || !page.header(name).is_some_and(|value| value.contains(part)) {
            wrong.push(format!("{name} ({lines} lines)"));
        }
    }
    if page.header("referrer-policy") == Some("no-referrer") {
        wrong.push("Referrer-Policy: no-referrer makes browsers send Origin: null with forms".to_owned());
    }
    if wrong.is_empty() {
        return Ok(Finding::pass("strict content policy, nosniff, no framing, referrer policy, no-store"));
    }
    Ok(Finding::fail(format!("missing or wrong: {}", wrong.join("; ")))
        .because("the hop changes the service's headers, or sets them twice"))
}

/// The style sheet a page names is there, cached for good, of the right type.
async fn assets(client: &Client) -> Result<Finding> {
    let page = client.get("/sign-in").await?;
    let mut html = page.text();
    if let Some(to) = page.header("location") {
        html = client.get(to).await?.text();
    }
    let path = html
        .split(['"', '\''])
        .find(|part| part.starts_with("/assets/") && part.contains(".css"))
        .context("the page names no style sheet")?;
    let css = client.get(path).await?;
    let kind = css.header("content-type").unwrap_or_default();
    let cache = css.header("cache-control").unwrap_or_default();
    let good = css.status == StatusCode::OK && kind.starts_with("text/css") && cache.contains("immutable");
    Ok(Finding::pass_if(
        good,
        format!("{path}: {} {kind}, {cache}, {} bytes", css.status.as_u16(), css.body.len()),
    ))
}

async fn metrics_hidden(client: &Client) -> Result<Finding> {
    let status = client.get("/metrics").await?.status;
    Ok(Finding::pass_if(
        status == StatusCode::NOT_FOUND,
        format!("/metrics on the public address: {}", status.as_u16()),
    ))
}

async fn livez(client: &Client) -> Result<Finding> {
    let status = client.get("/livez").await?.status;
    Ok(Finding::pass_if(status == StatusCode::OK, format!("/livez {}", status.as_u16())))
}
