//! Writers of one tank take turns.

use sqlx::PgConnection;

use super::ChangeError;
use crate::domain::id::{ReadingId, SessionId, TankId};

/// Writers of one tank take turns: roll-ups are then changed in any order without a deadlock.
pub(super) async fn lock(tx: &mut PgConnection, tank: TankId) -> Result<(), ChangeError> {
    sqlx::query!("select id from tanks where id = $1 for no key update", tank.0)
        .fetch_optional(tx)
        .await?
        .map(|_| ())
        .ok_or(ChangeError::Unknown)
}

/// Locks the tank of a reading, there or deleted.
pub(super) async fn lock_for_reading(
    tx: &mut PgConnection,
    reading: ReadingId,
) -> Result<TankId, ChangeError> {
    let tank = sqlx::query_scalar!(
        r#"select tank_id as "tank_id!" from readings where id = $1
           union select tank_id from reading_versions where reading_id = $1"#,
        reading.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .map(TankId)
    .ok_or(ChangeError::Unknown)?;
    lock(tx, tank).await?;
    Ok(tank)
}

/// Locks the tank of a session, there or deleted.
pub(super) async fn lock_for_session(
    tx: &mut PgConnection,
    session: SessionId,
) -> Result<TankId, ChangeError> {
    let tank = sqlx::query_scalar!(
        r#"select tank_id as "tank_id!" from reading_sessions where id = $1
           union select tank_id from removed_sessions where id = $1"#,
        session.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .map(TankId)
    .ok_or(ChangeError::Unknown)?;
    lock(tx, tank).await?;
    Ok(tank)
}
