//! What is done with a task, in one transaction each, and taking it back.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use super::{Task, locked};
use crate::db::care::{delete_of_task, insert};
use crate::db::{Error, Result};
use crate::domain::care::Entry;
use crate::domain::id::{CareId, FormId, KeeperId, TaskId};
use crate::domain::task::Snooze;
use crate::system::clock::Clock;

/// What is done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It was done at this instant.
    Done(Timestamp),
    /// This occurrence is left out.
    Skip,
    /// It is put off.
    Snooze(Snooze),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The task as it was before.
    pub task: Task,
    /// What was logged.
    pub care: Option<CareId>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such task.
    #[error("no such task")]
    Nothing,
    /// Somebody did something with it since the page was shown, or it rests, or its tank was taken down.
    #[error("the page is out of date")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for ActError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Does something with a task whose page was made at `turn`. The same form again does nothing more.
pub async fn act(
    db: &mut PgConnection,
    clock: &Clock,
    home: &TimeZone,
    (id, form, turn): (TaskId, FormId, i32),
    act: Act,
    by: KeeperId,
) -> Result<Acted, ActError> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    let task = locked(&mut tx, id).await?.ok_or(ActError::Nothing)?;
    let before = sqlx::query!("select task_id, care_id, undone_at from task_events where id = $1", form.0)
        .fetch_optional(&mut *tx)
        .await?;
    match before {
        Some(event) if event.task_id == id.0 && event.undone_at.is_none() => {
            return Ok(Acted { task, care: event.care_id.map(CareId) });
        }
        Some(_) => return Err(ActError::Stale),
        None if task.turn != turn || !task.is_live() => return Err(ActError::Stale),
        None => {}
    }
    let zone = task.zone(home);
    let schedule = &task.schedule;
    let (kind, at, due_on, until) = match act {
        Act::Done(at) => ("done", at, schedule.after_done(task.next_due_on, at, zone), None),
        Act::Skip => ("skipped", now, schedule.after_skip(task.next_due_on, now, zone), None),
        Act::Snooze(snooze) => ("snoozed", now, task.next_due_on, Some(snooze.until(schedule, zone, now))),
    };
    let due_at = until.unwrap_or_else(|| schedule.instant(due_on, zone));
    let care = match (act, task.tank, &task.care) {
        (Act::Done(at), Some(tank), Some(what)) => {
            let care = CareId(clock.uuid());
            let entry = Entry { what: what.clone(), done_at: at, note: None };
            insert(&mut tx, tank, care, &entry, by, now).await?;
            Some(care)
        }
        _ => None,
    };
    sqlx::query!(
        "insert into task_events (id, task_id, turn, kind, due_on, at, until, care_id, before_snoozed_until,
                                  recorded_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        form.0,
        id.0,
        task.turn,
        kind,
        task.next_due_on.to_sqlx() as _,
        at.to_sqlx() as _,
        until.map(ToSqlx::to_sqlx) as _,
        care.map(|care| care.0),
        task.snoozed_until.map(ToSqlx::to_sqlx) as _,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update tasks set turn = turn + 1, next_due_on = $2, snoozed_until = $3, next_due_at = $4, updated_at = $5
         where id = $1",
        id.0,
        due_on.to_sqlx() as _,
        until.map(ToSqlx::to_sqlx) as _,
        due_at.to_sqlx() as _,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Acted { task, care })
}

/// What became of taking something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The task stands as before, and what was logged with it is deleted.
    Now,
    /// Something else was done with it since: nothing was taken back.
    TooLate,
    /// There is nothing of that kind.
    Nothing,
}

/// Takes back what was done with a task last. Twice is once.
pub async fn undo(
    db: &mut PgConnection,
    clock: &Clock,
    home: &TimeZone,
    (id, event): (TaskId, FormId),
    by: KeeperId,
) -> Result<Undone> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    let Some(task) = locked(&mut tx, id).await? else { return Ok(Undone::Nothing) };
    let found = sqlx::query!(
        r#"select e.due_on, e.before_snoozed_until, e.care_id, e.undone_at,
                  exists (select from task_events later
                          where later.task_id = e.task_id and later.turn > e.turn and later.undone_at is null)
                      as "too_late!"
           from task_events e where e.id = $1 and e.task_id = $2"#,
        event.0,
        id.0,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let found = match found {
        None => return Ok(Undone::Nothing),
        Some(found) if found.undone_at.is_some() => return Ok(Undone::Now),
        Some(found) if found.too_late => return Ok(Undone::TooLate),
        Some(found) => found,
    };
    let due_on = found.due_on.to_jiff();
    let snoozed_until = found.before_snoozed_until.map(jiff_sqlx::Timestamp::to_jiff);
    let due_at = snoozed_until.unwrap_or_else(|| task.schedule.instant(due_on, task.zone(home)));
    if let Some(care) = found.care_id {
        delete_of_task(&mut tx, clock, CareId(care), by).await?;
    }
    sqlx::query!("update task_events set undone_at = $2 where id = $1", event.0, now.to_sqlx() as _)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "update tasks set turn = turn + 1, next_due_on = $2, snoozed_until = $3, next_due_at = $4, updated_at = $5
         where id = $1",
        id.0,
        due_on.to_sqlx() as _,
        snoozed_until.map(ToSqlx::to_sqlx) as _,
        due_at.to_sqlx() as _,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Undone::Now)
}
