//! `GET /settings/account/second-factor`.

use askama::Template;
use axum::response::Response;

use super::password_field;
use crate::db;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor/show.html")]
pub struct SecondFactorPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Since when it is on, and what is left of the codes; empty when it is off.
    pub facts: Vec<Fact>,
    /// The password, to set it up.
    pub password: Field,
}

impl SecondFactorPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.password.problem().into_iter().collect()
    }
}

/// The page as things stand.
pub(super) async fn page(visit: &Visit, keeper: &Keeper) -> Result<SecondFactorPage, Error> {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let standing = db::second_factor::standing(&mut *visit.app.connection().await?, keeper.id).await?;
    let facts = standing.map(|standing| {
        vec![
            Fact {
                label: "On since".to_owned(),
                value: text::when(standing.since, &home, now, visit.dates()),
            },
            Fact { label: "Recovery codes left".to_owned(), value: standing.codes.to_string() },
        ]
    });
    Ok(SecondFactorPage {
        shell: visit.shell("settings"),
        facts: facts.unwrap_or_default(),
        password: password_field(),
    })
}

/// Shows how it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    visit.page(&page(&visit, &keeper).await?)
}

#[cfg(test)]
impl SecondFactorPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
        let off = Self { shell: Shell::sample("settings"), facts: Vec::new(), password: password_field() };
        let on = Self {
            facts: vec![fact("On since", "2 Nov 18:30"), fact("Recovery codes left", "10")],
            ..off.clone()
        };
        let mut wrong = off.clone();
        wrong.password = wrong.password.failing(Some("This is not your password."));
        vec![
            ("second-factor".to_owned(), off),
            ("second-factor-on".to_owned(), on),
            ("second-factor-wrong".to_owned(), wrong),
        ]
    }
}
