//! `POST /settings/keepers/{keeper}/reset`: a link with which a keeper chooses a new password. The answer is the page
//! with the link: an address to go on to would have to carry the secret.

use axum::Extension;
use axum::response::Response;

use super::AtKeeper;
use super::show::page;
use crate::db;
use crate::http::error::Error;
use crate::http::recovery;
use crate::http::session::Owner;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Makes the link.
///
/// # Errors
/// When the keeper is no owner, there is none at this address who may sign in, or the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    Owner(owner): Owner,
    AtKeeper(id): AtKeeper,
) -> Result<Response, Error> {
    let link = recovery::link(&visit.app, &client, &owner, id).await?.ok_or(Error::NotFound)?;
    let keeper = db::keeper::find(&mut *visit.app.connection().await?, id).await?.ok_or(Error::NotFound)?;
    visit.page(&page(&visit, &owner, keeper, link).await?)
}
