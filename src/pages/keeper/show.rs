//! `GET /settings/keepers/{keeper}`: one keeper, and what an owner can decide.

use askama::Template;
use axum::response::Response;

use super::{AtKeeper, href};
use crate::db;
use crate::db::keeper::Profile;
use crate::http::error::Error;
use crate::http::session::{Keeper, Owner};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "keeper/show.html")]
#[expect(clippy::struct_excessive_bools, reason = "each decides about a button of its own")]
pub struct KeeperPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The name.
    pub name: String,
    /// The page's address.
    pub href: String,
    /// What the log says about the account.
    pub log: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// Is it an owner?
    pub owner: bool,
    /// May they sign in?
    pub active: bool,
    /// Do they have a second factor?
    pub factor: bool,
    /// Is it the owner who looks?
    pub own: bool,
    /// A link to choose a new password, on the page that made it and never again.
    pub link: String,
}

/// A keeper's page.
pub(super) async fn page(
    visit: &Visit,
    owner: &Keeper,
    keeper: Profile,
    link: String,
) -> Result<KeeperPage, Error> {
    let factor = db::second_factor::standing(&mut *visit.app.connection().await?, keeper.id).await?.is_some();
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let when = |at| text::when(at, &home, now, visit.dates());
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    Ok(KeeperPage {
        shell: visit.shell("settings"),
        href: href(keeper.id),
        log: format!("/settings/log?keeper={}", keeper.id),
        facts: vec![
            fact("E-mail address", keeper.email),
            fact("Role", if keeper.owner { "owner" } else { "keeper" }.to_owned()),
            fact("Account", if keeper.active { "may sign in" } else { "deactivated" }.to_owned()),
            fact("Second factor", if factor { "on" } else { "off" }.to_owned()),
            fact("Here since", when(keeper.created_at)),
            fact("Last sign-in", keeper.last_sign_in_at.map_or_else(|| "not yet".to_owned(), when)),
        ],
        name: keeper.display_name,
        owner: keeper.owner,
        active: keeper.active,
        factor,
        own: keeper.id == owner.id,
        link,
    })
}

/// Shows a keeper.
///
/// # Errors
/// When the keeper is no owner, there is none at this address, or the database does not answer.
pub async fn handle(visit: Visit, Owner(owner): Owner, AtKeeper(id): AtKeeper) -> Result<Response, Error> {
    let keeper = db::keeper::find(&mut *visit.app.connection().await?, id).await?.ok_or(Error::NotFound)?;
    visit.page(&page(&visit, &owner, keeper, String::new()).await?)
}

#[cfg(test)]
impl KeeperPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
        let page = Self {
            shell: Shell::sample("settings"),
            name: "Ben".to_owned(),
            href: "/settings/keepers/1".to_owned(),
            log: "/settings/log?keeper=1".to_owned(),
            facts: vec![
                fact("E-mail address", "ben@example.org"),
                fact("Role", "keeper"),
                fact("Account", "may sign in"),
                fact("Here since", "2 Nov 18:30"),
                fact("Last sign-in", "today 11:00"),
            ],
            owner: false,
            active: true,
            factor: false,
            own: false,
            link: String::new(),
        };
        let link = format!("https://tanks.example.org/reset/{}", "Ab3_".repeat(10));
        vec![
            ("keeper-inactive".to_owned(), Self { active: false, ..page.clone() }),
            ("keeper-owner".to_owned(), Self { owner: true, name: "W".repeat(64), ..page.clone() }),
            ("keeper-own".to_owned(), Self { owner: true, own: true, ..page.clone() }),
            ("keeper-factor".to_owned(), Self { factor: true, ..page.clone() }),
            ("keeper-link".to_owned(), Self { link, ..page.clone() }),
            ("keeper".to_owned(), page),
        ]
    }
}
