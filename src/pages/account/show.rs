//! `GET /settings/account`.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::db::keeper::Profile;
use crate::domain::browser;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// What the browser calls itself.
    pub browser: String,
    /// Since when, from where, when it was seen last.
    pub text: String,
    /// The address whose POST ends it; empty for the session in use.
    pub end: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "account/show.html")]
pub struct AccountPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address, the role.
    pub facts: Vec<Fact>,
    /// The name.
    pub name: Field,
    /// How the second factor stands.
    pub factor: String,
    /// The address that waits to be confirmed, and until when; empty when none does.
    pub new_email: String,
    /// Where the account is signed in, the session in use first.
    pub sessions: Vec<SessionRow>,
}

impl AccountPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.name.problem().into_iter().collect()
    }
}

/// The name's field.
pub(super) fn name_field() -> Field {
    Field {
        complete: "name",
        max: 64,
        hint: "What others in the household see beside what you recorded.".into(),
        ..Field::text("name", "Your name")
    }
}

/// The page with this name in its form.
pub(super) async fn page(visit: &Visit, keeper: &Keeper, name: Field) -> Result<AccountPage, Error> {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let mut db = visit.app.connection().await?;
    let profile = db::keeper::find(&mut db, keeper.id).await?.ok_or(Error::NotFound)?;
    let factor = db::second_factor::standing(&mut db, keeper.id).await?;
    let new_email = db::token::new_email_of(&mut db, keeper.id, now).await?;
    let sessions = db::session::of_keeper(&mut db, keeper.id, now).await?;
    let (own, others): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|one| one.id == keeper.session);
    let when = |at| text::when(at, &home, now, visit.dates());
    let row = |one: db::session::Listed| {
        let current = one.id == keeper.session;
        let from = one.addr.map(|addr| format!(" from {addr}")).unwrap_or_default();
        SessionRow {
            browser: browser::name(one.user_agent.as_deref()),
            text: if current {
                format!("This one. Signed in {}{from}", when(one.created_at))
            } else {
                format!("Last used {}; signed in {}{from}", when(one.last_seen_at), when(one.created_at))
            },
            end: if current { String::new() } else { format!("/settings/account/sessions/{}/end", one.id) },
        }
    };
    Ok(AccountPage {
        shell: visit.shell("settings"),
        facts: facts(&profile),
        name,
        factor: factor_text(factor),
        new_email: new_email
            .map(|new| format!("{} waits to be confirmed, until {}.", new.email, when(new.expires_at)))
            .unwrap_or_default(),
        sessions: own.into_iter().chain(others).map(row).collect(),
    })
}

fn factor_text(standing: Option<db::second_factor::Standing>) -> String {
    match standing {
        None => "Off. With it a password alone signs nobody in.".to_owned(),
        Some(standing) if standing.codes < 3 => {
            format!("On, with {} recovery codes left: make new ones.", standing.codes)
        }
        Some(standing) => format!("On, with {} recovery codes left.", standing.codes),
    }
}

fn facts(profile: &Profile) -> Vec<Fact> {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    vec![
        fact("E-mail address", &profile.email),
        fact("You are", if profile.owner { "an owner of this log" } else { "a keeper of this log" }),
    ]
}

/// Shows the account.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let name = name_field().with(&*keeper.display_name);
    visit.page(&page(&visit, &keeper, name).await?)
}

#[cfg(test)]
impl AccountPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
        let page = Self {
            shell: Shell::sample("settings"),
            facts: vec![
                fact("E-mail address", "ana.with.a.long.name@aquarium.example.org"),
                fact("You are", "an owner of this log"),
            ],
            name: name_field().with("Ana"),
            factor: factor_text(None),
            new_email: "ana@example.net waits to be confirmed, until tomorrow 12:00.".to_owned(),
            sessions: vec![
                SessionRow {
                    browser: "Firefox on Android".to_owned(),
                    text: "This one. Signed in 12 Nov 18:30 from 203.0.113.9".to_owned(),
                    end: String::new(),
                },
                SessionRow {
                    browser: "An unknown browser".to_owned(),
                    text: "Last used today 11:00; signed in 1 Nov 09:12 from 2001:db8::1:2:3:4".to_owned(),
                    end: "/settings/account/sessions/1/end".to_owned(),
                },
            ],
        };
        let mut wrong = page.clone();
        wrong.name = name_field().failing(Some("Enter a name."));
        wrong.sessions.truncate(1);
        wrong.new_email = String::new();
        vec![("account".to_owned(), page), ("account-wrong".to_owned(), wrong)]
    }
}
