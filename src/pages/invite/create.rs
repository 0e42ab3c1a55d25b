//! `POST /settings/invites`: invites somebody. The answer is the page with the link: an address to go on to would have
//! to carry the secret. It is the same whether somebody has the address or not.

use axum::Extension;
use axum::response::Response;
use http::StatusCode;

use super::list::{Made, page};
use crate::domain::id::InviteId;
use crate::domain::keeper::{Email, Role};
use crate::http::error::Error;
use crate::http::registration::{self, Invited};
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Makes the invite.
///
/// # Errors
/// When the keeper is no owner, the form is none of ours, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    Owner(owner): Owner,
    typed: Typed,
) -> Result<Response, Error> {
    let id: InviteId = typed.get("form_id").parse().map_err(|_| {
        Error::BadRequest("This form could not be read. Load the page again and send it once more.".into())
    })?;
    let email = typed.get("email").parse::<Email>();
    let role = typed.get("role").parse::<Role>();
    if let (Ok(email), Ok(role)) = (&email, &role) {
        match registration::invite(&visit.app, &client, &owner, id, email, *role).await? {
            Invited::Done { link, mailed } => {
                let mut page = page(&visit).await?;
                page.made = Some(Made { email: email.to_string(), link, mailed });
                return visit.page(&page);
            }
            Invited::Before => return Ok(visit.go("/settings/invites", Some(Note::InvitedBefore))),
        }
    }
    let mut page = page(&visit).await?;
    page.email = page.email.with(typed.get("email")).failing(email.as_ref().err());
    page.role = page.role.with(typed.get("role")).failing(role.err().map(|_| "Choose one of the two."));
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
