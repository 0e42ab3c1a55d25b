//! Keys that are made once, on their first use, and stay in the database: never shown, never logged.

use sqlx::PgConnection;

use super::Result;

/// The key of this name, if one was made.
pub async fn find(db: &mut PgConnection, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("select key from secrets where name = $1", name).fetch_optional(db).await?)
}

/// The key of this name. If there is none, this one is it from now on; of many who make one at once, one is kept.
pub async fn find_or_make(db: &mut PgConnection, name: &str, new: &[u8]) -> Result<Vec<u8>> {
    if let Some(key) = find(db, name).await? {
        return Ok(key);
    }
    sqlx::query!("insert into secrets (name, key) values ($1, $2) on conflict (name) do nothing", name, new)
        .execute(&mut *db)
        .await?;
    Ok(sqlx::query_scalar!("select key from secrets where name = $1", name).fetch_one(db).await?)
}
