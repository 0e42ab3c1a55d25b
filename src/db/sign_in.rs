//! The counters behind the sign-in limits (R13). An attempt is written down as a failure *before* the
//! password is looked at and taken back when it was right, so that many attempts at once cannot slip past.
//! One that is not looked at is never seen by another: otherwise whoever goes on knocking at a closed door
//! would keep everybody else waiting.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// Failures in the window, the present attempt included.
#[derive(Debug, Clone)]
pub struct Failures {
    /// The attempt's own row.
    pub id: i64,
    /// From this address bucket, over all accounts.
    pub from_address: i64,
    /// Of this account, from buckets that never signed in to it before.
    pub of_account: i64,
    /// The account's failure before this one.
    pub account_last_at: Option<Timestamp>,
    /// Whether this bucket has signed in to the account before.
    pub known_address: bool,
}

/// What the attempts of a remembered device are counted under, instead of its address.
pub fn device_bucket(device: Uuid) -> String {
    format!("device {device}")
}

/// Writes an attempt down and counts what came before it since `since`. Attempts of one bucket, and those at
/// one account, go one after the other until the transaction ends: commit it when the password is to be
/// looked at, else roll it back.
pub async fn attempt(
    tx: &mut PgConnection,
    account: &[u8],
    email: &str,
    bucket: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<Failures> {
    // Always the bucket before the account, so that no two wait for each other.
    sqlx::query!("select pg_advisory_xact_lock(1, hashtext($1))", bucket).execute(&mut *tx).await?;
    sqlx::query!("select pg_advisory_xact_lock(2, hashtext(encode($1, 'hex')))", account)
        .execute(&mut *tx)
        .await?;
    let id = sqlx::query_scalar!(
        "insert into sign_in_failures (account, addr_bucket, failed_at) values ($1, $2, $3) returning id",
        account,
        bucket,
        now.to_sqlx() as _,
    )
    .fetch_one(&mut *tx)
    .await?;
    let row = sqlx::query!(
        r#"with known as (
             select a.addr_bucket from sign_in_addresses a
             join keepers k on k.id = a.keeper_id where k.email = $3),
           strange as (
             select id, failed_at from sign_in_failures
              where account = $1 and failed_at > $4 and addr_bucket not like 'device %'
                and addr_bucket not in (select addr_bucket from known))
           select
             (select count(*) from sign_in_failures
               where addr_bucket = $2 and failed_at > $4) as "from_address!",
             (select count(*) from strange) as "of_account!",
             (select max(failed_at) from strange where id <> $5) as account_last_at,
             exists (select from known where addr_bucket = $2) as "known_address!""#,
        account,
        bucket,
        email,
        since.to_sqlx() as _,
        id,
    )
    .fetch_one(tx)
    .await?;
    Ok(Failures {
        id,
        from_address: row.from_address,
        of_account: row.of_account,
        account_last_at: row.account_last_at.map(jiff_sqlx::Timestamp::to_jiff),
        known_address: row.known_address,
    })
}

/// Takes one attempt back: it succeeded.
pub async fn take_back(db: &mut PgConnection, attempt: i64) -> Result<()> {
    sqlx::query!("delete from sign_in_failures where id = $1", attempt).execute(db).await?;
    Ok(())
}

/// Notes that a keeper has signed in from this bucket.
pub async fn know_address(db: &mut PgConnection, keeper: Uuid, bucket: &str, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_addresses (keeper_id, addr_bucket, last_at) values ($1, $2, $3)
         on conflict (keeper_id, addr_bucket) do update set last_at = $3",
        keeper,
        bucket,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}
