//! `POST /settings/invites/{invite}/revoke`.

use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;

use crate::http::error::Error;
use crate::http::registration;
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Takes an invite back: its links no longer work.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    Owner(owner): Owner,
    invite: Result<Path<String>, PathRejection>,
) -> Result<Response, Error> {
    let Path(invite) = invite.map_err(|_| Error::NotFound)?;
    let invite = invite.parse().map_err(|_| Error::NotFound)?;
    let revoked = registration::revoke(&visit.app, &client, &owner, invite).await?;
    let note = if revoked { Note::InviteRevoked } else { Note::InviteNotRevoked };
    Ok(visit.go("/settings/invites", Some(note)))
}
