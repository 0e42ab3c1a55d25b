//! `GET /settings/account/email`, asking for another address there, and taking that back.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use crate::db;
use crate::domain::keeper::{Email, PASSWORD_MAX_BYTES};
use crate::http::email_change::{self, Asked};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

const WRONG: &str = "This is not your password.";

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "email/edit.html")]
pub struct EmailPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address so far.
    pub now: String,
    /// The address that waits to be confirmed; empty when none does.
    pub waiting: String,
    /// Does the log send mail? Without it no address can be confirmed.
    pub sends: bool,
    /// The new address.
    pub email: Field,
    /// The password.
    pub password: Field,
}

impl EmailPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.email, &self.password].into_iter().filter_map(Field::problem).collect()
    }
}

fn email_field() -> Field {
    Field { kind: "email", complete: "email", max: 254, ..Field::text("email", "New e-mail address") }
}

fn password_field() -> Field {
    Field::password("current_password", "Your password", "current-password")
}

async fn page(visit: &Visit, keeper: &Keeper) -> Result<EmailPage, Error> {
    let waiting = email_change::waiting(&visit.app, keeper).await?;
    let profile = db::keeper::find(&mut *visit.app.connection().await?, keeper.id).await?;
    Ok(EmailPage {
        shell: visit.shell("settings"),
        now: profile.ok_or(Error::NotFound)?.email,
        waiting: waiting.map(|waiting| waiting.email).unwrap_or_default(),
        sends: visit.app.settings.mail.is_some(),
        email: email_field(),
        password: password_field(),
    })
}

/// Shows the form.
///
/// # Errors
/// When the database does not answer.
pub async fn show(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    visit.page(&page(&visit, &keeper).await?)
}

/// Sends a mail to the new address.
///
/// # Errors
/// After too many wrong passwords or too many mails, or when the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    typed: Typed,
) -> Result<Response, Error> {
    let mut page = page(&visit, &keeper).await?;
    if !page.sends {
        return Err(Error::BadRequest("This log sends no mail, so no address can be confirmed.".into()));
    }
    let password = typed.get("current_password");
    let email = typed.get("email").parse::<Email>();
    page.email = page.email.with(typed.get("email")).failing(email.as_ref().err());
    page.password = page.password.failing(password.is_empty().then_some("Enter your password."));
    // No account has one that long; hashing it would be work for the asking.
    if password.len() > PASSWORD_MAX_BYTES {
        page.password = page.password.failing(Some(WRONG));
    }
    if let (Ok(email), true) = (email, page.problems().is_empty()) {
        match email_change::ask(&visit.app, &client, &keeper, &email, password.to_owned()).await? {
            Asked::Done => return Ok(visit.go("/settings/account", Some(Note::EmailAsked))),
            Asked::Same => page.email = page.email.failing(Some("This is your address already.")),
            Asked::WrongPassword => page.password = page.password.failing(Some(WRONG)),
        }
    }
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Takes it back.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
) -> Result<Response, Error> {
    let done = email_change::cancel(&visit.app, &client, &keeper).await?;
    Ok(visit.go("/settings/account", Some(if done { Note::EmailTakenBack } else { Note::Unchanged })))
}

#[cfg(test)]
impl EmailPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("settings"),
            now: "ana@example.org".to_owned(),
            waiting: "ana@example.net".to_owned(),
            sends: true,
            email: email_field(),
            password: password_field(),
        };
        let mut wrong = Self { waiting: String::new(), ..page.clone() };
        wrong.email = wrong.email.with("ana").failing(Some("This is not an e-mail address."));
        let silent = Self { sends: false, waiting: String::new(), ..page.clone() };
        vec![
            ("account-email".to_owned(), page),
            ("account-email-wrong".to_owned(), wrong),
            ("account-email-silent".to_owned(), silent),
        ]
    }
}
