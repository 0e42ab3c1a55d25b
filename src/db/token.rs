//! One-time and short-lived secrets, kept as SHA-256 only.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Creates the household's first owner, once.
    Setup,
    /// Opens the answering route of `verify` until it expires.
    Verify,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Verify => "verify",
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
