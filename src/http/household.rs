//! Who belongs to the household and what they may do, as owners decide; each decision is written down.

use sqlx::Connection as _;

use super::App;
use super::error::Error;
use super::session::Keeper;
use crate::db;
use crate::db::audit::Entry;
use crate::db::household::Changed;
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::keeper::Role;
use crate::proxy::ClientInfo;

/// A decision about a keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// What they may do from now on.
    Role(Role),
    /// Whether they may sign in.
    Active(bool),
    /// The account goes; what they recorded stays.
    Delete,
}

/// Carries a decision out, if the household then still has an owner who can sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn decide(
    app: &App,
    client: &ClientInfo,
    owner: &Keeper,
    keeper: KeeperId,
    decision: Decision,
) -> Result<Changed, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    db::household::lock(&mut tx, keeper).await?;
    let Some(profile) = db::keeper::find(&mut tx, keeper).await? else { return Ok(Changed::NoKeeper) };
    let (act, detail) = match decision {
        Decision::Role(Role::Owner) => (Act::RoleChanged, "to owner".to_owned()),
        Decision::Role(Role::Keeper) => (Act::RoleChanged, "to keeper".to_owned()),
        Decision::Active(true) => (Act::Reactivated, String::new()),
        Decision::Active(false) => (Act::Deactivated, String::new()),
        // The name stays in the line, the address says which account it was.
        Decision::Delete => (Act::Deleted, profile.email),
    };
    // Before the change: of a deleted keeper nobody could read the name any more.
    let entry =
        Entry { act, actor: Some(owner.id), subject: Some(keeper), detail: &detail, addr: client.addr };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    let changed = match decision {
        Decision::Role(role) => db::household::set_role(&mut tx, keeper, role).await?,
        Decision::Active(active) => db::household::set_active(&mut tx, keeper, active).await?,
        Decision::Delete => db::household::delete(&mut tx, keeper).await?,
    };
    if changed == Changed::Done {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(changed)
}
