//! Tasks that rest, are put away or taken up again, and tasks whose tank has a new zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use super::{last_done, locked, tank_zone};
use crate::db::Result;
use crate::domain::id::{TankId, TaskId};
use crate::domain::zone;

/// What becomes of a task beside being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It rests.
    Pause,
    /// It rests no more.
    Resume,
    /// It is put away.
    Archive,
    /// It is taken back; one that rested rests on.
    Restore,
}

/// Lets a task rest, puts it away or takes it up again: then what passed in the meantime is not asked for. Answers
/// whether there is such a task.
pub async fn set_life(
    db: &mut PgConnection,
    home: &TimeZone,
    id: TaskId,
    life: Life,
    now: Timestamp,
) -> Result<bool> {
    let mut tx = db.begin().await?;
    let Some(task) = locked(&mut tx, id).await? else { return Ok(false) };
    let (paused_at, archived_at) = match life {
        Life::Pause => (task.paused_at.or(Some(now)), task.archived_at),
        Life::Resume => (None, task.archived_at),
        Life::Archive => (task.paused_at, task.archived_at.or(Some(now))),
        Life::Restore => (task.paused_at, None),
    };
    if (paused_at, archived_at) == (task.paused_at, task.archived_at) {
        return Ok(true);
    }
    let zone = task.zone(home);
    let (mut due_on, mut snoozed_until) = (task.next_due_on, task.snoozed_until);
    // One that is still to come stays where it is.
    if paused_at.is_none() && archived_at.is_none() && task.next_due_at < now {
        let today = zone::day_of(now, zone);
        due_on = task.schedule.first(today, last_done(&mut tx, id, zone).await?).max(today);
        snoozed_until = None;
    }
    let due_at = snoozed_until.unwrap_or_else(|| task.schedule.instant(due_on, zone));
    sqlx::query!(
        "update tasks set next_due_on = $2, snoozed_until = $3, next_due_at = $4, paused_at = $5, archived_at = $6,
                turn = turn + 1, updated_at = $7
         where id = $1",
        id.0,
        due_on.to_sqlx() as _,
        snoozed_until.map(ToSqlx::to_sqlx) as _,
        due_at.to_sqlx() as _,
        paused_at.map(ToSqlx::to_sqlx) as _,
        archived_at.map(ToSqlx::to_sqlx) as _,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Moves the instants of a tank's tasks to the tank's zone, which was changed in this transaction. To be called by
/// whatever changes a tank's zone, with the tank locked: days and times of day stay, their instants do not.
pub async fn rezone(tx: &mut PgConnection, tank: TankId) -> Result<()> {
    let zone = tank_zone(tx, tank).await?;
    let rows = sqlx::query!(
        r#"select id, next_due_on, due_time as "due_time: jiff_sqlx::Time" from tasks where tank_id = $1 and snoozed_until is null
           for no key update"#,
        tank.0
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut ids, mut instants) = (Vec::new(), Vec::new());
    for row in rows {
        let due = row.next_due_on.to_jiff().to_datetime(row.due_time.to_jiff());
        let at = zone.to_ambiguous_timestamp(due).compatible().unwrap_or(Timestamp::MAX);
        ids.push(row.id);
        instants.push(at.to_string());
    }
    sqlx::query!(
        "update tasks k set next_due_at = v.at::timestamptz
         from unnest($1::uuid[], $2::text[]) as v (id, at) where k.id = v.id",
        &ids,
        &instants,
    )
    .execute(tx)
    .await?;
    Ok(())
}
