//! The ways in which keepers are told things.

pub mod own;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use secrecy::SecretString;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::domain::id::{ChannelId, KeeperId};
use crate::domain::message::Purpose;

/// Gives a new keeper the channel that goes to the keeper's own address. It has the keeper's id.
pub async fn create_mail(tx: &mut PgConnection, keeper: Uuid, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into channels (id, keeper_id, kind, created_at) values ($1, $1, 'mail', $2)",
        keeper,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The channels by which an active keeper wants to be told this, in the order in which they were made.
pub async fn wanting(db: &mut PgConnection, keeper: KeeperId, purpose: Purpose) -> Result<Vec<ChannelId>> {
    let ids = sqlx::query_scalar!(
        "select c.id from channels c join keepers k on k.id = c.keeper_id
         where c.keeper_id = $1 and k.active and c.enabled and (($2 and c.reminders) or ($3 and c.alerts))
         order by c.created_at, c.id",
        keeper.0,
        purpose == Purpose::Reminder,
        purpose == Purpose::Alert,
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(ChannelId).collect())
}

/// A channel, and whom it reaches.
#[derive(Debug, Clone)]
pub struct Channel {
    /// `mail`, `ntfy` or `webhook`.
    pub kind: String,
    /// The address that is posted to; none for mail. Its path may be a secret.
    pub target: Option<String>,
    /// What is proven or signed with.
    pub secret: Option<SecretString>,
    /// The keeper's address.
    pub keeper_email: String,
    /// The keeper's name.
    pub keeper_name: String,
}

/// A channel that is in use, of a keeper who is active.
pub async fn find(db: &mut PgConnection, channel: ChannelId) -> Result<Option<Channel>> {
    let row = sqlx::query!(
        "select c.kind, c.target, c.secret, k.email, k.display_name
         from channels c join keepers k on k.id = c.keeper_id
         where c.id = $1 and c.enabled and k.active",
        channel.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Channel {
        kind: row.kind,
        target: row.target,
        secret: row.secret.map(SecretString::from),
        keeper_email: row.email,
        keeper_name: row.display_name,
    }))
}

/// Notes that a message went out; what went wrong before is forgotten.
pub async fn sent(db: &mut PgConnection, channel: ChannelId, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update channels set last_sent_at = $2, last_error = null, last_error_at = null where id = $1",
        channel.0,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes why a message did not go out. One whose receiver is gone for good is turned off.
pub async fn failed(
    db: &mut PgConnection,
    channel: ChannelId,
    error: &str,
    gone: bool,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "update channels set last_error = left($2, 512), last_error_at = $3, enabled = enabled and not $4,
                version = version + $4::boolean::integer
         where id = $1",
        channel.0,
        error,
        now.to_sqlx() as _,
        gone,
    )
    .execute(db)
    .await?;
    Ok(())
}
