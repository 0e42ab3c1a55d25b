//! The first path a person takes: set up the first owner, sign in, add a tank, enter readings, see them.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan as _};
use sqlx::PgPool;

use super::browser::Browser;
use super::client::{Answer, Client};
use super::form::Form;
use super::report::{Finding, Report};
use crate::db::census::{self, Census};
use crate::proxy::PublicUrl;
use crate::stage::mailsink::MailSink;
use crate::system::clock::Clock;

/// What a client may write about itself that no link in a mail may follow.
const FORGED: [(&str, &str); 6] = [
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-For", "1.2.3.4"),
    ("Forwarded", "host=evil.example;proto=http"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Original-URL", "/evil"),
];
const MAIL_WITHIN: Duration = Duration::from_secs(40);
/// How the batch form's number fields end.
const VALUE: &str = "_value";
/// More wrong passwords than any limit lets through.
const MANY: usize = 30;

/// A first owner's way through the pages.
pub struct FirstPath<'a> {
    /// Through the hop.
    pub client: Client,
    /// The install's address.
    pub public: PublicUrl,
    /// To count what is really stored.
    pub pool: &'a PgPool,
    /// Where its mails go.
    pub sink: &'a MailSink,
    /// An address to guess passwords from, where the hop lets us choose one.
    pub stranger: Option<IpAddr>,
    email: String,
    password: String,
    /// The owner's browser.
    pub owner: Browser,
    /// The tank's page.
    pub tank: Option<String>,
}

impl<'a> FirstPath<'a> {
    /// Before the first step, with made-up credentials.
    pub fn new(
        client: Client,
        public: &PublicUrl,
        pool: &'a PgPool,
        sink: &'a MailSink,
        stranger: Option<IpAddr>,
    ) -> Self {
        let id = Clock::system().uuid().simple().to_string();
        Self {
            owner: Browser::new(client.clone(), public.origin()),
            client,
            public: public.clone(),
            pool,
            sink,
            stranger,
            email: format!("rehearsal-{}@example.org", &id[24..]),
            password: Clock::system().token(),
            tank: None,
        }
    }

    /// Walks it. `code` is a setup code.
    pub async fn walk(&mut self, code: &str, report: &mut Report) {
        report.check("setup.needs-code", "", self.setup_needs_code()).await;
        report.check("setup.first-owner", "", self.setup(code)).await;
        report.check("setup.once-only", "", self.setup_again(code)).await;
        report.check("cookies.flags", "R12", async { self.cookies() }).await;
        report.check("mail.links", "R8 C14", self.welcome()).await;
        report.check("sign-out", "", self.sign_out()).await;
        if self.stranger.is_some() {
            report.check("sign-in.wrong", "R13 C24", self.wrong_passwords()).await;
        }
        report.check("sign-in", "", self.sign_in()).await;
        report.check("forms.cross-site", "R8 C15", self.cross_site()).await;
        report.check("tank.create", "", self.add_tank()).await;
        report.check("readings.batch", "", self.batch()).await;
        report.check("readings.refused", "", self.refused()).await;
        report.check("chart", "", self.chart()).await;
        report.check("dashboard", "", self.dashboard()).await;
        report.check("pages.foreign-id", "C24", self.foreign_id()).await;
        report.check("jobs.none-dead", "", self.jobs()).await;
        if self.stranger.is_none() {
            // From the owner's own address: afterwards it has to wait.
            report.check("sign-in.wrong", "R13 C24", self.wrong_passwords()).await;
        }
    }

    async fn count(&self) -> Result<Census> {
        Ok(census::count(&mut *self.pool.acquire().await?).await?)
    }

    fn setup_form(&self, form: &mut Form, code: &str) {
        form.set("code", code).set("name", "Rehearsal").set("email", &self.email);
        form.set("password", &self.password);
        if form.has("again") {
            form.set("again", &self.password);
        }
    }

