//! Taking a tank down, and back into use.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use crate::db::Result;
use crate::domain::id::{KeeperId, TankId};
use crate::domain::tank::Decommission;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// The tank is now as asked.
    Done,
    /// It was so before; nothing changed.
    AlreadySo,
    /// The day is before the tank was set up; nothing changed.
    BeforeStart,
    /// There is no such tank.
    NoTank,
}

/// Locks a tank, so that its writers take turns. Answers whether it is in use; `None` when there is none.
async fn lock(tx: &mut PgConnection, tank: TankId) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        r#"select decommissioned_on is null as "active!" from tanks where id = $1 for no key update"#,
        tank.0
    )
    .fetch_optional(tx)
    .await?)
}

/// Takes a tank down. The same form again, or a tank that is down already, changes nothing.
pub async fn decommission(
    db: &mut PgConnection,
    tank: TankId,
    how: &Decommission,
    by: KeeperId,
    now: Timestamp,
) -> Result<Lifecycle> {
    let mut tx = db.begin().await?;
    match lock(&mut tx, tank).await? {
        None => return Ok(Lifecycle::NoTank),
        Some(false) => return Ok(Lifecycle::AlreadySo),
        Some(true) => {}
    }
    let stored = sqlx::query!(
        "insert into decommissions (id, tank_id, on_day, reason, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing",
        how.form_id.0,
        tank.0,
        how.on.to_sqlx() as _,
        how.reason,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    // The form was used before, and the tank is back in use since: a browser that sends an old page once more.
    if stored.rows_affected() == 0 {
        return Ok(Lifecycle::AlreadySo);
    }
    let taken_down = sqlx::query!(
        "update tanks set decommissioned_on = $2
         where id = $1 and (set_up_on is null or set_up_on <= $2)",
        tank.0,
        how.on.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    // Somebody changed the day it was set up since the form was checked.
    if taken_down.rows_affected() == 0 {
        return Ok(Lifecycle::BeforeStart);
    }
    tx.commit().await?;
    Ok(Lifecycle::Done)
}

/// Takes a tank back into use.
pub async fn restore(db: &mut PgConnection, tank: TankId, by: KeeperId, now: Timestamp) -> Result<Lifecycle> {
    let mut tx = db.begin().await?;
    match lock(&mut tx, tank).await? {
        None => return Ok(Lifecycle::NoTank),
        Some(true) => return Ok(Lifecycle::AlreadySo),
        Some(false) => {}
    }
    sqlx::query!(
        "update decommissions set ended_by = $2, ended_at = greatest(recorded_at, $3)
         where tank_id = $1 and ended_at is null",
        tank.0,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update tanks set decommissioned_on = null where id = $1", tank.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(Lifecycle::Done)
}

/// Takes a restore back: the last decommission holds again, with its day and its reason.
pub async fn undo_restore(db: &mut PgConnection, tank: TankId) -> Result<Lifecycle> {
    let mut tx = db.begin().await?;
    match lock(&mut tx, tank).await? {
        None => return Ok(Lifecycle::NoTank),
        Some(false) => return Ok(Lifecycle::AlreadySo),
        Some(true) => {}
    }
    let again = sqlx::query!(
        r#"update decommissions set ended_by = null, ended_at = null
           where id = (select id from decommissions where tank_id = $1 order by recorded_at desc, id desc limit 1)
           returning on_day as "on_day: jiff_sqlx::Date""#,
        tank.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(again) = again else { return Ok(Lifecycle::AlreadySo) };
    let taken_down = sqlx::query!(
        "update tanks set decommissioned_on = $2
         where id = $1 and (set_up_on is null or set_up_on <= $2)",
        tank.0,
        again.on_day as _,
    )
    .execute(&mut *tx)
    .await?;
    if taken_down.rows_affected() == 0 {
        return Ok(Lifecycle::BeforeStart);
    }
    tx.commit().await?;
    Ok(Lifecycle::Done)
}
