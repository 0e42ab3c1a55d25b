//! The second factor of keepers who have one: the secret, the recovery codes, and who guesses.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, token};
use crate::domain::id::KeeperId;
use crate::domain::second_factor::{SECRET_BYTES, Secret};

/// A second factor.
#[derive(Debug, Clone)]
pub struct Factor {
    /// What the app makes codes of.
    pub secret: Secret,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When the first right code put it in force.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was taken.
    pub last_step: Option<i64>,
}

/// What a keeper's pages say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Since when it is in force.
    pub since: Timestamp,
    /// How many recovery codes are left.
    pub codes: i64,
}

/// A keeper's second factor that is in force.
pub async fn standing(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<Standing>> {
    let row = sqlx::query!(
        r#"select confirmed_at as "since!",
                  (select count(*) from recovery_codes c where c.keeper_id = f.keeper_id) as "codes!"
           from second_factors f where keeper_id = $1 and confirmed_at is not null"#,
        keeper.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Standing { since: row.since.to_jiff(), codes: row.codes }))
}

/// A keeper's second factor, with everybody else who would use it kept waiting until the transaction ends: of many
/// who give one code at the same time, one is the first. The keeper's row is always locked before the others, so that no
/// two wait for each other.
pub async fn lock(tx: &mut PgConnection, keeper: KeeperId) -> Result<Option<Factor>> {
    token::lock_keeper(tx, keeper).await?;
    let row = sqlx::query!(
        "select secret, created_at, confirmed_at, last_step from second_factors where keeper_id = $1 for update",
        keeper.0
    )
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let bytes = <[u8; SECRET_BYTES]>::try_from(row.secret.as_slice());
        Ok(Factor {
            secret: Secret::new(bytes.map_err(|error| sqlx::Error::Decode(error.into()))?),
            created_at: row.created_at.to_jiff(),
            confirmed_at: row.confirmed_at.map(jiff_sqlx::Timestamp::to_jiff),
            last_step: row.last_step,
        })
    })
    .transpose()
}

