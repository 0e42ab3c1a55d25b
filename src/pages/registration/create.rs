//! `POST /register/{secret}`: makes an account of an invite.

use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::new::{RegisterPage, page};
use crate::domain::keeper::display_name;
use crate::domain::unit::UnitSystem;
use crate::http::error::Error;
use crate::http::registration::{self, Newcomer, Registered};
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Makes the account and signs it in.
///
/// # Errors
/// When too many passwords are being hashed, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    headers: HeaderMap,
    secret: Result<Path<String>, PathRejection>,
    typed: Typed,
) -> Result<Response, Error> {
    let Path(secret) = secret.map_err(|_| Error::NotFound)?;
    let mut page = page(&visit, &secret).await?;
    if page.email.is_empty() {
        return visit.page_with(StatusCode::GONE, &page);
    }
    let Some(newcomer) = read(&typed, &mut page) else {
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match registration::register(&visit.app, &client, &headers, &secret, newcomer).await? {
        Registered::Done(signed_in) => {
            let mut response = visit.go("/", Some(Note::Registered));
            signed_in.set_cookies(&visit.app, response.headers_mut());
            Ok(response)
        }
        Registered::Gone => {
            page.email.clear();
            visit.page_with(StatusCode::GONE, &page)
        }
    }
}

/// Reads the form into its checked values; what is wrong, and everything but the passwords, goes into the page.
fn read(typed: &Typed, page: &mut RegisterPage) -> Option<Newcomer> {
    for field in [&mut page.name, &mut page.units] {
        typed.get(field.name).clone_into(&mut field.value);
    }
    let name = display_name(typed.get("name"));
    let units = typed.get("units").parse::<UnitSystem>();
    page.name.error = name.as_ref().err().map(ToString::to_string);
    page.units.error = units.is_err().then(|| "Choose one of the two.".to_owned());
    let password = page.password.read(typed, &page.email);
    Some(Newcomer {
        display_name: name.ok()?,
        password: password?,
        imperial: units.ok()? == UnitSystem::Imperial,
    })
}
