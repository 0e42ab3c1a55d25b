//! Ending sessions from another one: `POST /settings/account/sessions/end` and `…/{session}/end`.

use axum::Extension;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::response::Response;
use uuid::Uuid;

use crate::http::account;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Ends one of the keeper's other sessions. The one in use ends by signing out.
///
/// # Errors
/// When there is no such session of this keeper, or the database does not answer.
pub async fn end(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    session: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, Error> {
    let Path(session) = session.map_err(|_| Error::NotFound)?;
    if session == keeper.session {
        return Err(Error::BadRequest("This is the session in use: sign out to end it.".into()));
    }
    // One that has ended meanwhile is as ended as was asked for.
    account::end_session(&visit.app, &client, &keeper, session).await?;
    Ok(visit.go("/settings/account", Some(Note::SessionEnded)))
}

/// Ends all of the keeper's other sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn end_others(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
) -> Result<Response, Error> {
    account::end_other_sessions(&visit.app, &client, &keeper).await?;
    Ok(visit.go("/settings/account", Some(Note::SessionsEnded)))
}
