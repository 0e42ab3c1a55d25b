//! `GET /settings/egress`: the private addresses that channels may post to.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::domain::egress::AllowList;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "egress/show.html")]
pub struct EgressPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What is allowed.
    pub entries: Vec<String>,
    /// Another one.
    pub entry: Field,
}

impl EgressPage {
    pub(super) fn new(shell: Shell, allowed: &AllowList) -> Self {
        let entry = Field {
            max: 253,
            complete: "off",
            hint: "A host name such as nas.lan, an address, or a network such as 192.168.1.0/24.".into(),
            ..Field::text("entry", "Host, address or network")
        };
        Self { shell, entries: allowed.0.iter().map(ToString::to_string).collect(), entry }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.entry.problem().into_iter().collect()
    }
}

/// Shows what is allowed.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn handle(visit: Visit, _: Owner) -> Result<Response, Error> {
    let allowed = db::egress::list(&mut *visit.app.connection().await?).await?;
    visit.page(&EgressPage::new(visit.shell("settings"), &allowed))
}

#[cfg(test)]
impl EgressPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let none = Self::new(Shell::sample("settings"), &AllowList::default());
        let list = ["nas.lan", "192.168.1.0/24"].map(|entry| entry.parse().unwrap());
        let mut some = Self::new(Shell::sample("settings"), &AllowList(list.to_vec()));
        some.entries.push("x".repeat(253));
        let mut wrong = some.clone();
        wrong.entry = wrong.entry.with("0.0.0.0/0").failing(Some("This network is too wide."));
        [("egress-none", none), ("egress", some), ("egress-wrong", wrong)]
            .map(|(name, page)| (name.to_owned(), page))
            .to_vec()
    }
}
