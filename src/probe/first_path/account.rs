//! The keeper's part of the first path: setup, its mail, cookies, sign-in and out, and who must not get in.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use http::StatusCode;

use super::FirstPath;
use crate::probe::Finding;
use crate::probe::browser::Browser;
use crate::probe::client::Request;
use crate::probe::form::Form;

/// What a client may write about itself that no link in a mail may follow.
const FORGED: [(&str, &str); 6] = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-For", "1.2.3.4"),
    ("Forwarded", "host=evil.example;proto=http"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Original-URL", "/evil"),
];
/// How long a mail may take: a sweep finds a job nobody was woken for within half a minute.
pub(super) const MAIL_WITHIN: Duration = Duration::from_secs(40);
/// More wrong passwords than any limit lets through.
const MANY: usize = 30;

impl FirstPath<'_> {
    fn setup_form(&self, form: &mut Form, code: &str) {
        form.set("code", code).set("name", "Rehearsal").set("email", &self.email);
        form.set("password", &self.password);
        if form.has("again") {
            form.set("again", &self.password);
        }
    }

    pub(super) async fn setup_needs_code(&mut self) -> Result<Finding> {
        let mut form = self.owner.form("/setup").await?;
        ensure!(form.has("code"), "the setup page asks for no code");
        let mut seen = Vec::new();
        for code in ["", "AAAA-BBBB-CCCC", "' or 1=1 --"] {
            self.setup_form(&mut form, code);
            let status = self.owner.submit(&form).await?.status;
            if !status.is_client_error() {
                return Ok(Finding::fail(format!("code {code:?} answered {}", status.as_u16())));
            }
            seen.push(status.as_u16().to_string());
        }
        let keepers = self.count().await?.keepers;
        Ok(Finding::pass_if(
            keepers == 0,
            format!("three wrong codes: {}; keepers afterwards: {keepers}", seen.join(", ")),
        ))
    }

    pub(super) async fn setup(&mut self, code: &str) -> Result<Finding> {
        let mut form = self.owner.form("/setup").await?;
        self.setup_form(&mut form, code);
        let mut request = self.owner.request(&form);
        for (name, value) in FORGED {
            request = request.header(name, value);
        }
        let answer = self.owner.send(request).await?;
        let keepers = self.count().await?.keepers;
        let to = answer.header("location").unwrap_or_default();
        let good = answer.status == StatusCode::SEE_OTHER && keepers == 1 && to.starts_with('/');
        Ok(Finding::pass_if(good, format!("{} to {to}; keepers: {keepers}", answer.status.as_u16())))
    }

    pub(super) async fn setup_again(&mut self, code: &str) -> Result<Finding> {
        let mut stranger = Browser::new(self.client.clone(), self.public.origin());
        let page = stranger.open("/setup").await?.status;
        let mut form = Form::to("/setup");
        self.setup_form(&mut form, code);
        form.set("email", "second@example.org");
        let status = stranger.submit(&form).await?.status;
        let keepers = self.count().await?.keepers;
        let seen = format!("/setup {}, posted again {}; keepers: {keepers}", page.as_u16(), status.as_u16());
        Ok(Finding::pass_if(keepers == 1 && page != StatusCode::OK, seen))
    }

    pub(super) fn cookies(&self) -> Result<Finding> {
        let seen = &self.owner.seen_cookies;
        ensure!(!seen.is_empty(), "no cookie came");
        for line in seen {
            let lower = line.to_ascii_lowercase();
            let mut want = vec!["httponly", "samesite=lax", "path=/"];
            if self.public.is_https() {
                want.push("secure");
            }
            let prefixed = line.starts_with("__Host-") == self.public.is_https();
            if !prefixed || lower.contains("domain=") || want.iter().any(|flag| !lower.contains(flag)) {
                return Ok(Finding::fail(line.as_str()).because("the cookie lacks a flag, or has a Domain"));
            }
        }
        Ok(Finding::pass(seen.first().map_or("", |line| line.as_str())))
    }

    pub(super) async fn sign_out(&mut self) -> Result<Finding> {
        let form = Form::to("/sign-out");
        let status = self.owner.submit(&form).await?.status;
        let page = self.owner.open("/tanks").await?;
        let to = page.header("location").unwrap_or_default();
        let seen = format!("{}; /tanks then {} {to}", status.as_u16(), page.status.as_u16());
        Ok(Finding::pass_if(status == StatusCode::SEE_OTHER && to.starts_with("/sign-in"), seen))
    }

    pub(super) async fn wrong_passwords(&mut self) -> Result<Finding> {
        let client = self.stranger.map_or_else(|| self.client.clone(), |address| self.client.from(address));
        let mut guesser = Browser::new(client, self.public.origin());
        let mut form = guesser.form("/sign-in").await?;
        form.set("email", &self.email);
        for tries in 1..=MANY {
            form.set("password", &format!("wrong-{tries}"));
            let answer = guesser.submit(&form).await?;
            match answer.status.as_u16() {
                429 => {
                    let wait = answer.header("retry-after").unwrap_or("?");
                    return Ok(Finding::pass_if(
                        tries > 3,
                        format!("429 at try {tries}, Retry-After {wait}"),
                    ));
                }
                status if status >= 500 => bail!("try {tries} answered {status}"),
                302 | 303 => bail!("try {tries} was let in"),
                _ => {}
            }
        }
        Ok(Finding::fail(format!("{MANY} wrong passwords and no 429")))
    }

    pub(super) async fn sign_in(&mut self) -> Result<Finding> {
        let mut form = self.owner.form("/sign-in").await?;
        form.set("email", &self.email).set("password", &self.password);
        let to = self.owner.submit_accepted(&form).await.context("the owner")?;
        let page = self.owner.open(&to).await?.status;
        Ok(Finding::pass_if(
            page == StatusCode::OK,
            format!("the owner gets in, whoever guesses; {to} {}", page.as_u16()),
        ))
    }

    pub(super) async fn cross_site(&mut self) -> Result<Finding> {
        let before = self.count().await?.tanks;
        let mut evil = self.owner.clone();
        let form = self.tank_form().await?;
        let mut seen = Vec::new();
        for (origin, site) in [
            ("https://evil.example", "cross-site"),
            ("null", "cross-site"),
            ("https://evil.example", "same-origin"),
        ] {
            let request = Request::form(&form.action, form.encoded());
            let request = request.header("Origin", origin).header("Sec-Fetch-Site", site);
            let status = evil.send(request).await?.status;
            if status != StatusCode::FORBIDDEN {
                return Ok(Finding::fail(format!("Origin {origin}, {site}: {}", status.as_u16())));
            }
            seen.push(origin);
        }
        let after = self.count().await?.tanks;
        Ok(Finding::pass_if(before == after, format!("403 for a form from {}", seen.join(", "))))
    }
}
