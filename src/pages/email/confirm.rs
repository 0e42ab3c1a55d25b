//! `GET /email/{secret}`, and confirming a new address there.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;

use crate::http::email_change::{self, Confirmed};
use crate::http::error::Error;
use crate::http::session;
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "email/confirm.html")]
pub struct ConfirmEmailPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address; empty when the link does not work any more.
    pub email: String,
    /// Where the form is sent to.
    pub action: String,
    /// Somebody else has the address by now.
    pub taken: bool,
    /// The one who asked for it is not signed in here.
    pub stranger: bool,
}

/// The link in the address, whoever made it up.
type Secret = Result<Path<String>, PathRejection>;

fn page(visit: &Visit, email: String, action: String) -> ConfirmEmailPage {
    ConfirmEmailPage { shell: visit.shell(""), email, action, taken: false, stranger: false }
}

/// Shows what would be changed, as often as somebody looks: a mail program that follows links changes nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn show(mut visit: Visit, secret: Secret, parts: Parts) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    // The page is open to everybody: nobody has looked yet who is signed in.
    visit.keeper = session::current(&visit.app, &parts).await?;
    match email_change::opened(&visit.app, &secret).await? {
        Some(asked) => {
            let stranger = visit.keeper.as_ref().map(|keeper| keeper.id) != Some(asked.keeper);
            let page = page(&visit, asked.email, email_change::path(&secret));
            visit.page(&ConfirmEmailPage { stranger, ..page })
        }
        None => visit.page_with(StatusCode::GONE, &page(&visit, String::new(), String::new())),
    }
}

/// Changes the address.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(
    mut visit: Visit,
    Extension(client): Extension<ClientInfo>,
    secret: Secret,
    parts: Parts,
) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    visit.keeper = session::current(&visit.app, &parts).await?;
    let by = visit.keeper.as_ref().map(|keeper| keeper.id);
    match email_change::confirm(&visit.app, &client, by, &secret).await? {
        Confirmed::Done(_) => Ok(visit.go("/settings/account", Some(Note::EmailChanged))),
        Confirmed::Gone => visit.page_with(StatusCode::GONE, &page(&visit, String::new(), String::new())),
        Confirmed::SignIn(email) => {
            let page = ConfirmEmailPage { stranger: true, ..page(&visit, email, String::new()) };
            visit.page_with(StatusCode::FORBIDDEN, &page)
        }
        Confirmed::Taken(email) => {
            let page = ConfirmEmailPage { taken: true, ..page(&visit, email, String::new()) };
            visit.page_with(StatusCode::CONFLICT, &page)
        }
    }
}

#[cfg(test)]
impl ConfirmEmailPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::default(),
            email: "ana@example.net".to_owned(),
            action: format!("/email/{}", "Ab3_".repeat(10)),
            taken: false,
            stranger: false,
        };
        vec![
            ("email-gone".to_owned(), Self { email: String::new(), ..page.clone() }),
            ("email-stranger".to_owned(), Self { stranger: true, ..page.clone() }),
            ("email-taken".to_owned(), Self { taken: true, ..page.clone() }),
            ("email-confirm".to_owned(), page),
        ]
    }
}
