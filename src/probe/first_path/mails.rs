//! The mails' part of the first path: each kind is caused by a page, comes by the worker, and leads where it should.

use anyhow::{Context as _, Result, ensure};
use http::StatusCode;

use super::account::MAIL_WITHIN;
use super::{FirstPath, Invited};
use crate::domain::second_factor::Secret;
use crate::jobs::job::KINDS;
use crate::probe::browser::Browser;
use crate::probe::form::Form;
use crate::probe::letter::judge;
use crate::probe::{Finding, Report};
use crate::stage::mailsink::Mail;
use crate::system::clock::Clock;

/// What proves that a kind of mail works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The first owner was set up.
    Welcome,
    /// An owner asks for it.
    Test,
    /// Somebody is invited, and registers with the link.
    Invite,
    /// Somebody forgot their password, and chooses another with the link.
    Reset,
    /// That one is told.
    PasswordChanged,
    /// A keeper turns a second factor on, and signs in with it.
    SecondFactor,
    /// A keeper asks for another address, and confirms it with the link.
    EmailChange,
    /// The old address is told.
    EmailChanged,
}

/// How each kind of job is proved, in the order of [`KINDS`], so that a new kind does not compile without an answer;
/// none for what sends no mail of its own.
const PROOFS: [(&str, Option<Proof>); KINDS.len()] = [
    ("mail.welcome", Some(Proof::Welcome)),
    ("mail.test", Some(Proof::Test)),
    ("mail.invite", Some(Proof::Invite)),
    ("mail.reset", Some(Proof::Reset)),
    ("mail.password_changed", Some(Proof::PasswordChanged)),
    ("mail.second_factor", Some(Proof::SecondFactor)),
    ("mail.email_change", Some(Proof::EmailChange)),
    ("mail.email_changed", Some(Proof::EmailChanged)),
    ("channel.message", None),
    ("housekeeping", None),
    ("alerts", None),
    ("alerts.all", None),
    ("reminders", None),
];

