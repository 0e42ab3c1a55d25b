//! Changing who belongs to the household and what they may do. Whatever is asked, by whomever and however many at
//! once, somebody remains who can sign in and is an owner.

use sqlx::PgConnection;

use super::{Result, session, token};
use crate::domain::id::KeeperId;
use crate::domain::keeper::Role;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is so now.
    Done,
    /// It was so before.
    AlreadySo,
    /// They are the last owner who can sign in; nothing changed.
    LastOwner,
    /// There is no such keeper.
    NoKeeper,
}

struct Standing {
    owner: bool,
    active: bool,
    others: bool,
}

/// Keeps everybody else's changes of this kind waiting until the transaction ends, and whatever else would change the
/// keeper's account. First of all in a transaction: what writes the keeper's id into another table shares the row
/// already, and would wait for a change of the address that waits for it.
pub async fn lock(tx: &mut PgConnection, keeper: KeeperId) -> Result<()> {
    // The number has no meaning but must not change.
    sqlx::query!("select pg_advisory_xact_lock(5207430503669129633)").execute(&mut *tx).await?;
    sqlx::query!("select id from keepers where id = $1 for update", keeper.0).fetch_optional(tx).await?;
    Ok(())
}

async fn standing(tx: &mut PgConnection, keeper: KeeperId) -> Result<Option<Standing>> {
    lock(tx, keeper).await?;
    Ok(sqlx::query_as!(
        Standing,
        r#"select role = 'owner' as "owner!", active,
                  exists (select from keepers o where o.id <> $1 and o.role = 'owner' and o.active) as "others!"
           from keepers where id = $1"#,
        keeper.0
    )
    .fetch_optional(tx)
    .await?)
}

impl Standing {
    fn is_last_owner(&self) -> bool {
        self.owner && self.active && !self.others
    }
}

/// Makes a keeper an owner, or an owner a keeper.
pub async fn set_role(tx: &mut PgConnection, keeper: KeeperId, role: Role) -> Result<Changed> {
    let Some(standing) = standing(tx, keeper).await? else { return Ok(Changed::NoKeeper) };
    if standing.owner == (role == Role::Owner) {
        return Ok(Changed::AlreadySo);
    }
    if standing.is_last_owner() {
        return Ok(Changed::LastOwner);
    }
    sqlx::query!("update keepers set role = $2 where id = $1", keeper.0, role.as_str()).execute(tx).await?;
    Ok(Changed::Done)
}

/// Lets a keeper sign in no longer, and ends every session; or lets them sign in again.
pub async fn set_active(tx: &mut PgConnection, keeper: KeeperId, active: bool) -> Result<Changed> {
    let Some(standing) = standing(tx, keeper).await? else { return Ok(Changed::NoKeeper) };
    if standing.active == active {
        return Ok(Changed::AlreadySo);
    }
    if standing.is_last_owner() {
        return Ok(Changed::LastOwner);
    }
    sqlx::query!("update keepers set active = $2 where id = $1", keeper.0, active).execute(&mut *tx).await?;
    if !active {
        session::revoke_all(tx, keeper.0).await?;
        token::end_of_keeper(tx, keeper).await?;
    }
    Ok(Changed::Done)
}

/// Deletes a keeper's account with all that is about the account alone. What they recorded stays, without a name.
pub async fn delete(tx: &mut PgConnection, keeper: KeeperId) -> Result<Changed> {
    let Some(standing) = standing(tx, keeper).await? else { return Ok(Changed::NoKeeper) };
    if standing.is_last_owner() {
        return Ok(Changed::LastOwner);
    }
    sqlx::query!("delete from keepers where id = $1", keeper.0).execute(tx).await?;
    Ok(Changed::Done)
}
