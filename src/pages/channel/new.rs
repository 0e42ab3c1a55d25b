//! `GET` and `POST /settings/channels/new/ntfy` and `…/webhook`.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::form::ChannelForm;
use super::href;
use super::secret::{SecretPage, new_secret};
use crate::db;
use crate::db::channel::own::{self, Created};
use crate::domain::channel::{Kind, MOST, check};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::ChannelId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "channel/new.html")]
pub struct NewChannelPage {
    /// What surrounds it.
    pub shell: Shell,
    /// How pages call the kind.
    pub kind: &'static str,
    /// Where the form is sent.
    pub action: String,
    /// Made when the form is shown: the same form twice is one channel.
    pub form_id: String,
    /// The form.
    pub form: ChannelForm,
}

fn page(visit: &Visit, kind: Kind, form_id: String, form: ChannelForm) -> NewChannelPage {
    let action = format!("/settings/channels/new/{}", kind.as_str());
    NewChannelPage { shell: visit.shell("settings"), kind: kind.label(), action, form_id, form }
}

fn empty(visit: &Visit, kind: Kind) -> Result<Response, Error> {
    visit.page(&page(visit, kind, visit.app.clock.uuid().to_string(), ChannelForm::new(kind)))
}

/// Shows the form of a topic.
///
/// # Errors
/// When the template cannot be written.
pub async fn ntfy(visit: Visit) -> Result<Response, Error> {
    empty(&visit, Kind::Ntfy)
}

/// Shows the form of a webhook.
///
/// # Errors
/// When the template cannot be written.
pub async fn webhook(visit: Visit) -> Result<Response, Error> {
    empty(&visit, Kind::Webhook)
}

/// Adds a topic.
///
/// # Errors
/// When the database does not answer.
pub async fn create_ntfy(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    create(&visit, &keeper, Kind::Ntfy, &typed).await
}

/// Adds a webhook. The answer is the page with its secret, which is shown once.
///
/// # Errors
/// When the database does not answer.
pub async fn create_webhook(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    create(&visit, &keeper, Kind::Webhook, &typed).await
}

async fn create(visit: &Visit, keeper: &Keeper, kind: Kind, typed: &Typed) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let mut errors = FieldErrors::new();
    let id = typed.get("form_id").parse::<ChannelId>();
    let id = errors.take(FORM, id.map_err(|_| "This form could not be read. Load the page again."));
    let allowed = db::egress::list(&mut db).await?;
    match check(kind, |name| typed.get(name), &allowed) {
        Ok(details) => {
            if let Some(id) = id {
                let signing = (kind == Kind::Webhook).then(|| new_secret(&visit.app.clock));
                let secret = signing.as_deref().or(details.token.as_deref());
                let now = visit.app.clock.now();
                match own::create(&mut db, keeper.id, (id, kind), &details, secret, now).await? {
                    Created::Done => {
                        return match signing {
                            Some(secret) => visit.page(&SecretPage::new(visit, id, secret, true)),
                            None => Ok(visit.go(&href(id), Some(Note::ChannelAdded))),
                        };
                    }
                    Created::Before => return Ok(visit.go("/settings/channels", Some(Note::ChannelBefore))),
                    Created::TooMany => {
                        errors.push(FORM, format!("You have {MOST} channels, the most there can be."));
                    }
                }
            }
        }
        Err(wrong) => {
            for error in &wrong {
                errors.push(error.field.clone(), error.message.clone());
            }
        }
    }
    let form = ChannelForm::new(kind).again(typed, &errors);
    let page = page(visit, kind, typed.get("form_id").to_owned(), form);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[cfg(test)]
impl NewChannelPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |kind: Kind, form| Self {
            shell: Shell::sample("settings"),
            kind: kind.label(),
            action: format!("/settings/channels/new/{}", kind.as_str()),
            form_id: "0193".to_owned(),
            form,
        };
        let mut wrong = ChannelForm::new(Kind::Ntfy);
        wrong.target = wrong.target.map(|field| {
            field.with("x".repeat(300)).failing(Some("Give a whole address that starts with https://."))
        });
        wrong.token = wrong.token.map(|field| field.failing(Some("At most 512 characters.")));
        wrong.error = Some("You have 10 channels, the most there can be.".to_owned());
        vec![
            ("channel-new-ntfy".to_owned(), page(Kind::Ntfy, ChannelForm::new(Kind::Ntfy))),
            ("channel-new-wrong".to_owned(), page(Kind::Ntfy, wrong)),
            ("channel-new-webhook".to_owned(), page(Kind::Webhook, ChannelForm::new(Kind::Webhook))),
        ]
    }
}
