//! Sessions and remembered devices. Secrets are kept as SHA-256 only.

use std::net::IpAddr;

use ipnetwork::IpNetwork;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, second_factor};
use crate::domain::id::{KeeperId, ParameterId};

/// A session and the keeper it belongs to, with how they want to see things, in one row: every page needs it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The session's id, the first half of the cookie.
    pub id: Uuid,
    /// SHA-256 of the second half.
    pub secret_hash: Vec<u8>,
    /// When the session was last noted as used.
    pub last_seen_at: Timestamp,
    /// The keeper who is signed in.
    pub keeper_id: Uuid,
    /// The name that pages show.
    pub display_name: String,
    /// `owner` or `keeper`.
    pub role: String,
    /// `metric` or `imperial`.
    pub unit_system: String,
    /// `light`, `dark`, or none for the system's.
    pub theme: Option<String>,
    /// How dates are written.
    pub date_format: String,
    /// Parameters with the unit chosen for each.
    pub units: Vec<(ParameterId, String)>,
    /// The version of the catalogue: what can be measured, and in which units.
    pub catalogue_version: i64,
}

/// A session to be created.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// The session's id.
    pub id: Uuid,
    /// Whose it is.
    pub keeper_id: Uuid,
    /// SHA-256 of the secret.
    pub secret_hash: &'a [u8],
    /// The instant of sign-in.
    pub created_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
    /// The client's address, if known.
    pub addr: Option<IpAddr>,
    /// The browser's own name, at most 256 characters.
    pub user_agent: Option<&'a str>,
}

/// The live session with this id of an active keeper.
pub async fn find(db: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<Option<SessionRow>> {
    let row = sqlx::query!(
        r#"select s.id, s.secret_hash, s.last_seen_at, k.id as keeper_id, k.display_name, k.role,
                  k.unit_system, k.theme, k.date_format,
                  array(select parameter_id from keeper_units u where u.keeper_id = k.id
                        order by parameter_id) as "unit_parameters!",
                  array(select unit_code from keeper_units u where u.keeper_id = k.id
                        order by parameter_id) as "unit_codes!",
                  (select version from catalogue_version) as "catalogue_version!"
           from sessions s join keepers k on k.id = s.keeper_id
           where s.id = $1 and s.expires_at > $2 and k.active"#,
        id,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| SessionRow {
        id: row.id,
        secret_hash: row.secret_hash,
        last_seen_at: row.last_seen_at.to_jiff(),
        keeper_id: row.keeper_id,
        display_name: row.display_name,
        role: row.role,
        unit_system: row.unit_system,
        theme: row.theme,
        date_format: row.date_format,
        units: row.unit_parameters.into_iter().map(ParameterId).zip(row.unit_codes).collect(),
        catalogue_version: row.catalogue_version,
    }))
}

/// Stores a new session.
pub async fn create(db: &mut PgConnection, new: &NewSession<'_>) -> Result<()> {
    sqlx::query!(
        "insert into sessions (id, keeper_id, secret_hash, created_at, last_seen_at, expires_at, addr, user_agent)
         values ($1, $2, $3, $4, $4, $5, $6, $7)",
        new.id,
        new.keeper_id,
        new.secret_hash,
        new.created_at.to_sqlx() as _,
        new.expires_at.to_sqlx() as _,
        new.addr.map(IpNetwork::from),
        new.user_agent,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a session was used, and moves its end. Callers do this at most every few minutes.
pub async fn touch(db: &mut PgConnection, id: Uuid, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    sqlx::query!(
        "update sessions set last_seen_at = $2, expires_at = $3 where id = $1",
        id,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a session.
pub async fn revoke(db: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query!("delete from sessions where id = $1", id).execute(db).await?;
    Ok(())
}

/// A session as its keeper sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The session's id.
    pub id: Uuid,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last noted as used.
    pub last_seen_at: Timestamp,
    /// The client's address at the beginning, if known.
    pub addr: Option<IpAddr>,
    /// The browser's own name.
    pub user_agent: Option<String>,
}

/// A keeper's sessions that have not ended, the one used last first.
pub async fn of_keeper(db: &mut PgConnection, keeper: KeeperId, now: Timestamp) -> Result<Vec<Listed>> {
    let rows = sqlx::query!(
        "select id, created_at, last_seen_at, addr, user_agent from sessions
         where keeper_id = $1 and expires_at > $2
         order by last_seen_at desc, id desc limit 100",
        keeper.0,
        now.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            id: row.id,
            created_at: row.created_at.to_jiff(),
            last_seen_at: row.last_seen_at.to_jiff(),
            addr: row.addr.map(|addr| addr.ip()),
            user_agent: row.user_agent,
        })
        .collect())
}

/// Ends one of a keeper's own sessions. False when there is none of this id.
pub async fn revoke_of(db: &mut PgConnection, keeper: KeeperId, id: Uuid) -> Result<bool> {
    let ended = sqlx::query!("delete from sessions where id = $1 and keeper_id = $2", id, keeper.0)
        .execute(db)
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends every session of a keeper but this one, and forgets the devices: one that was lost, or that is somebody
/// else's, is a stranger again. Answers how many sessions there were.
pub async fn revoke_others(tx: &mut PgConnection, keeper: KeeperId, kept: Uuid) -> Result<u64> {
    let ended = sqlx::query!("delete from sessions where keeper_id = $1 and id <> $2", keeper.0, kept)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("delete from devices where keeper_id = $1", keeper.0).execute(&mut *tx).await?;
    second_factor::end_halves(tx, keeper).await?;
    Ok(ended.rows_affected())
}

/// Ends every session of a keeper and forgets the devices, as after a password reset. Answers how many
/// sessions there were.
pub async fn revoke_all(tx: &mut PgConnection, keeper: Uuid) -> Result<u64> {
    let ended = sqlx::query!("delete from sessions where keeper_id = $1", keeper).execute(&mut *tx).await?;
    sqlx::query!("delete from devices where keeper_id = $1", keeper).execute(&mut *tx).await?;
    second_factor::end_halves(tx, KeeperId(keeper)).await?;
    Ok(ended.rows_affected())
}

/// Remembers a device that has signed in, or notes that it did so again.
pub async fn remember_device(
    db: &mut PgConnection,
    id: Uuid,
    keeper: Uuid,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into devices (id, keeper_id, secret_hash, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $4, $5)
         on conflict (id) do update set last_used_at = $4, expires_at = $5",
        id,
        keeper,
        secret_hash,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The secret's hash of a device that is remembered for the account with this address.
pub async fn device_of_account(
    db: &mut PgConnection,
    id: Uuid,
    email: &str,
    now: Timestamp,
) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!(
        "select d.secret_hash from devices d join keepers k on k.id = d.keeper_id
         where d.id = $1 and k.email = $2 and d.expires_at > $3",
        id,
        email,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?)
}
