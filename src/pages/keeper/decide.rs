//! What an owner decides about a keeper with one press: `POST …/owner`, `…/keeper`, `…/deactivate`, `…/reactivate`.

use axum::Extension;
use axum::response::Response;

use super::{AtKeeper, href};
use crate::db::household::Changed;
use crate::domain::id::KeeperId;
use crate::domain::keeper::Role;
use crate::http::error::Error;
use crate::http::household::{Decision, decide};
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// Makes a keeper an owner.
///
/// # Errors
/// When the keeper is no owner, there is none at this address, or the database does not answer.
pub async fn owner(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    owner: Owner,
    AtKeeper(keeper): AtKeeper,
) -> Result<Response, Error> {
    carry_out(&visit, &client, &owner, keeper, Decision::Role(Role::Owner), Note::MadeOwner(keeper)).await
}

/// Makes an owner a keeper again.
///
/// # Errors
/// As [`owner`].
pub async fn keeper(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    owner: Owner,
    AtKeeper(keeper): AtKeeper,
) -> Result<Response, Error> {
    carry_out(&visit, &client, &owner, keeper, Decision::Role(Role::Keeper), Note::MadeKeeper(keeper)).await
}

/// Lets a keeper sign in no longer, and signs them out everywhere.
///
/// # Errors
/// As [`owner`]; also when owners would lock themselves out.
pub async fn deactivate(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    owner: Owner,
    AtKeeper(keeper): AtKeeper,
) -> Result<Response, Error> {
    if keeper == owner.0.id {
        return Err(Error::BadRequest("Another owner can deactivate your account; you cannot.".into()));
    }
    carry_out(&visit, &client, &owner, keeper, Decision::Active(false), Note::Deactivated(keeper)).await
}

/// Lets a keeper sign in again.
///
/// # Errors
/// As [`owner`].
pub async fn reactivate(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    owner: Owner,
    AtKeeper(keeper): AtKeeper,
) -> Result<Response, Error> {
    carry_out(&visit, &client, &owner, keeper, Decision::Active(true), Note::Reactivated(keeper)).await
}

async fn carry_out(
    visit: &Visit,
    client: &ClientInfo,
    Owner(owner): &Owner,
    keeper: KeeperId,
    decision: Decision,
    done: Note,
) -> Result<Response, Error> {
    let note = match decide(&visit.app, client, owner, keeper, decision).await? {
        Changed::Done => done,
        Changed::AlreadySo => Note::Unchanged,
        Changed::LastOwner => Note::LastOwner,
        Changed::NoKeeper => return Err(Error::NotFound),
    };
    // Who is no owner any more has no business on the keeper's page, and could not take it back either.
    if keeper == owner.id && done == Note::MadeKeeper(keeper) && note == done {
        return Ok(visit.go("/settings", Some(Note::NoOwnerAnyMore)));
    }
    Ok(visit.go(&href(keeper), Some(note)))
}
