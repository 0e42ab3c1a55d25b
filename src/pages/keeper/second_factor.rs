//! `POST /settings/keepers/{keeper}/second-factor-off`: for a keeper who lost the phone and the recovery codes.

use axum::Extension;
use axum::response::Response;

use super::{AtKeeper, href};
use crate::http::error::Error;
use crate::http::second_factor::turn_off_for;
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Turns it off. One's own is turned off in one's account, with a code.
///
/// # Errors
/// When the keeper is no owner, asks for themselves, or the database does not answer.
pub async fn turn_off(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    Owner(owner): Owner,
    AtKeeper(keeper): AtKeeper,
) -> Result<Response, Error> {
    if keeper == owner.id {
        return Err(Error::BadRequest("Turn your own second factor off in your account.".into()));
    }
    let off = turn_off_for(&visit.app, &client, &owner, keeper).await?;
    Ok(visit.go(&href(keeper), Some(if off { Note::SecondFactorOffFor } else { Note::Unchanged })))
}
