//! `GET /settings/keepers`.

use askama::Template;
use axum::response::Response;

use super::href;
use crate::db;
use crate::db::keeper::Profile;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// A keeper.
#[derive(Clone, Debug)]
pub struct KeeperRow {
    /// The name.
    pub name: String,
    /// The address, the role, when they were here last.
    pub text: String,
    /// Their page.
    pub href: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "keeper/list.html")]
pub struct KeepersPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Who may sign in.
    pub active: Vec<KeeperRow>,
    /// Who may not.
    pub inactive: Vec<KeeperRow>,
    /// How many invites are open; empty when none is.
    pub invited: String,
}

/// Shows everybody.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn handle(visit: Visit, Owner(owner): Owner) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let mut db = visit.app.connection().await?;
    let keepers = db::keeper::list(&mut db).await?;
    let invited = db::invite::open_count(&mut db, now).await?;
    let (active, inactive): (Vec<_>, Vec<_>) = keepers.iter().partition(|keeper| keeper.active);
    let rows = |keepers: Vec<&Profile>| {
        keepers.into_iter().map(|keeper| row(&visit, keeper, keeper.id == owner.id)).collect()
    };
    visit.page(&KeepersPage {
        shell: visit.shell("settings"),
        active: rows(active),
        inactive: rows(inactive),
        invited: if invited == 0 { String::new() } else { text::count(invited, "open invite") },
    })
}

fn row(visit: &Visit, keeper: &Profile, own: bool) -> KeeperRow {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let seen = match keeper.last_sign_in_at {
        Some(at) => format!("signed in {}", text::when(at, &home, now, visit.dates())),
        None => "has not signed in since registering".to_owned(),
    };
    let role = if keeper.owner { "owner" } else { "keeper" };
    KeeperRow {
        name: if own { format!("{} (you)", keeper.display_name) } else { keeper.display_name.clone() },
        text: format!("{}; {role}; {seen}", keeper.email),
        href: href(keeper.id),
    }
}

#[cfg(test)]
impl KeepersPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |name: &str, text: &str| KeeperRow {
            name: name.to_owned(),
            text: text.to_owned(),
            href: "/settings/keepers/1".to_owned(),
        };
        let alone = Self {
            shell: Shell::sample("settings"),
            active: vec![row("Ana (you)", "ana@example.org; owner; signed in today 11:00")],
            inactive: vec![],
            invited: String::new(),
        };
        let mut many = alone.clone();
        let long = "W".repeat(64);
        many.active.push(row(
            &long,
            "a.long.address.of.somebody@a-long-domain.example.org; keeper; signed in 2 Nov",
        ));
        many.inactive.push(row("Ben", "ben@example.org; keeper; has not signed in since registering"));
        many.invited = "2 open invites".to_owned();
        vec![("keepers-alone".to_owned(), alone), ("keepers".to_owned(), many)]
    }
}
