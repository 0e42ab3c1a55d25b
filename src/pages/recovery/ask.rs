//! `GET /forgotten`, and asking for a link there.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use crate::domain::keeper::Email;
use crate::http::error::Error;
use crate::http::recovery;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "recovery/ask.html")]
pub struct ForgottenPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address.
    pub email: Field,
    /// This log sends mail: else there is nothing to ask for.
    pub sends_mail: bool,
    /// It was asked for: the answer, the same whoever has the address.
    pub asked: bool,
}

impl ForgottenPage {
    fn new(visit: &Visit) -> Self {
        let email = Field {
            kind: "email",
            complete: "username",
            max: 254,
            hint: "The one you sign in with.".into(),
            ..Field::text("email", "E-mail address")
        };
        Self { shell: visit.shell(""), email, sends_mail: visit.app.settings.mail.is_some(), asked: false }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.email.problem().into_iter().collect()
    }
}

/// Shows the form.
///
/// # Errors
/// When the template cannot be written.
pub async fn show(visit: Visit) -> Result<Response, Error> {
    visit.page(&ForgottenPage::new(&visit))
}

/// Asks for a link. Nothing in the answer tells whether anybody has the address.
///
/// # Errors
/// When it is asked for too often, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    typed: Typed,
) -> Result<Response, Error> {
    let mut page = ForgottenPage::new(&visit);
    page.email = page.email.with(typed.get("email"));
    match typed.get("email").parse::<Email>() {
        Ok(email) => {
            if page.sends_mail {
                recovery::ask(&visit.app, &client, &email).await?;
                page.asked = true;
            }
            visit.page(&page)
        }
        Err(error) => {
            page.email = page.email.failing(Some(error));
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

#[cfg(test)]
impl ForgottenPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let email = Field { kind: "email", ..Field::text("email", "E-mail address") };
        let page = Self { shell: Shell::default(), email, sends_mail: true, asked: false };
        let mut wrong = page.clone();
        wrong.email = wrong.email.with("ana").failing(Some("This is not an e-mail address."));
        vec![
            ("forgotten-no-mail".to_owned(), Self { sends_mail: false, ..page.clone() }),
            ("forgotten-asked".to_owned(), Self { asked: true, ..page.clone() }),
            ("forgotten".to_owned(), page),
            ("forgotten-wrong".to_owned(), wrong),
        ]
    }
}
