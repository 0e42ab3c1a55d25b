//! `GET /reset/{secret}`, and choosing a new password there.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use http::StatusCode;

use crate::domain::keeper::{Email, check_password};
use crate::http::error::Error;
use crate::http::recovery;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// A new password, typed twice.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// The password.
    pub password: Field,
    /// The password again.
    pub again: Field,
}

impl Default for NewPassword {
    fn default() -> Self {
        Self {
            password: Field {
                hint: "At least 12 characters. Four or five words work well.".into(),
                ..Field::password("password", "New password", "new-password")
            },
            again: Field::password("again", "New password again", "new-password"),
        }
    }
}

impl NewPassword {
    /// Reads what the keeper with this address typed; what is wrong goes into the fields.
    pub fn read(&mut self, typed: &Typed, email: &str) -> Option<String> {
        let password = typed.get("password");
        // Without an address that can be read, the password is judged for itself.
        if let Ok(email) = email.parse::<Email>().or_else(|_| "nobody@invalid".parse()) {
            self.password.error = check_password(password, &email).err().map(|error| error.to_string());
        }
        if self.password.error.is_none() && password != typed.get("again") {
            self.again.error = Some("The two passwords differ. Type it once more in both fields.".to_owned());
        }
        self.problems().is_empty().then(|| password.to_owned())
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.password, &self.again].into_iter().filter_map(Field::problem).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "recovery/choose.html")]
pub struct ResetPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Whose password; empty when the link does not work any more.
    pub email: String,
    /// Where the form is sent to.
    pub action: String,
    /// The form.
    pub new: NewPassword,
}

/// The link in the address, whoever made it up.
type Secret = Result<Path<String>, PathRejection>;

async fn page(visit: &Visit, secret: &str) -> Result<ResetPage, Error> {
    let keeper = recovery::opened(&visit.app, secret).await?;
    let page = ResetPage {
        shell: visit.shell(""),
        email: String::new(),
        action: String::new(),
        new: NewPassword::default(),
    };
    Ok(match keeper {
        Some(keeper) => ResetPage { email: keeper.email, action: recovery::path(secret), ..page },
        None => page,
    })
}

/// Shows the form, as often as somebody looks: only choosing uses the link up.
///
/// # Errors
/// When the database does not answer.
pub async fn show(visit: Visit, secret: Secret) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    let page = page(&visit, &secret).await?;
    visit.page_with(if page.email.is_empty() { StatusCode::GONE } else { StatusCode::OK }, &page)
}

/// Sets the password and ends every session.
///
/// # Errors
/// When too many passwords are being hashed, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    secret: Secret,
    typed: Typed,
) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    let mut page = page(&visit, &secret).await?;
    if page.email.is_empty() {
        return visit.page_with(StatusCode::GONE, &page);
    }
    let Some(password) = page.new.read(&typed, &page.email) else {
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    if recovery::reset(&visit.app, &client, &secret, password).await? {
        return Ok(visit.go("/sign-in", Some(Note::PasswordReset)));
    }
    // Somebody else was faster with the same link.
    page.email.clear();
    visit.page_with(StatusCode::GONE, &page)
}

#[cfg(test)]
impl ResetPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::default(),
            email: "ana@example.org".to_owned(),
            action: format!("/reset/{}", "Ab3_".repeat(10)),
            new: NewPassword::default(),
        };
        let mut wrong = page.clone();
        wrong.new.password = wrong.new.password.failing(Some("A password has at least 12 characters."));
        vec![
            ("reset-gone".to_owned(), Self { email: String::new(), ..page.clone() }),
            ("reset".to_owned(), page),
            ("reset-wrong".to_owned(), wrong),
        ]
    }
}
