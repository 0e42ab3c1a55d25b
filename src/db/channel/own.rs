//! A keeper's channels as the keeper sets them. Secrets go in and never come out here.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::db::{Error, Result};
use crate::domain::channel::{Details, Kind, MOST};
use crate::domain::egress::Target;
use crate::domain::id::{ChannelId, KeeperId};

/// A channel as its keeper sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that a keeper turns on")]
pub struct Own {
    /// Its id.
    pub id: ChannelId,
    /// How it reaches the keeper.
    pub kind: Kind,
    /// Its name; may be empty.
    pub name: String,
    /// The address that is posted to; none for mail.
    pub target: Option<String>,
    /// Whether there is a token or a signing secret.
    pub has_secret: bool,
    /// Wants to hear of what is due.
    pub reminders: bool,
    /// Wants to hear of readings.
    pub alerts: bool,
    /// In use.
    pub enabled: bool,
    /// Counts the changes.
    pub version: i32,
    /// When a message went out last.
    pub last_sent_at: Option<Timestamp>,
    /// Why the last message did not go out, and when that was.
    pub failure: Option<(String, Timestamp)>,
}

#[expect(clippy::struct_excessive_bools, reason = "as the table has them")]
struct Row {
    id: Uuid,
    kind: String,
    name: String,
    target: Option<String>,
    has_secret: bool,
    reminders: bool,
    alerts: bool,
    enabled: bool,
    version: i32,
    last_sent_at: Option<jiff_sqlx::Timestamp>,
    last_error: Option<String>,
    last_error_at: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<Row> for Own {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = Kind::from_name(&row.kind);
        let kind = kind.ok_or(Error::Inconsistent { table: "channels", column: "kind", value: row.kind })?;
        Ok(Self {
            id: ChannelId(row.id),
            kind,
            name: row.name,
            target: row.target,
            has_secret: row.has_secret,
            reminders: row.reminders,
            alerts: row.alerts,
            enabled: row.enabled,
            version: row.version,
            last_sent_at: row.last_sent_at.map(jiff_sqlx::Timestamp::to_jiff),
            failure: row.last_error.zip(row.last_error_at.map(jiff_sqlx::Timestamp::to_jiff)),
        })
    }
}

/// A keeper's channels, mail first.
pub async fn list(db: &mut PgConnection, keeper: KeeperId) -> Result<Vec<Own>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, kind, name, target, secret is not null as "has_secret!", reminders, alerts, enabled,
                  version, last_sent_at, last_error, last_error_at
           from channels where keeper_id = $1 order by kind <> 'mail', created_at, id"#,
        keeper.0,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Own::try_from).collect()
}

/// One of a keeper's channels.
pub async fn find(db: &mut PgConnection, keeper: KeeperId, channel: ChannelId) -> Result<Option<Own>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, kind, name, target, secret is not null as "has_secret!", reminders, alerts, enabled,
                  version, last_sent_at, last_error, last_error_at
           from channels where keeper_id = $1 and id = $2"#,
        keeper.0,
        channel.0,
    )
    .fetch_optional(db)
    .await?;
    row.map(Own::try_from).transpose()
}

/// What became of a new channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Done,
    /// The same form had made it before, or another keeper's did.
    Before,
    /// The keeper has [`MOST`] of them.
    TooMany,
}

/// Adds a channel; its id is made by the form.
pub async fn create(
    db: &mut PgConnection,
    keeper: KeeperId,
    (id, kind): (ChannelId, Kind),
    details: &Details,
    secret: Option<&str>,
    now: Timestamp,
) -> Result<Created> {
    let mut tx = db.begin().await?;
    // The keeper's row makes those who add take turns.
    sqlx::query!("select id from keepers where id = $1 for update", keeper.0)
        .fetch_optional(&mut *tx)
        .await?;
    if sqlx::query_scalar!(r#"select exists (select from channels where id = $1) as "there!""#, id.0)
        .fetch_one(&mut *tx)
        .await?
    {
        return Ok(Created::Before);
    }
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from channels where keeper_id = $1"#, keeper.0)
            .fetch_one(&mut *tx)
            .await?;
    if count >= MOST {
        return Ok(Created::TooMany);
    }
    sqlx::query!(
        "insert into channels (id, keeper_id, kind, name, target, secret, alerts, created_at, reminders)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.0,
        keeper.0,
        kind.as_str(),
        details.name,
        details.target.as_ref().map(Target::as_str),
        secret,
        details.alerts,
        now.to_sqlx() as _,
        details.reminders,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Created::Done)
}

/// What happens to an access token when its channel is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// It stays.
    Kept,
    /// This one, or none, takes its place.
    Now(Option<&'a str>),
}

/// Changes a channel of this version. False when it is another version by now, or gone.
pub async fn update(
    db: &mut PgConnection,
    keeper: KeeperId,
    (channel, version): (ChannelId, i32),
    details: &Details,
    token: Token<'_>,
) -> Result<bool> {
    let (kept, token) = match token {
        Token::Kept => (true, None),
        Token::Now(token) => (false, token),
    };
    let changed = sqlx::query!(
        "update channels set name = $4, target = $5, secret = case when $6 then secret else $7 end,
                alerts = $8, reminders = $9, version = version + 1, last_error = null, last_error_at = null
         where keeper_id = $1 and id = $2 and version = $3",
        keeper.0,
        channel.0,
        version,
        details.name,
        details.target.as_ref().map(Target::as_str),
        kept,
        token,
        details.alerts,
        details.reminders,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Turns a channel on or off. False when there is none.
pub async fn turn(db: &mut PgConnection, keeper: KeeperId, channel: ChannelId, on: bool) -> Result<bool> {
    let turned = sqlx::query!(
        "update channels set enabled = $3, version = version + 1 where keeper_id = $1 and id = $2",
        keeper.0,
        channel.0,
        on,
    )
    .execute(db)
    .await?;
    Ok(turned.rows_affected() == 1)
}

/// Gives a webhook another signing secret; the one before is gone. False when there is no such webhook.
pub async fn renew(
    db: &mut PgConnection,
    keeper: KeeperId,
    channel: ChannelId,
    secret: &str,
) -> Result<bool> {
    let renewed = sqlx::query!(
        "update channels set secret = $3, version = version + 1
         where keeper_id = $1 and id = $2 and kind = 'webhook'",
        keeper.0,
        channel.0,
        secret,
    )
    .execute(db)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Deletes a channel, with its secret. The one of mail stays: it can be turned off. False when there is none to delete.
pub async fn delete(db: &mut PgConnection, keeper: KeeperId, channel: ChannelId) -> Result<bool> {
    let deleted = sqlx::query!(
        "delete from channels where keeper_id = $1 and id = $2 and kind <> 'mail'",
        keeper.0,
        channel.0,
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected() == 1)
}