impl FirstPath<'_> {
    /// Every kind of mail, one probe each, named like the kind.
    pub(super) async fn mails(&mut self, report: &mut Report) {
        for (kind, proof) in PROOFS {
            let id = kind.replace('_', "-");
            match proof {
                Some(Proof::Welcome) => report.check(&id, "R8 C14", self.welcome(kind)).await,
                Some(Proof::Test) => report.check(&id, "R8", self.test_mail(kind)).await,
                Some(Proof::Invite) => report.check(&id, "R8", self.invite(kind)).await,
                Some(Proof::Reset) => report.check(&id, "R8", self.forgotten(kind)).await,
                Some(Proof::PasswordChanged) => report.check(&id, "R8", self.told_of_reset(kind)).await,
                Some(Proof::SecondFactor) => report.check(&id, "R8", self.second_factor(kind)).await,
                Some(Proof::EmailChange) => report.check(&id, "R8", self.email_change(kind)).await,
                Some(Proof::EmailChanged) => report.check(&id, "R8", self.told_of_move(kind)).await,
                None => continue,
            };
        }
        report.check("channel.mail", "R8", self.channel_mail()).await;
        report.check("alert.mail", "R8", self.alert_mail()).await;
    }

    /// Waits for a mail of this subject to that address, and judges it.
    async fn comes(&self, kind: &str, to: &str, subject: &str) -> Result<(Mail, String)> {
        let is_it = |mail: &Mail| {
            mail.to.iter().any(|one| one == to)
                && mail.header("Subject").is_some_and(|line| line.contains(subject))
        };
        let mail = self.sink.wait_for(MAIL_WITHIN, is_it).await?;
        let seen = judge(&mail, kind, to, &self.public, self.pool).await?;
        Ok((mail, seen))
    }

    /// Where the link in a mail leads that begins so, below the public address.
    fn path_in(&self, mail: &Mail, start: &str) -> Result<String> {
        let paths = mail.links().into_iter().filter_map(|link| {
            link.strip_prefix(self.public.origin()).filter(|path| path.starts_with(start)).map(str::to_owned)
        });
        let mut paths: Vec<_> = paths.collect();
        paths.sort();
        paths.dedup();
        ensure!(paths.len() == 1, "{} different links begin with {start}", paths.len());
        paths.pop().context("no link")
    }

    fn stranger_to_it(&self) -> Browser {
        Browser::new(self.client.clone(), self.public.origin())
    }

    /// The one the setup page asked for, with a host of its own in every header a client can write.
    async fn welcome(&self, kind: &str) -> Result<Finding> {
        let (_, seen) = self.comes(kind, &self.email, "is ready").await?;
        Ok(Finding::pass(seen))
    }

    async fn test_mail(&mut self, kind: &str) -> Result<Finding> {
        self.owner.submit_accepted(&Form::to("/settings/mail/test")).await?;
        let (_, seen) = self.comes(kind, &self.email, "works").await?;
        Ok(Finding::pass(seen))
    }

    /// Invites by the page, registers by the mail's link; the same link again makes nobody.
    async fn invite(&mut self, kind: &str) -> Result<Finding> {
        let to = self.invited();
        let mut form = self.owner.form("/settings/invites").await?;
        form.set("email", &to).set("role", "keeper");
        let answer = self.owner.submit(&form).await?;
        ensure!(answer.status == StatusCode::OK, "inviting answered {}", answer.status.as_u16());
        let (mail, seen) = self.comes(kind, &to, "invited").await?;
        let path = self.path_in(&mail, "/register/")?;
        let mut newcomer = self.stranger_to_it();
        let mut form = newcomer.form(&path).await?;
        let password = Clock::system().token();
        form.set("name", "Rehearsal keeper").set("units", "metric");
        form.set("password", &password).set("again", &password);
        newcomer.submit_accepted(&form).await.context("registering")?;
        let home = newcomer.open("/").await?.status;
        let again = newcomer.submit(&form).await?.status;
        let keepers = self.count().await?.keepers;
        let good = home == StatusCode::OK && again == StatusCode::GONE && keepers == 2;
        let seen = format!("{seen}; it made a keeper, and used again {}; keepers: {keepers}", again.as_u16());
        self.keeper = Some(Invited { browser: newcomer, password });
        Ok(Finding::pass_if(good, seen))
    }

    /// Asks for a link without being signed in; the password chosen with it ends the keeper's session, and lets in.
    async fn forgotten(&mut self, kind: &str) -> Result<Finding> {
        let to = self.invited();
        let mut keeper = self.keeper.take().context("nobody registered")?.browser;
        let mut stranger = self.stranger_to_it();
        let mut form = stranger.form("/forgotten").await?;
        form.set("email", &to);
        let status = stranger.submit(&form).await?.status;
        ensure!(status == StatusCode::OK, "asking answered {}", status.as_u16());
        let (mail, seen) = self.comes(kind, &to, "new password").await?;
        let path = self.path_in(&mail, "/reset/")?;
        let mut form = stranger.form(&path).await?;
        let password = Clock::system().token();
        form.set("password", &password).set("again", &password);
        stranger.submit_accepted(&form).await.context("choosing a password")?;
        let used = stranger.open(&path).await?.status;
        let before = keeper.open("/").await?.status;
        let mut form = keeper.form("/sign-in").await?;
        form.set("email", &to).set("password", &password);
        keeper.submit_accepted(&form).await.context("the new password")?;
        self.keeper = Some(Invited { browser: keeper, password });
        let good = used == StatusCode::GONE && before.is_redirection();
        let seen = format!(
            "{seen}; the new password lets in, the old session is over ({}), the link too ({})",
            before.as_u16(),
            used.as_u16()
        );
        Ok(Finding::pass_if(good, seen))
    }

    async fn told_of_reset(&self, kind: &str) -> Result<Finding> {
        let (_, seen) = self.comes(kind, &self.invited(), "was changed").await?;
        Ok(Finding::pass(seen))
    }

    /// Sets an app up, signs in with its next code on another device, and not with that one again.
    async fn second_factor(&mut self, kind: &str) -> Result<Finding> {
        let to = self.invited();
        let Invited { browser: keeper, password } = self.keeper.as_mut().context("nobody registered")?;
        let mut form = keeper.form("/settings/account/second-factor").await?;
        form.set("current_password", password);
        let shown = keeper.submit(&form).await?;
        ensure!(shown.status == StatusCode::OK, "setting up answered {}", shown.status.as_u16());
        let html = shown.text();
        let typed =
            html.split("id=\"secret\"").nth(1).and_then(|rest| rest.split(['<', '>']).find_map(Secret::read));
        let secret = typed.context("no secret is shown")?;
        let now = Clock::system().now().as_second();
        let mut form = Form::first_post(&html).context("no form for the first code")?;
        form.set("code", &secret.code(now));
        let codes = keeper.submit(&form).await?;
        ensure!(codes.status == StatusCode::OK, "the first code answered {}", codes.status.as_u16());
        let (email, password) = (to.clone(), password.clone());
        let (_, seen) = self.comes(kind, &to, "second factor is on").await?;

        // The code of the step that comes next is taken too, as from a clock that is half a minute fast.
        let code = secret.code(now + 30);
        let (mut first, mut second) = (self.stranger_to_it(), self.stranger_to_it());
        for device in [&mut first, &mut second] {
            let mut form = device.form("/sign-in").await?;
            form.set("email", &email).set("password", &password);
            device.submit_accepted(&form).await.context("the password")?;
            let half = device.open("/").await?.status;
            ensure!(half.is_redirection(), "the password alone opens the log");
        }
        let mut form = first.form("/sign-in/code").await?;
        form.set("code", &code);
        first.submit_accepted(&form).await.context("the code")?;
        let home = first.open("/").await?.status;
        let mut form = second.form("/sign-in/code").await?;
        form.set("code", &code);
        let again = second.submit(&form).await?.status;
        let good = home == StatusCode::OK && again == StatusCode::UNPROCESSABLE_ENTITY;
        let seen = format!("{seen}; its code signs in once, used again {}", again.as_u16());
        Ok(Finding::pass_if(good, seen))
    }

    /// Asks for another address, and confirms it with the link that went there.
    async fn email_change(&mut self, kind: &str) -> Result<Finding> {
        let to = self.moved();
        let Invited { browser: keeper, password } = self.keeper.as_mut().context("nobody registered")?;
        let mut form = keeper.form("/settings/account/email").await?;
        form.set("email", &to).set("current_password", password);
        keeper.submit_accepted(&form).await.context("asking for another address")?;
        let (mail, seen) = self.comes(kind, &to, "address").await?;
        let path = self.path_in(&mail, "/email/")?;
        let refused = self.stranger_to_it().submit(&Form::to(&path)).await?.status;
        let Invited { browser: keeper, .. } = self.keeper.as_mut().context("nobody registered")?;
        let form = keeper.form(&path).await?;
        let changed = keeper.submit(&form).await?.status;
        let again = keeper.submit(&form).await?.status;
        let good = refused == StatusCode::FORBIDDEN && changed.is_redirection() && again == StatusCode::GONE;
        let seen = format!("{seen}; the link changed the address, used again {}", again.as_u16());
        Ok(Finding::pass_if(good, seen))
    }

    async fn told_of_move(&self, kind: &str) -> Result<Finding> {
        let (mail, seen) = self.comes(kind, &self.invited(), "address").await?;
        let text = mail.part("text/plain").unwrap_or_default();
        Ok(Finding::pass_if(text.contains(&self.moved()), format!("{seen}; it names the new address")))
    }

    /// The test of the channel that everybody has: one's own mail.
    async fn channel_mail(&mut self) -> Result<Finding> {
        let page = self.owner.open("/settings/channels").await?.text();
        let ids = page.split('"').filter_map(|part| part.strip_prefix("/settings/channels/"));
        let id = ids.into_iter().find(|id| id.len() == 36).context("the owner has no channel")?;
        self.owner.submit_accepted(&Form::to(&format!("/settings/channels/{id}/test"))).await?;
        let (_, seen) = self.comes("channel.message", &self.email, "A test from").await?;
        Ok(Finding::pass(seen))
    }

    /// A first reading far above the range, in a tank of its own: everybody who keeps the log is told, once.
    async fn alert_mail(&mut self) -> Result<Finding> {
        let mut form = self.owner.form("/tanks/new").await?;
        form.set("name", "Rehearsal nano").set("profile", "reef_sw").set("timezone", "Europe/Berlin");
        let to = self.owner.submit_accepted(&form).await?;
        let tank = to.split(['?', '#']).next().unwrap_or_default();
        let mut form = self.owner.form(&format!("{tank}/readings/new")).await?;
        form.set("temperature_value", "33");
        self.owner.submit_accepted(&form).await.context("a reading that is too high")?;
        let (mail, seen) = self.comes("channel.message", &self.email, "Rehearsal nano").await?;
        self.comes("channel.message", &self.moved(), "Rehearsal nano").await.context("the other keeper")?;
        for link in mail.links() {
            let path = link.strip_prefix(self.public.origin()).unwrap_or_default();
            let path = path.split('#').next().unwrap_or_default();
            ensure!(path.starts_with(tank), "a link of the alert leads to {path}");
            let status = self.owner.open(path).await?.status;
            ensure!(status == StatusCode::OK, "a link of the alert answers {}", status.as_u16());
        }
        Ok(Finding::pass(format!("{seen}, and lead to the tank")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_mail_has_a_proof() {
        assert_eq!(PROOFS.map(|(kind, _)| kind), KINDS);
        for (kind, proof) in PROOFS {
            assert_eq!(kind.starts_with("mail."), proof.is_some(), "{kind}");
        }
    }
}
