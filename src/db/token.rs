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
    /// Confirms a new e-mail address.
    Email,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Verify => "verify",
            Self::Invite => "invite",
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }
}

/// Whom or what a token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The household's first owner. A new code replaces the older ones.
    Setup,
    /// The answering route of `verify`.
    Verify,
    /// An invite. It is one of several: a link for each way it was handed over.
    Invite(InviteId),
    /// A keeper who chooses a new password.
    Reset(KeeperId),
    /// A keeper who wants to sign in with this address (lower case) from now on.
    Email(KeeperId, &'a str),
}

/// Stores a token.
pub async fn create(
    tx: &mut PgConnection,
    id: Uuid,
    subject: Subject<'_>,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let (kind, invite, keeper, email) = match subject {
        Subject::Setup => (Kind::Setup, None, None, None),
        Subject::Verify => (Kind::Verify, None, None, None),
        Subject::Invite(invite) => (Kind::Invite, Some(invite.0), None, None),
        Subject::Reset(keeper) => (Kind::Reset, None, Some(keeper.0), None),
        Subject::Email(keeper, email) => (Kind::Email, None, Some(keeper.0), Some(email)),
    };
    if kind == Kind::Setup {
        sqlx::query!("delete from tokens where kind = 'setup' and used_at is null").execute(&mut *tx).await?;
    }
    sqlx::query!(
        "insert into tokens (id, kind, invite_id, keeper_id, email, secret_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        kind.as_str(),
        invite,
        keeper,
        email,
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

/// An e-mail address that waits to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmail {
    /// Whose it will be.
    pub keeper: KeeperId,
    /// The address, in lower case.
    pub email: String,
    /// Until when.
    pub expires_at: Timestamp,
}

struct EmailRow {
    keeper: Uuid,
    email: String,
    expires_at: jiff_sqlx::Timestamp,
}

impl From<EmailRow> for NewEmail {
    fn from(row: EmailRow) -> Self {
        Self { keeper: KeeperId(row.keeper), email: row.email, expires_at: row.expires_at.to_jiff() }
    }
}

/// The address that a keeper is waiting to confirm.
pub async fn new_email_of(
    db: &mut PgConnection,
    keeper: KeeperId,
    now: Timestamp,
) -> Result<Option<NewEmail>> {
    let row = sqlx::query_as!(
        EmailRow,
        r#"select keeper_id as "keeper!", email as "email!", expires_at from tokens
           where kind = 'email' and keeper_id = $1 and used_at is null and expires_at > $2
           order by id desc limit 1"#,
        keeper.0,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(NewEmail::from))
}

/// What the token of this id asks for, if its keeper is active and it was not taken back.
pub async fn new_email_by_id(db: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<Option<NewEmail>> {
    let row = sqlx::query_as!(
        EmailRow,
        r#"select t.keeper_id as "keeper!", t.email as "email!", t.expires_at
           from tokens t join keepers k on k.id = t.keeper_id
           where t.kind = 'email' and t.id = $1 and t.used_at is null and t.expires_at > $2 and k.active"#,
        id,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(NewEmail::from))
}

/// What a link's secret asks for, if it still does.
pub async fn new_email_by_secret(
    db: &mut PgConnection,
    secret_hash: &[u8],
    now: Timestamp,
) -> Result<Option<NewEmail>> {
    let row = sqlx::query_as!(
        EmailRow,
        r#"select t.keeper_id as "keeper!", t.email as "email!", t.expires_at
           from tokens t join keepers k on k.id = t.keeper_id
           where t.kind = 'email' and t.secret_hash = $1 and t.used_at is null and t.expires_at > $2 and k.active"#,
        secret_hash,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(NewEmail::from))
}

/// Keeps everybody else who would change the keeper's account or its links waiting until the transaction ends.
pub async fn lock_keeper(tx: &mut PgConnection, keeper: KeeperId) -> Result<()> {
    sqlx::query!("select id from keepers where id = $1 for no key update", keeper.0)
        .fetch_optional(tx)
        .await?;
    Ok(())
}

/// Takes back what a keeper waits to confirm. False when there was nothing.
pub async fn end_emails(tx: &mut PgConnection, keeper: KeeperId) -> Result<bool> {
    let ended = sqlx::query!("delete from tokens where keeper_id = $1 and kind = 'email'", keeper.0)
        .execute(tx)
        .await?;
    Ok(ended.rows_affected() > 0)
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