    async fn setup_needs_code(&mut self) -> Result<Finding> {
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

    async fn setup(&mut self, code: &str) -> Result<Finding> {
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

    async fn setup_again(&mut self, code: &str) -> Result<Finding> {
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

    fn cookies(&self) -> Result<Finding> {
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

    /// The job that the setup page wrote, done by the worker: its mail, with links to the public address alone.
    async fn welcome(&self) -> Result<Finding> {
        let mail = self.sink.wait_for(MAIL_WITHIN, |mail| mail.to.contains(&self.email)).await?;
        let text = mail.part("text/plain").context("the mail has no plain text")?;
        let html = mail.part("text/html").unwrap_or_default();
        let links: Vec<&str> = links(&text).chain(links(&html)).collect();
        ensure!(!links.is_empty(), "the mail has no link");
        for link in &links {
            let rest = link.strip_prefix(self.public.origin());
            if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                return Ok(Finding::fail(format!("a link in the mail is {link}")));
            }
        }
        let subject = mail.header("Subject").unwrap_or_default();
        Ok(Finding::pass(format!(
            "{subject:?} came through the worker; all {} links begin with {}",
            links.len(),
            self.public
        )))
    }

    async fn sign_out(&mut self) -> Result<Finding> {
        let form = Form::to("/sign-out");
        let status = self.owner.submit(&form).await?.status;
        let page = self.owner.open("/tanks").await?;
        let to = page.header("location").unwrap_or_default();
        let seen = format!("{}; /tanks then {} {to}", status.as_u16(), page.status.as_u16());
        Ok(Finding::pass_if(status == StatusCode::SEE_OTHER && to.starts_with("/sign-in"), seen))
    }

    async fn wrong_passwords(&mut self) -> Result<Finding> {
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

    async fn sign_in(&mut self) -> Result<Finding> {
        let mut form = self.owner.form("/sign-in").await?;
        form.set("email", &self.email).set("password", &self.password);
        let to = self.owner.submit_accepted(&form).await.context("the owner")?;
        let page = self.owner.open(&to).await?.status;
        Ok(Finding::pass_if(
            page == StatusCode::OK,
            format!("the owner gets in, whoever guesses; {to} {}", page.as_u16()),
        ))
    }

    async fn cross_site(&mut self) -> Result<Finding> {
        let before = self.count().await?.tanks;
        let mut evil = self.owner.clone();
        let form = self.tank_form().await?;
        let mut seen = Vec::new();
        for (origin, site) in [
            ("https://evil.example", "cross-site"),
            ("null", "cross-site"),
            ("https://evil.example", "same-origin"),
        ] {
            let request = super::client::Request::form(&form.action, form.encoded());
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

    async fn tank_form(&mut self) -> Result<Form> {
        let mut form = self.owner.form("/tanks/new").await?;
        form.set("name", "Rehearsal reef").set("profile", "reef_sw").set("timezone", "Europe/Berlin");
        form.set("volume", "240");
        Ok(form)
    }

    async fn add_tank(&mut self) -> Result<Finding> {
        let form = self.tank_form().await?;
        let to = self.owner.submit_accepted(&form).await?;
        let again = self.owner.submit(&form).await?.status;
        let tanks = self.count().await?.tanks;
        let page = self.owner.open(&to).await?.status;
        let seen = format!("{to} {}; sent twice ({}) it is still {tanks}", page.as_u16(), again.as_u16());
        self.tank = Some(to.split(['?', '#']).next().unwrap_or_default().to_owned());
        Ok(Finding::pass_if(page == StatusCode::OK && tanks == 1, seen))
    }

    /// A filled-in batch form for the tank; its id is new.
    ///
    /// # Errors
    /// When there is no tank, or its page no form.
    pub async fn batch_form(&mut self) -> Result<Form> {
        let tank = self.tank.clone().context("there is no tank")?;
        let mut form = self.owner.form(&format!("{tank}/readings/new")).await?;
        let keys: Vec<String> =
            form.names().filter_map(|name| name.strip_suffix(VALUE)).map(ToOwned::to_owned).collect();
        ensure!(!keys.is_empty(), "the batch form has no parameters");
        for key in keys {
            form.set(&format!("{key}{VALUE}"), plausible(&key));
        }
        Ok(form)
    }

    async fn batch(&mut self) -> Result<Finding> {
        let before = self.count().await?;
        let form = self.batch_form().await?;
        let filled =
            |name: &&str| name.ends_with(VALUE) && form.value(name).is_some_and(|value| !value.is_empty());
        let wanted = form.names().filter(filled).count();
        self.owner.submit_accepted(&form).await?;
        self.owner.submit(&form).await?;
        let mut earlier = self.batch_form().await?;
        shift(&mut earlier, -SignedDuration::from_hours(30))?;
        self.owner.submit_accepted(&earlier).await.context("a batch of yesterday")?;
        let after = self.count().await?;
        let (readings, batches) = (after.readings - before.readings, after.batches - before.batches);
        let seen = format!(
            "2 batches (one sent twice) of {wanted} parameters: {readings} readings in {batches} batches"
        );
        Ok(Finding::pass_if(batches == 2 && usize::try_from(readings) == Ok(wanted * 2), seen))
    }

    async fn refused(&mut self) -> Result<Finding> {
        let before = self.count().await?.readings;
        let bad = ["NaN", "Infinity", "1e999", "-400", "9999999999", "7<script>", "eight", "\u{1}"];
        for value in bad {
            let mut form = self.batch_form().await?;
            let name =
                form.names().find(|name| name.ends_with(VALUE)).map(ToOwned::to_owned).context("no field")?;
            form.set(&name, value);
            let status = self.owner.submit(&form).await?.status;
            if !status.is_client_error() {
                return Ok(Finding::fail(format!("{value:?} answered {}", status.as_u16())));
            }
        }
        let mut future = self.batch_form().await?;
        shift(&mut future, SignedDuration::from_hours(30))?;
        let status = self.owner.submit(&future).await?.status;
        let after = self.count().await?.readings;
        let seen =
            format!("{} bad values refused, a future time {}; nothing stored", bad.len(), status.as_u16());
        Ok(Finding::pass_if(status.is_client_error() && before == after, seen))
    }

    async fn chart(&mut self) -> Result<Finding> {
        let tank = self.tank.clone().context("there is no tank")?;
        let page = self.owner.open(&tank).await?;
        let html = page.text();
        let good = page.status == StatusCode::OK && html.contains("<svg") && html.contains("id=\"chart\"");
        Ok(Finding::pass_if(
            good,
            format!("{tank} {}, {} KB, with a chart", page.status.as_u16(), page.body.len() / 1024),
        ))
    }

    async fn dashboard(&mut self) -> Result<Finding> {
        let page: Answer = self.owner.open("/").await?;
        let named = page.text().contains("Rehearsal reef");
        Ok(Finding::pass_if(
            page.status == StatusCode::OK && named,
            format!("/ {}, the tank is on it: {named}", page.status.as_u16()),
        ))
    }

    async fn foreign_id(&mut self) -> Result<Finding> {
        let id = Clock::system().uuid();
        let unknown = self.owner.open(&format!("/tanks/{id}")).await?.status;
        let nonsense = self.owner.open("/tanks/..%2f..%2fetc").await?.status;
        let good = [unknown, nonsense] == [StatusCode::NOT_FOUND; 2];
        Ok(Finding::pass_if(
            good,
            format!(
                "a tank that is not there {}, an id that is none {}",
                unknown.as_u16(),
                nonsense.as_u16()
            ),
        ))
    }

    async fn jobs(&self) -> Result<Finding> {
        let census = self.count().await?;
        let seen = format!(
            "jobs done {}, open {}, given up {}",
            census.jobs_done, census.jobs_open, census.jobs_dead
        );
        Ok(Finding::pass_if(census.jobs_done > 0 && census.jobs_dead == 0, seen))
    }
}

/// A value a reef keeper might read off a kit.
fn plausible(key: &str) -> &'static str {
    match key {
        "temperature" => "25.4",
        "ph" => "8,1",
        "salinity" => "35",
        "ammonia" | "nitrite" => "<0.02",
        "nitrate" => "5",
        "phosphate" => "0.03",
        "kh" => "8.2",
        "calcium" => "420",
        "magnesium" => "1300",
        _ => "",
    }
}

fn shift(form: &mut Form, by: SignedDuration) -> Result<()> {
    let taken: DateTime =
        form.value("taken_at").context("the form has no time")?.parse().context("the form's time")?;
    let taken = taken.checked_add(by.as_hours().hours())?;
    form.set("taken_at", &taken.strftime("%Y-%m-%dT%H:%M").to_string());
    Ok(())
}

/// Every absolute link in a text.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'<>()".contains(c))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|link| link.trim_end_matches(['.', ',']))
}