/// Keeps a secret that waits for its first code, in place of one that waited before. False when one is in force.
pub async fn begin(tx: &mut PgConnection, keeper: KeeperId, secret: &Secret, now: Timestamp) -> Result<bool> {
    let kept = sqlx::query!(
        "insert into second_factors (keeper_id, secret, created_at) values ($1, $2, $3)
         on conflict (keeper_id) do update set secret = $2, created_at = $3
         where second_factors.confirmed_at is null",
        keeper.0,
        secret.bytes(),
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Puts it in force; `step` is that of the first code.
pub async fn confirm(tx: &mut PgConnection, keeper: KeeperId, step: i64, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update second_factors set confirmed_at = $2, last_step = $3 where keeper_id = $1",
        keeper.0,
        now.to_sqlx() as _,
        step,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Notes the step of a code that was taken.
pub async fn took(tx: &mut PgConnection, keeper: KeeperId, step: i64) -> Result<()> {
    sqlx::query!("update second_factors set last_step = $2 where keeper_id = $1", keeper.0, step)
        .execute(tx)
        .await?;
    Ok(())
}

/// Turns it off, with its recovery codes and every sign-in that waits for a code. False when there was none in force.
pub async fn remove(tx: &mut PgConnection, keeper: KeeperId) -> Result<bool> {
    token::lock_keeper(tx, keeper).await?;
    let removed = sqlx::query!(
        "delete from second_factors where keeper_id = $1 and confirmed_at is not null",
        keeper.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from half_sign_ins where keeper_id = $1", keeper.0).execute(tx).await?;
    Ok(removed.rows_affected() == 1)
}

/// Gives a keeper these recovery codes in place of those there were.
pub async fn set_codes(
    tx: &mut PgConnection,
    keeper: KeeperId,
    hashes: &[Vec<u8>],
    now: Timestamp,
) -> Result<()> {
    sqlx::query!("delete from recovery_codes where keeper_id = $1", keeper.0).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into recovery_codes (keeper_id, code_hash, created_at)
         select $1, code_hash, $3 from unnest($2::bytea[]) as code_hash",
        keeper.0,
        hashes,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Uses a recovery code up. False when the keeper has none like it; of many at once, one succeeds.
pub async fn use_code(tx: &mut PgConnection, keeper: KeeperId, hash: &[u8]) -> Result<bool> {
    let used =
        sqlx::query!("delete from recovery_codes where keeper_id = $1 and code_hash = $2", keeper.0, hash)
            .execute(tx)
            .await?;
    Ok(used.rows_affected() == 1)
}

/// Wrong codes of a keeper, the present try included.
#[derive(Debug, Clone)]
pub struct Guesses {
    /// The try's own row.
    pub id: i64,
    /// How many there were in this lane.
    pub count: i64,
    /// The one before this.
    pub last_at: Option<Timestamp>,
}

/// Writes a try down as wrong, before the code is looked at, and counts those since `since`. Tries in one lane go one
/// after the other until the transaction ends: commit it when the code is to be looked at, else roll it back.
pub async fn guess(
    tx: &mut PgConnection,
    account: &[u8],
    lane: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<Guesses> {
    sqlx::query!("select pg_advisory_xact_lock(2, hashtext(encode($1, 'hex') || $2))", account, lane)
        .execute(&mut *tx)
        .await?;
    let row = sqlx::query!(
        r#"select count(*) as "count!", max(failed_at) as last_at from sign_in_failures
           where account = $1 and addr_bucket = $2 and failed_at > $3"#,
        account,
        lane,
        since.to_sqlx() as _,
    )
    .fetch_one(&mut *tx)
    .await?;
    let id = sqlx::query_scalar!(
        "insert into sign_in_failures (account, addr_bucket, failed_at) values ($1, $2, $3) returning id",
        account,
        lane,
        now.to_sqlx() as _,
    )
    .fetch_one(tx)
    .await?;
    Ok(Guesses { id, count: row.count + 1, last_at: row.last_at.map(jiff_sqlx::Timestamp::to_jiff) })
}

/// Somebody who gave the right password and owes the code.
#[derive(Debug, Clone)]
pub struct Half {
    /// Who it is.
    pub keeper: KeeperId,
    /// The address to sign in with.
    pub email: String,
    /// SHA-256 of the cookie's secret.
    pub secret_hash: Vec<u8>,
}

/// Stores a sign-in that waits for its code.
pub async fn create_half(
    tx: &mut PgConnection,
    id: Uuid,
    keeper: KeeperId,
    secret_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into half_sign_ins (id, keeper_id, secret_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)",
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

/// The sign-in of an active keeper that waits for its code, with tries left.
pub async fn half(db: &mut PgConnection, id: Uuid, now: Timestamp) -> Result<Option<Half>> {
    let row = sqlx::query!(
        "select k.id, k.email, h.secret_hash from half_sign_ins h join keepers k on k.id = h.keeper_id
         where h.id = $1 and h.expires_at > $2 and h.tries < 5 and k.active",
        id,
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Half { keeper: KeeperId(row.id), email: row.email, secret_hash: row.secret_hash }))
}

/// Counts a try of it. False when it has none left.
pub async fn try_half(tx: &mut PgConnection, id: Uuid) -> Result<bool> {
    let counted = sqlx::query!("update half_sign_ins set tries = tries + 1 where id = $1 and tries < 5", id)
        .execute(tx)
        .await?;
    Ok(counted.rows_affected() == 1)
}

/// Uses it up, if its keeper may still sign in. Of many at once, one succeeds.
pub async fn use_half(tx: &mut PgConnection, id: Uuid, keeper: KeeperId, now: Timestamp) -> Result<bool> {
    token::lock_keeper(tx, keeper).await?;
    let used = sqlx::query!(
        "delete from half_sign_ins h using keepers k
         where h.id = $1 and h.expires_at > $2 and k.id = h.keeper_id and k.active",
        id,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Ends every sign-in of a keeper that waits for its code.
pub async fn end_halves(tx: &mut PgConnection, keeper: KeeperId) -> Result<()> {
    sqlx::query!("delete from half_sign_ins where keeper_id = $1", keeper.0).execute(tx).await?;
    Ok(())
}
