//! `POST /sign-out`.

use axum::Extension;
use axum::response::Response;

use crate::http::account;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Ends the session in use.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
) -> Result<Response, Error> {
    let mut response = visit.go("/sign-in", Some(Note::SignedOut));
    account::sign_out(&visit.app, &client, &keeper, response.headers_mut()).await?;
    Ok(response)
}
