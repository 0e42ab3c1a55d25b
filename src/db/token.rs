//! One-time and short-lived secrets, kept as SHA-256 only.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::domain::id::{InviteId, KeeperId};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Creates the household's first owner, once.
    Setup,
    /// Opens the answering route of `verify` until it expires.
    Verify,
    /// Makes an account of an invite.
    Invite,
    /// Chooses a new password.
    Reset,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Verify => "verify",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }
}

/// Stores a token. A new setup code replaces the older ones.
pub async fn create(
    tx: &mut PgConnection,
    id: Uuid,
    kind: Kind,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    if kind == Kind::Setup {
        sqlx::query!("delete from tokens where kind = 'setup' and used_at is null").execute(&mut *tx).await?;
    }
    sqlx::query!(
        "insert into tokens (id, kind, secret_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        id,
        kind.as_str(),
        secret_hash,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Stores a token of an invite. It is one of several: a link for each way it was handed over.
pub async fn create_for_invite(
    tx: &mut PgConnection,
    id: Uuid,
    invite: InviteId,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into tokens (id, kind, invite_id, secret_hash, created_at, expires_at)
         values ($1, 'invite', $2, $3, $4, $5)",
        id,
        invite.0,
        secret_hash,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Stores a token with which a keeper's password is chosen anew.
pub async fn create_for_reset(
    tx: &mut PgConnection,
    id: Uuid,
    keeper: KeeperId,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into tokens (id, kind, keeper_id, secret_hash, created_at, expires_at)
         values ($1, 'reset', $2, $3, $4, $5)",
        id,
        keeper.0,
        secret_hash,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The active keeper whose password a token may choose, if it still may. With `lock`, of many at once who hold a
/// token of the keeper, one goes on and the others wait for what becomes of it.
pub async fn reset_of(
    db: &mut PgConnection,
    secret_hash: &[u8],
    now: Timestamp,
    lock: bool,
) -> Result<Option<KeeperId>> {
    let keeper = sqlx::query_scalar!(
        r#"select k.id from tokens t join keepers k on k.id = t.keeper_id
           where t.kind = 'reset' and t.secret_hash = $1 and t.used_at is null and t.expires_at > $2 and k.active"#,
        secret_hash,
        now.to_sqlx() as _,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(keeper) = keeper else { return Ok(None) };
    if lock {
        sqlx::query!("select id from keepers where id = $1 for no key update", keeper)
            .fetch_optional(&mut *db)
            .await?;
        // Somebody who had the lock before may have used the keeper's tokens up.
        if !is_valid(db, Kind::Reset, secret_hash, now).await? {
            return Ok(None);
        }
    }
    Ok(Some(KeeperId(keeper)))
}

/// Ends every link with which a keeper's account could be changed: what they were for has happened.
pub async fn end_of_keeper(tx: &mut PgConnection, keeper: KeeperId) -> Result<()> {
    sqlx::query!("delete from tokens where keeper_id = $1 and kind in ('reset', 'email')", keeper.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether an unused, unexpired token with this hash exists.
pub async fn is_valid(db: &mut PgConnection, kind: Kind, secret_hash: &[u8], now: Timestamp) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from tokens
             where kind = $1 and secret_hash = $2 and used_at is null and expires_at > $3) as "valid!""#,
        kind.as_str(),
        secret_hash,
        now.to_sqlx() as _,
    )
    .fetch_one(db)
    .await?)
}

/// Uses a token up. Answers whether it could be used; of many at once, one succeeds.
pub async fn consume(tx: &mut PgConnection, kind: Kind, secret_hash: &[u8], now: Timestamp) -> Result<bool> {
    let done = sqlx::query!(
        "update tokens set used_at = $3
         where kind = $1 and secret_hash = $2 and used_at is null and expires_at > $3",
        kind.as_str(),
        secret_hash,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
