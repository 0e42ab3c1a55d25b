//! What asks for the password and a code: `/settings/account/second-factor/off` and `…/codes`.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use super::codes::CodesPage;
use super::{HREF, code_field, password_field};
use crate::db;
use crate::domain::keeper::PASSWORD_MAX_BYTES;
use crate::http::error::Error;
use crate::http::second_factor::{self, Proven};
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

const WRONG: &str = "This password and code are not right together, or the code was used before.";

/// What is done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Turns the second factor off.
    Off,
    /// Makes new recovery codes.
    Codes,
}

impl What {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Off => "Turn the second factor off",
            Self::Codes => "New recovery codes",
        }
    }

    /// What it means.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Off => "From then on your password alone signs you in, and the recovery codes are void.",
            Self::Codes => "Ten new ones are made. Those you have no longer work.",
        }
    }

    /// Where the form goes.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Off => "/settings/account/second-factor/off",
            Self::Codes => "/settings/account/second-factor/codes",
        }
    }

    /// What the button says.
    pub const fn button(self) -> &'static str {
        match self {
            Self::Off => "Turn it off",
            Self::Codes => "Make new codes",
        }
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor/prove.html")]
pub struct ProvePage {
    /// What surrounds it.
    pub shell: Shell,
    /// What is done.
    pub what: What,
    /// The password.
    pub password: Field,
    /// The code.
    pub code: Field,
    /// What is wrong with both together: it never says which.
    pub error: Option<String>,
}

impl ProvePage {
    fn new(shell: Shell, what: What) -> Self {
        let code = Field { hint: "From the app, or a recovery code.".into(), ..code_field() };
        Self { shell, what, password: password_field(), code, error: None }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain([&self.password, &self.code].into_iter().filter_map(Field::problem)).collect()
    }
}

async fn show(visit: &Visit, keeper: &Keeper, what: What) -> Result<Response, Error> {
    if db::second_factor::standing(&mut *visit.app.connection().await?, keeper.id).await?.is_none() {
        return Ok(visit.go(HREF, Some(Note::SecondFactorStale)));
    }
    visit.page(&ProvePage::new(visit.shell("settings"), what))
}

/// Reads the form; a page with what is missing.
fn read(visit: &Visit, typed: &Typed, what: What) -> Result<(String, String), Box<ProvePage>> {
    let (password, code) = (typed.get("current_password"), typed.get("code"));
    let mut page = ProvePage::new(visit.shell("settings"), what);
    page.password = page.password.failing(password.is_empty().then_some("Enter your password."));
    page.code = page.code.failing(code.trim().is_empty().then_some("Enter a code."));
    // No account has one that long; hashing it would be work for the asking.
    page.error = (password.len() > PASSWORD_MAX_BYTES).then(|| WRONG.to_owned());
    if page.problems().is_empty() { Ok((password.to_owned(), code.to_owned())) } else { Err(Box::new(page)) }
}

fn wrong(visit: &Visit, what: What) -> Result<Response, Error> {
    let page = ProvePage { error: Some(WRONG.to_owned()), ..ProvePage::new(visit.shell("settings"), what) };
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Shows the form that turns it off.
///
/// # Errors
/// When the database does not answer.
pub async fn show_off(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    show(&visit, &keeper, What::Off).await
}

/// Shows the form for new recovery codes.
///
/// # Errors
/// When the database does not answer.
pub async fn show_codes(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    show(&visit, &keeper, What::Codes).await
}

/// Turns it off.
///
/// # Errors
/// After too many wrong passwords or codes, or when the database does not answer.
pub async fn off(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    typed: Typed,
) -> Result<Response, Error> {
    let (password, code) = match read(&visit, &typed, What::Off) {
        Ok(read) => read,
        Err(page) => return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &*page),
    };
    match second_factor::turn_off(&visit.app, &client, &keeper, password, &code).await? {
        Proven::Done(_) => Ok(visit.go(HREF, Some(Note::SecondFactorOff))),
        Proven::Wrong => wrong(&visit, What::Off),
        Proven::Stale => Ok(visit.go(HREF, Some(Note::SecondFactorStale))),
    }
}

/// Makes new recovery codes and shows them.
///
/// # Errors
/// As [`off`].
pub async fn codes(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    typed: Typed,
) -> Result<Response, Error> {
    let (password, code) = match read(&visit, &typed, What::Codes) {
        Ok(read) => read,
        Err(page) => return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &*page),
    };
    match second_factor::renew_codes(&visit.app, &client, &keeper, password, &code).await? {
        Proven::Done(codes) => visit.page(&CodesPage { shell: visit.shell("settings"), codes, on: false }),
        Proven::Wrong => wrong(&visit, What::Codes),
        Proven::Stale => Ok(visit.go(HREF, Some(Note::SecondFactorStale))),
    }
}

#[cfg(test)]
impl ProvePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self::new(Shell::sample("settings"), What::Off);
        let codes = Self::new(Shell::sample("settings"), What::Codes);
        let wrong = Self { error: Some(WRONG.to_owned()), ..page.clone() };
        vec![
            ("second-factor-off".to_owned(), page),
            ("second-factor-renew".to_owned(), codes),
            ("second-factor-off-wrong".to_owned(), wrong),
        ]
    }
}
