//! Keepers: the people of the household.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, channel};
use crate::domain::id::KeeperId;
use crate::domain::keeper::Role;

/// What a sign-in needs to know of an account.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The keeper's id.
    pub id: Uuid,
    /// The argon2id PHC string.
    pub password_hash: String,
    /// Whether the account may sign in.
    pub active: bool,
}

/// A keeper to be created. E-mail and names are valid and normalised already.
#[derive(Debug)]
pub struct NewKeeper<'a> {
    /// The keeper's id.
    pub id: Uuid,
    /// Lower-case address.
    pub email: &'a str,
    /// The name that pages show.
    pub display_name: &'a str,
    /// The argon2id PHC string.
    pub password_hash: &'a str,
    /// `metric` or `imperial`.
    pub unit_system: &'a str,
    /// The instant of creation.
    pub created_at: Timestamp,
}

/// Whether anybody has been set up yet.
pub async fn any(db: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from keepers) as "any!""#).fetch_one(db).await?)
}

/// Creates the household's first owner, unless there is a keeper already. Two callers at once cannot both
/// succeed. Answers whether the owner was created.
pub async fn create_first_owner(tx: &mut PgConnection, new: &NewKeeper<'_>) -> Result<bool> {
    // Serialises first owners; the number has no meaning but must not change.
    sqlx::query!("select pg_advisory_xact_lock(5207430503669129631)").execute(&mut *tx).await?;
    if any(&mut *tx).await? {
        return Ok(false);
    }
    create(tx, new, Role::Owner).await?;
    Ok(true)
}

/// Creates a keeper, with the channel that goes to the keeper's address.
pub async fn create(tx: &mut PgConnection, new: &NewKeeper<'_>, role: Role) -> Result<()> {
    sqlx::query!(
        "insert into keepers (id, email, display_name, password_hash, role, unit_system, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.email,
        new.display_name,
        new.password_hash,
        role.as_str(),
        new.unit_system,
        new.created_at.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    channel::create_mail(tx, new.id, new.created_at).await
}

/// The account with this address (lower case), if there is one.
pub async fn credentials(db: &mut PgConnection, email: &str) -> Result<Option<Credentials>> {
    Ok(sqlx::query_as!(Credentials, "select id, password_hash, active from keepers where email = $1", email)
        .fetch_optional(db)
        .await?)
}

/// Whether anybody has this address (lower case), active or not.
pub async fn is_known(db: &mut PgConnection, email: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from keepers where email = $1) as "known!""#, email)
        .fetch_one(db)
        .await?)
}

/// A keeper's argon2id PHC string.
pub async fn password_hash(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select password_hash from keepers where id = $1", keeper.0)
        .fetch_optional(db)
        .await?)
}

/// Whether a keeper may still sign in with what was compared, kept so until the transaction ends.
pub async fn still_signs_in(tx: &mut PgConnection, keeper: KeeperId, hash: &str) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from keepers where id = $1 and password_hash = $2 and active for no key update",
        keeper.0,
        hash
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.is_some())
}

/// Replaces the hash of a password by another of the same one, with parameters that are ours. False when the keeper
/// has another password by now.
pub async fn renew_password_hash(
    db: &mut PgConnection,
    keeper: KeeperId,
    old: &str,
    new: &str,
) -> Result<bool> {
    let renewed = sqlx::query!(
        "update keepers set password_hash = $3 where id = $1 and password_hash = $2",
        keeper.0,
        old,
        new
    )
    .execute(db)
    .await?;
    Ok(renewed.rows_affected() > 0)
}

/// Gives a keeper another password.
pub async fn set_password_hash(db: &mut PgConnection, keeper: Uuid, hash: &str) -> Result<()> {
    sqlx::query!("update keepers set password_hash = $2 where id = $1", keeper, hash).execute(db).await?;
    Ok(())
}

/// Remembers when a keeper last signed in.
pub async fn signed_in(db: &mut PgConnection, keeper: Uuid, at: Timestamp) -> Result<()> {
    sqlx::query!("update keepers set last_sign_in_at = $2 where id = $1", keeper, at.to_sqlx() as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives a keeper another name.
pub async fn rename(db: &mut PgConnection, keeper: KeeperId, name: &str) -> Result<()> {
    sqlx::query!("update keepers set display_name = $2 where id = $1", keeper.0, name).execute(db).await?;
    Ok(())
}

/// Gives a keeper another address (lower case). False when somebody else has it.
pub async fn set_email(tx: &mut PgConnection, keeper: KeeperId, email: &str) -> Result<bool> {
    let changed =
        sqlx::query!("update keepers set email = $2 where id = $1", keeper.0, email).execute(tx).await;
    match changed {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("keepers_email_key") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A keeper as owners see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The keeper's id.
    pub id: KeeperId,
    /// The address to sign in with.
    pub email: String,
    /// The name that pages show.
    pub display_name: String,
    /// Runs the household too.
    pub owner: bool,
    /// May sign in.
    pub active: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they signed in last.
    pub last_sign_in_at: Option<Timestamp>,
}

struct Row {
    id: Uuid,
    email: String,
    display_name: String,
    role: String,
    active: bool,
    created_at: jiff_sqlx::Timestamp,
    last_sign_in_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Profile {
    fn from(row: Row) -> Self {
        Self {
            id: KeeperId(row.id),
            email: row.email,
            display_name: row.display_name,
            owner: row.role == Role::Owner.as_str(),
            active: row.active,
            created_at: row.created_at.to_jiff(),
            last_sign_in_at: row.last_sign_in_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}

/// Everybody, those who may sign in first, by name.
pub async fn list(db: &mut PgConnection) -> Result<Vec<Profile>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, email, display_name, role, active, created_at, last_sign_in_at from keepers
         order by active desc, lower(display_name), id"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Profile::from).collect())
}

/// One keeper.
pub async fn find(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<Profile>> {
    let row = sqlx::query_as!(
        Row,
        "select id, email, display_name, role, active, created_at, last_sign_in_at from keepers where id = $1",
        keeper.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Profile::from))
}

/// The active keeper with this address (lower case).
pub async fn active_by_email(db: &mut PgConnection, email: &str) -> Result<Option<Profile>> {
    let row = sqlx::query_as!(
        Row,
        "select id, email, display_name, role, active, created_at, last_sign_in_at from keepers
         where email = $1 and active",
        email
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Profile::from))
}
