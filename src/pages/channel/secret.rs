//! `POST /settings/channels/{id}/secret`: a webhook's signing secret, on the page that made it and never again.

use askama::Template;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{AtChannel, href};
use crate::db::channel::own;
use crate::domain::id::ChannelId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::jobs::channel::webhook::SECRET_PREFIX;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;
use crate::system::clock::Clock;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "channel/secret.html")]
pub struct SecretPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The secret.
    pub secret: String,
    /// The channel's page.
    pub href: String,
    /// The channel was made just now.
    pub new: bool,
}

impl SecretPage {
    pub(super) fn new(visit: &Visit, id: ChannelId, secret: String, new: bool) -> Self {
        Self { shell: visit.shell("settings"), secret, href: href(id), new }
    }
}

/// A new secret: 32 random bytes, as the scheme writes them.
pub(super) fn new_secret(clock: &Clock) -> String {
    let mut bytes = [0; 32];
    clock.fill(&mut bytes);
    format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes))
}

/// Makes a new secret, which this answer alone shows; the one before stops to work.
///
/// # Errors
/// When the keeper has no such webhook, or the database does not answer.
pub async fn renew(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    let secret = new_secret(&visit.app.clock);
    if !own::renew(&mut *visit.app.connection().await?, keeper.id, at.0, &secret).await? {
        return Err(Error::NotFound);
    }
    visit.page(&SecretPage::new(&visit, at.0, secret, false))
}

#[cfg(test)]
impl SecretPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |new| Self {
            shell: Shell::sample("settings"),
            secret: format!("{SECRET_PREFIX}{}=", "Ab3+".repeat(10)),
            href: "/settings/channels/1".to_owned(),
            new,
        };
        vec![("channel-secret".to_owned(), page(false)), ("channel-secret-new".to_owned(), page(true))]
    }
}
