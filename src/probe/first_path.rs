//! The first path a person takes: set up the first owner, sign in, add a tank, enter readings, see them.

mod account;
mod mails;
mod tank;

use std::net::IpAddr;

use anyhow::Result;
use sqlx::PgPool;

use super::browser::Browser;
use super::client::Client;
use super::report::{Finding, Report};
use crate::db::census::{self, Census};
use crate::proxy::PublicUrl;
use crate::stage::mailsink::MailSink;
use crate::system::clock::Clock;

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
    /// The keeper who was invited.
    keeper: Option<Invited>,
    /// The tank's page.
    pub tank: Option<String>,
}

/// A keeper who came by an invite.
struct Invited {
    browser: Browser,
    password: String,
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
            keeper: None,
            tank: None,
        }
    }

    /// The address that is invited.
    fn invited(&self) -> String {
        self.email.replace("rehearsal-", "invited-")
    }

    /// The address that this one moves to.
    fn moved(&self) -> String {
        self.email.replace("rehearsal-", "moved-")
    }

    /// Walks it. `code` is a setup code.
    pub async fn walk(&mut self, code: &str, report: &mut Report) {
        report.check("setup.needs-code", "", self.setup_needs_code()).await;
        report.check("setup.first-owner", "", self.setup(code)).await;
        report.check("setup.once-only", "", self.setup_again(code)).await;
        report.check("cookies.flags", "R12", async { self.cookies() }).await;
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
        self.mails(report).await;
        report.check("jobs.none-dead", "", self.jobs()).await;
        if self.stranger.is_none() {
            // From the owner's own address: afterwards it has to wait.
            report.check("sign-in.wrong", "R13 C24", self.wrong_passwords()).await;
        }
    }

    async fn count(&self) -> Result<Census> {
        Ok(census::count(&mut *self.pool.acquire().await?).await?)
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
