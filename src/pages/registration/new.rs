//! `GET /register/{secret}`: the form that an invite's link opens.

use askama::Template;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use http::StatusCode;

use crate::http::error::Error;
use crate::http::registration;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::recovery::choose::NewPassword;
use crate::pages::setup::new::units;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "registration/new.html")]
pub struct RegisterPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The invite's address; empty when the link does not work any more.
    pub email: String,
    /// The log's own address.
    pub host: String,
    /// Where the form is sent to.
    pub action: String,
    /// The display name.
    pub name: Field,
    /// The password, twice.
    pub password: NewPassword,
    /// Metric or imperial.
    pub units: Field,
    /// The unit systems to choose from.
    pub systems: Vec<Choice>,
}

impl RegisterPage {
    fn new(shell: Shell, host: &str, email: String, action: String) -> Self {
        let mut password = NewPassword::default();
        password.password.label = "Password";
        password.again.label = "Password again";
        Self {
            shell,
            email,
            host: host.to_owned(),
            action,
            name: Field { complete: "name", max: 64, ..Field::text("name", "Your name") },
            password,
            units: Field::text("units", "Units you think in").with("metric"),
            systems: units(),
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let name = self.name.problem().into_iter();
        name.chain(self.password.problems()).chain(self.units.problem()).collect()
    }
}

/// The page for what the address names: with a form while the invite can be used.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn page(visit: &Visit, secret: &str) -> Result<RegisterPage, Error> {
    let invite = registration::opened(&visit.app, secret).await?;
    let host = visit.app.settings.public_url.authority();
    let email = invite.map(|invite| invite.email).unwrap_or_default();
    Ok(RegisterPage::new(visit.shell(""), host, email, registration::path(secret)))
}

/// Shows the form, as often as somebody looks: only registering uses the link up.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, secret: Result<Path<String>, PathRejection>) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    let page = page(&visit, &secret).await?;
    visit.page_with(if page.email.is_empty() { StatusCode::GONE } else { StatusCode::OK }, &page)
}

#[cfg(test)]
impl RegisterPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let action = format!("/register/{}", "Ab3_".repeat(10));
        let page =
            |email: &str| Self::new(Shell::default(), "tanks.example.org", email.to_owned(), action.clone());
        let mut wrong = page("ben@example.org");
        wrong.name = wrong.name.failing(Some("Enter a name."));
        wrong.password.again = wrong.password.again.failing(Some("The two passwords differ."));
        vec![
            ("register".to_owned(), page("ben@example.org")),
            ("register-wrong".to_owned(), wrong),
            ("register-gone".to_owned(), page("")),
        ]
    }
}
