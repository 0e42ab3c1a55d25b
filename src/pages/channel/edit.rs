//! `GET` and `POST /settings/channels/{id}`: a channel as it is, and what came of its messages.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::form::ChannelForm;
use super::{AtChannel, href, title};
use crate::db;
use crate::db::channel::own::{self, Own, Token};
use crate::domain::channel::{Kind, check};
use crate::domain::egress::{AllowList, Target};
use crate::domain::field::{FORM, FieldErrors};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "channel/edit.html")]
pub struct EditChannelPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What the channel is called.
    pub title: String,
    /// Its address.
    pub href: String,
    /// The version that the form is about.
    pub version: String,
    /// The form.
    pub form: ChannelForm,
    /// In use.
    pub enabled: bool,
    /// The keeper's own mail, which stays.
    pub mail: bool,
    /// It is signed.
    pub webhook: bool,
    /// When a message went out last; empty when none has.
    pub sent: String,
    /// When a message failed last; empty when the last one went out.
    pub failed: String,
    /// Why.
    pub why: String,
}

fn page(visit: &Visit, own: &Own, form: ChannelForm) -> EditChannelPage {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let when = |at| text::when(at, &home, now, visit.dates());
    EditChannelPage {
        shell: visit.shell("settings"),
        title: title(own.kind, &own.name),
        href: href(own.id),
        version: own.version.to_string(),
        form,
        enabled: own.enabled,
        mail: own.kind == Kind::Mail,
        webhook: own.kind == Kind::Webhook,
        sent: own.last_sent_at.map(when).unwrap_or_default(),
        failed: own.failure.as_ref().map(|(_, at)| when(*at)).unwrap_or_default(),
        why: own.failure.as_ref().map(|(why, _)| why.clone()).unwrap_or_default(),
    }
}

/// Shows the channel.
///
/// # Errors
/// When the keeper has no such channel, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    let own =
        own::find(&mut *visit.app.connection().await?, keeper.id, at.0).await?.ok_or(Error::NotFound)?;
    visit.page(&page(&visit, &own, ChannelForm::of(&own)))
}

/// Changes the channel.
///
/// # Errors
/// When the keeper has no such channel, or the database does not answer.
pub async fn update(visit: Visit, keeper: Keeper, at: AtChannel, typed: Typed) -> Result<Response, Error> {
    const CHANGED: &str = "This channel was changed meanwhile. Look at it again, then save.";
    let mut db = visit.app.connection().await?;
    let own = own::find(&mut db, keeper.id, at.0).await?.ok_or(Error::NotFound)?;
    let allowed = db::egress::list(&mut db).await?;
    let errors = match check(own.kind, |name| typed.get(name), &allowed) {
        Ok(details) => {
            // A version that is no number is none that there ever was.
            let version = typed.get("version").parse().unwrap_or(0);
            let token = token(&own, details.token.as_deref(), details.target.as_ref(), &allowed);
            if own::update(&mut db, keeper.id, (own.id, version), &details, token).await? {
                return Ok(visit.go(&href(own.id), Some(Note::ChannelSaved)));
            }
            let mut errors = FieldErrors::new();
            errors.push(FORM, CHANGED);
            errors
        }
        Err(errors) => errors,
    };
    let form = ChannelForm::of(&own).again(&typed, &errors);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, &own, form))
}

/// A token stays with the server that it is for: whoever sits at an open session cannot have it sent elsewhere.
fn token<'a>(own: &Own, typed: Option<&'a str>, target: Option<&Target>, allowed: &AllowList) -> Token<'a> {
    let before = own.target.as_deref().and_then(|target| Target::parse(target, allowed).ok());
    let same = matches!((&before, target), (Some(before), Some(now)) if before.is_same_server(now));
    if own.kind != Kind::Ntfy || (typed.is_none() && same) { Token::Kept } else { Token::Now(typed) }
}

#[cfg(test)]
impl EditChannelPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |kind: Kind, title: &str| Self {
            shell: Shell::sample("settings"),
            title: title.to_owned(),
            href: "/settings/channels/1".to_owned(),
            version: "3".to_owned(),
            form: ChannelForm::new(kind),
            enabled: true,
            mail: kind == Kind::Mail,
            webhook: kind == Kind::Webhook,
            sent: String::new(),
            failed: String::new(),
            why: String::new(),
        };
        let mut wrong = page(Kind::Webhook, &"W".repeat(64));
        wrong.form.error = Some("This channel was changed meanwhile.".to_owned());
        wrong.enabled = false;
        wrong.failed = "today 18:30".to_owned();
        wrong.why = format!("{} answered 410 Gone, so the channel was turned off.", "hooks.".repeat(40));
        let sent = Self { sent: "today 18:30".to_owned(), ..page(Kind::Ntfy, "My phone") };
        vec![
            ("channel-mail".to_owned(), page(Kind::Mail, "Mail")),
            ("channel-ntfy".to_owned(), sent),
            ("channel-webhook-wrong".to_owned(), wrong),
        ]
    }
}
