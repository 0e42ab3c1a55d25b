//! `GET /settings/keepers/{keeper}/delete`, and deleting there. It cannot be undone, so the address is typed.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use super::{AtKeeper, href};
use crate::db;
use crate::db::household::Changed;
use crate::db::keeper::Profile;
use crate::domain::id::KeeperId;
use crate::http::error::Error;
use crate::http::household::{Decision, decide};
use crate::http::session::{Keeper, Owner};
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "keeper/delete.html")]
pub struct DeleteKeeperPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The name.
    pub name: String,
    /// The address to be typed.
    pub email: String,
    /// The keeper's page.
    pub href: String,
    /// The address as typed.
    pub typed: Field,
}

impl DeleteKeeperPage {
    fn new(shell: Shell, keeper: &Profile) -> Self {
        let typed = Field {
            kind: "email",
            complete: "off",
            max: 254,
            ..Field::text("email", "Their e-mail address")
        };
        Self {
            shell,
            name: keeper.display_name.clone(),
            email: keeper.email.clone(),
            href: href(keeper.id),
            typed,
        }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.typed.problem().into_iter().collect()
    }
}

async fn page(visit: &Visit, owner: &Keeper, id: KeeperId) -> Result<DeleteKeeperPage, Error> {
    if id == owner.id {
        return Err(Error::BadRequest("Another owner can delete your account; you cannot.".into()));
    }
    let keeper = db::keeper::find(&mut *visit.app.connection().await?, id).await?.ok_or(Error::NotFound)?;
    Ok(DeleteKeeperPage::new(visit.shell("settings"), &keeper))
}

/// Shows what deleting means.
///
/// # Errors
/// When the keeper is no owner, there is none at this address, or the database does not answer.
pub async fn show(visit: Visit, Owner(owner): Owner, AtKeeper(id): AtKeeper) -> Result<Response, Error> {
    visit.page(&page(&visit, &owner, id).await?)
}

/// Deletes the account.
///
/// # Errors
/// As [`show`].
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    Owner(owner): Owner,
    AtKeeper(id): AtKeeper,
    typed: Typed,
) -> Result<Response, Error> {
    let mut page = page(&visit, &owner, id).await?;
    page.typed = page.typed.with(typed.get("email"));
    if !typed.get("email").trim().eq_ignore_ascii_case(&page.email) {
        page.typed = page.typed.failing(Some(format!("Type {} to delete this account.", page.email)));
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match decide(&visit.app, &client, &owner, id, Decision::Delete).await? {
        Changed::Done | Changed::AlreadySo => Ok(visit.go("/settings/keepers", Some(Note::KeeperDeleted))),
        Changed::LastOwner => Ok(visit.go(&href(id), Some(Note::LastOwner))),
        Changed::NoKeeper => Err(Error::NotFound),
    }
}

#[cfg(test)]
impl DeleteKeeperPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("settings"),
            name: "Ben".to_owned(),
            email: "ben@example.org".to_owned(),
            href: "/settings/keepers/1".to_owned(),
            typed: Field { kind: "email", ..Field::text("email", "Their e-mail address") },
        };
        let mut wrong = page.clone();
        wrong.typed = wrong.typed.with("ben").failing(Some("Type ben@example.org to delete this account."));
        vec![("keeper-delete".to_owned(), page), ("keeper-delete-wrong".to_owned(), wrong)]
    }
}
