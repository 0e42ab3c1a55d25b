//! Invites: who may register, and what became of it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::Result;
use crate::domain::id::{InviteId, KeeperId};
use crate::domain::keeper::Role;

/// An invite to be made. The address is valid and lower case already.
#[derive(Clone, Copy, Debug)]
pub struct NewInvite<'a> {
    /// Made by the form.
    pub id: InviteId,
    /// Whom it is for.
    pub email: &'a str,
    /// What they will be.
    pub role: Role,
    /// The owner who invites.
    pub by: KeeperId,
    /// When it is made.
    pub created_at: Timestamp,
    /// When it ends if it is not used.
    pub expires_at: Timestamp,
}

/// What became of making one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there, and another open one for the address is taken back.
    Done,
    /// The same form made it before.
    Before,
}

/// An invite as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: InviteId,
    /// Whom it is for.
    pub email: String,
    /// `owner` or `keeper`.
    pub role: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, or would have ended.
    pub expires_at: Timestamp,
    /// When somebody registered with it.
    pub used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// The owner who invited, if still there.
    pub by: Option<String>,
}

/// An invite that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: InviteId,
    /// Whom it is for.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// When it ends.
    pub expires_at: Timestamp,
}

struct Row {
    id: Uuid,
    email: String,
    role: String,
    expires_at: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Open {
    type Error = super::Error;

    fn try_from(row: Row) -> Result<Self> {
        let role = row.role.parse().map_err(|_| super::Error::Inconsistent {
            table: "invites",
            column: "role",
            value: row.role.clone(),
        })?;
        Ok(Self { id: InviteId(row.id), email: row.email, role, expires_at: row.expires_at.to_jiff() })
    }
}

/// Makes an invite, whether somebody has the address or not: that is found out when it is mailed and when it is used.
/// Two for one address at once take turns; the later one replaces the earlier.
pub async fn create(tx: &mut PgConnection, new: &NewInvite<'_>) -> Result<Made> {
    // The number has no meaning but must not change.
    sqlx::query!("select pg_advisory_xact_lock(3, hashtext($1))", new.email).execute(&mut *tx).await?;
    let before =
        sqlx::query_scalar!(r#"select exists (select from invites where id = $1) as "before!""#, new.id.0)
            .fetch_one(&mut *tx)
            .await?;
    if before {
        return Ok(Made::Before);
    }
    let replaced = sqlx::query_scalar!(
        "update invites set revoked_at = greatest($2, created_at), revoked_by = $3
         where email = $1 and used_at is null and revoked_at is null
         returning id",
        new.email,
        new.created_at.to_sqlx() as _,
        new.by.0,
    )
    .fetch_all(&mut *tx)
    .await?;
    sqlx::query!("delete from tokens where invite_id = any($1)", &replaced).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into invites (id, email, role, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6)",
        new.id.0,
        new.email,
        new.role.as_str(),
        new.created_at.to_sqlx() as _,
        new.by.0,
        new.expires_at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(Made::Done)
}

/// The newest invites, open or not.
pub async fn list(db: &mut PgConnection) -> Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select i.id, i.email, i.role, i.created_at, i.expires_at, i.used_at, i.revoked_at,
                  k.display_name as "by?"
           from invites i left join keepers k on k.id = i.created_by
           order by i.created_at desc, i.id desc limit 100"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Listed {
            id: InviteId(row.id),
            email: row.email,
            role: row.role,
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            used_at: row.used_at.map(jiff_sqlx::Timestamp::to_jiff),
            revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
            by: row.by,
        })
        .collect())
}

/// An invite, if it can still be used.
pub async fn open(db: &mut PgConnection, id: InviteId, now: Timestamp) -> Result<Option<Open>> {
    let row = sqlx::query_as!(
        Row,
        "select id, email, role, expires_at from invites
         where id = $1 and used_at is null and revoked_at is null and expires_at > $2",
        id.0,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    row.map(Open::try_from).transpose()
}

/// The invite whose link has this secret, if it can still be used.
pub async fn by_secret(db: &mut PgConnection, secret_hash: &[u8], now: Timestamp) -> Result<Option<Open>> {
    let row = sqlx::query_as!(
        Row,
        "select i.id, i.email, i.role, i.expires_at from tokens t join invites i on i.id = t.invite_id
         where t.kind = 'invite' and t.secret_hash = $1 and t.used_at is null and t.expires_at > $2
           and i.used_at is null and i.revoked_at is null and i.expires_at > $2",
        secret_hash,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    row.map(Open::try_from).transpose()
}

/// Uses an invite up and ends its links. Of many at once, one succeeds; false when it was taken back meanwhile.
pub async fn consume(tx: &mut PgConnection, id: InviteId, now: Timestamp) -> Result<bool> {
    let used = sqlx::query!(
        "update invites set used_at = greatest($2, created_at)
         where id = $1 and used_at is null and revoked_at is null and expires_at > $2",
        id.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from tokens where invite_id = $1", id.0).execute(tx).await?;
    Ok(used.rows_affected() == 1)
}

/// Notes who registered with an invite.
pub async fn used_by(tx: &mut PgConnection, id: InviteId, keeper: KeeperId) -> Result<()> {
    sqlx::query!("update invites set used_by = $2 where id = $1", id.0, keeper.0).execute(tx).await?;
    Ok(())
}

/// Takes an invite back and ends its links; whom it was for. None when it is used or taken back already.
pub async fn revoke(
    tx: &mut PgConnection,
    id: InviteId,
    by: KeeperId,
    now: Timestamp,
) -> Result<Option<String>> {
    let email = sqlx::query_scalar!(
        "update invites set revoked_at = greatest($2, created_at), revoked_by = $3
         where id = $1 and used_at is null and revoked_at is null
         returning email",
        id.0,
        now.to_sqlx() as _,
        by.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    sqlx::query!("delete from tokens where invite_id = $1", id.0).execute(tx).await?;
    Ok(email)
}

/// How many invites can be used.
pub async fn open_count(db: &mut PgConnection, now: Timestamp) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from invites
           where used_at is null and revoked_at is null and expires_at > $1"#,
        now.to_sqlx() as _,
    )
    .fetch_one(db)
    .await?)
}
