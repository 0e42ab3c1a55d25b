//! `GET /settings/account/password`, and choosing another one there.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use crate::db;
use crate::domain::keeper::PASSWORD_MAX_BYTES;
use crate::http::error::Error;
use crate::http::recovery;
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::recovery::choose::NewPassword;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address, for programs that keep passwords.
    pub email: String,
    /// The password so far.
    pub current: Field,
    /// The new one, twice.
    pub new: NewPassword,
}

impl PasswordPage {
    fn new(shell: Shell, email: String) -> Self {
        let current = Field::password("current_password", "Password so far", "current-password");
        Self { shell, email, current, new: NewPassword::default() }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        self.current.problem().into_iter().chain(self.new.problems()).collect()
    }
}

async fn page(visit: &Visit, keeper: &Keeper) -> Result<PasswordPage, Error> {
    let profile = db::keeper::find(&mut *visit.app.connection().await?, keeper.id).await?;
    Ok(PasswordPage::new(visit.shell("settings"), profile.ok_or(Error::NotFound)?.email))
}

/// Shows the form.
///
/// # Errors
/// When the database does not answer.
pub async fn show(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    visit.page(&page(&visit, &keeper).await?)
}

/// Changes the password.
///
/// # Errors
/// After too many wrong ones, or when the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    typed: Typed,
) -> Result<Response, Error> {
    let mut page = page(&visit, &keeper).await?;
    let current = typed.get("current_password");
    let missing = current.is_empty().then_some("Enter the password that you sign in with now.");
    page.current = page.current.failing(missing);
    let new = page.new.read(&typed, &page.email);
    if let (Some(new), None) = (new, &page.current.error) {
        // No account has one that long; hashing it would be work for the asking.
        let fits = current.len() <= PASSWORD_MAX_BYTES;
        if fits && recovery::change(&visit.app, &client, &keeper, current.to_owned(), new).await? {
            return Ok(visit.go("/settings/account", Some(Note::PasswordChanged)));
        }
        page.current = page.current.failing(Some("This is not the password that you sign in with now."));
    }
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[cfg(test)]
impl PasswordPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self::new(Shell::sample("settings"), "ana@example.org".to_owned());
        let mut wrong = page.clone();
        wrong.current = wrong.current.failing(Some("This is not the password that you sign in with now."));
        wrong.new.again = wrong.new.again.failing(Some("The two passwords differ."));
        vec![("account-password".to_owned(), page), ("account-password-wrong".to_owned(), wrong)]
    }
}
