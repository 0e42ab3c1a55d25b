//! `GET /settings/channels`: where a keeper is told things.

use askama::Template;
use axum::response::Response;

use super::{href, title};
use crate::db::channel::own::{self, Own};
use crate::domain::channel::{Kind, MOST};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::parts::State;
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::visit::Visit;

/// One channel.
#[derive(Clone, Debug)]
pub struct ChannelRow {
    /// What it is called.
    pub title: String,
    /// What goes there, and where that is.
    pub text: String,
    /// Its page.
    pub href: String,
    /// How it stands, where that asks for something.
    pub state: Option<State>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "channel/list.html")]
pub struct ChannelsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The keeper's channels, mail first.
    pub rows: Vec<ChannelRow>,
    /// There is room for another one.
    pub room: bool,
}

/// Shows the keeper's channels.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let channels = own::list(&mut *visit.app.connection().await?, keeper.id).await?;
    let room = i64::try_from(channels.len()).is_ok_and(|count| count < MOST);
    let rows = channels.iter().map(row).collect();
    visit.page(&ChannelsPage { shell: visit.shell("settings"), rows, room })
}

/// What a channel wants, in words.
pub(super) fn wants(own: &Own) -> &'static str {
    match (own.enabled, own.reminders, own.alerts) {
        (false, ..) => "Turned off",
        (true, true, true) => "Reminders and alerts",
        (true, true, false) => "Reminders",
        (true, false, true) => "Alerts",
        (true, false, false) => "Nothing chosen",
    }
}

fn row(own: &Own) -> ChannelRow {
    let host = own.target.as_deref().and_then(host);
    let kind = (!own.name.is_empty() && own.kind != Kind::Mail).then(|| own.kind.label());
    let place = [kind.map(str::to_owned), host].into_iter().flatten().collect::<Vec<_>>();
    let place = if place.is_empty() { String::new() } else { format!(" · {}", place.join(", ")) };
    let failed = if own.failure.is_some() { ". The last message did not go out" } else { "" };
    ChannelRow {
        title: title(own.kind, &own.name),
        text: format!("{}{place}{failed}", wants(own)),
        href: href(own.id),
        state: own.failure.as_ref().map(|_| State::Watch),
    }
}

/// The host of an address. The rest may be a secret and stays on the channel's own page.
fn host(target: &str) -> Option<String> {
    url::Url::parse(target).ok()?.host_str().map(str::to_owned)
}

/// `mail`, `mail and 1 other`, `2 others`, for the list of settings.
pub fn in_short(channels: &[Own]) -> String {
    let on = || channels.iter().filter(|own| own.enabled && (own.reminders || own.alerts));
    let others = on().filter(|own| own.kind != Kind::Mail).count();
    let others = match others {
        0 => None,
        count => Some(text::count(i64::try_from(count).unwrap_or(i64::MAX), "other")),
    };
    let mail = on().any(|own| own.kind == Kind::Mail).then(|| "mail".to_owned());
    let all: Vec<String> = [mail, others].into_iter().flatten().collect();
    if all.is_empty() { "nowhere".to_owned() } else { text::list(&all) }
}

#[cfg(test)]
impl ChannelsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |title: &str, text: &str, state| ChannelRow {
            title: title.to_owned(),
            text: text.to_owned(),
            href: "/settings/channels/1".to_owned(),
            state,
        };
        let mail = row("Mail", "Reminders and alerts", None);
        let page = |rows, room| Self { shell: Shell::sample("settings"), rows, room };
        let long = "W".repeat(64);
        let failed = "Alerts · Webhook, hooks.example.org. The last message did not go out";
        vec![
            ("channels-mail".to_owned(), page(vec![mail.clone()], true)),
            (
                "channels".to_owned(),
                page(
                    vec![
                        mail,
                        row("My phone", "Nothing chosen · ntfy, ntfy.sh", None),
                        row(&long, failed, Some(State::Watch)),
                    ],
                    false,
                ),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ChannelId;

    fn own(kind: Kind, enabled: bool) -> Own {
        Own {
            id: ChannelId(uuid::Uuid::nil()),
            kind,
            name: String::new(),
            target: (kind != Kind::Mail).then(|| "https://ntfy.sh/secret-topic".to_owned()),
            has_secret: false,
            reminders: true,
            alerts: true,
            enabled,
            version: 1,
            last_sent_at: None,
            failure: None,
        }
    }

    #[test]
    fn in_short_and_in_rows() {
        let (mail, ntfy) = (own(Kind::Mail, true), own(Kind::Ntfy, true));
        let off = own(Kind::Webhook, false);
        assert_eq!(in_short(std::slice::from_ref(&mail)), "mail");
        assert_eq!(in_short(&[mail, ntfy.clone(), off.clone()]), "mail and 1 other");
        assert_eq!(in_short(&[ntfy.clone(), ntfy.clone()]), "2 others");
        assert_eq!(in_short(&[off]), "nowhere");
        let row = row(&ntfy);
        assert_eq!((row.title.as_str(), row.text.as_str()), ("ntfy", "Reminders and alerts · ntfy.sh"));
    }
}
