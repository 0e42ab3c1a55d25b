//! Recurring duties. Where one stands is in its row; what is done with it goes through [`act()`].

mod act;
mod event;
mod life;
mod list;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

pub use self::act::{Act, ActError, Acted, Undone, act, undo};
pub use self::event::at_turn;
pub use self::life::{Life, rezone, set_life};
pub use self::list::{Due, Event, EventKind, Places, Show, coming, due, history, list};
use super::care::{Columns, lock};
use super::{Error, Result};
use crate::domain::care::What;
use crate::domain::id::{KeeperId, TankId, TaskId};
use crate::domain::tank::stored_zone;
use crate::domain::task::rule::Done;
use crate::domain::task::{NewTask, Rule, Schedule, Weekdays};
use crate::domain::zone;

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The tank it is for; `None` for the household.
    pub tank: Option<TankId>,
    /// The tank's name.
    pub tank_name: Option<String>,
    /// The tank's zone.
    pub tank_zone: Option<TimeZone>,
    /// Whether the tank was taken down: its tasks are not due.
    pub tank_is_down: bool,
    /// What is to be done.
    pub title: String,
    /// How, in words.
    pub notes: Option<String>,
    /// When.
    pub schedule: Schedule,
    /// What is logged when it is done.
    pub care: Option<What>,
    /// Counts what was done with it.
    pub turn: i32,
    /// The occurrence it is at.
    pub next_due_on: Date,
    /// Put off until then.
    pub snoozed_until: Option<Timestamp>,
    /// When it is due.
    pub next_due_at: Timestamp,
    /// Since when it rests.
    pub paused_at: Option<Timestamp>,
    /// Since when it is put away.
    pub archived_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Task {
    /// The zone of its times: the tank's, or else the household's.
    pub fn zone<'a>(&'a self, home: &'a TimeZone) -> &'a TimeZone {
        self.tank_zone.as_ref().unwrap_or(home)
    }

    /// Whether it can be due at all.
    pub const fn is_live(&self) -> bool {
        self.paused_at.is_none() && self.archived_at.is_none() && !self.tank_is_down
    }
}

/// The columns of a task, as every query here selects them.
struct Row {
    id: Uuid,
    tank_id: Option<Uuid>,
    tank_name: Option<String>,
    timezone: Option<String>,
    tank_is_down: bool,
    title: String,
    notes: Option<String>,
    recurrence: String,
    every: Option<i16>,
    weekdays: Option<i16>,
    month_day: Option<i16>,
    due_time: jiff_sqlx::Time,
    starts_on: jiff_sqlx::Date,
    care_kind: Option<String>,
    care_subject: Option<String>,
    care_amount: Option<Decimal>,
    care_unit: Option<String>,
    care_portion: Option<String>,
    turn: i32,
    next_due_on: jiff_sqlx::Date,
    snoozed_until: Option<jiff_sqlx::Timestamp>,
    next_due_at: jiff_sqlx::Timestamp,
    paused_at: Option<jiff_sqlx::Timestamp>,
    archived_at: Option<jiff_sqlx::Timestamp>,
    created_at: jiff_sqlx::Timestamp,
    updated_at: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Task {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let positive = |number: Option<i16>| number.and_then(|number| u16::try_from(number).ok());
        let rule = match row.recurrence.as_str() {
            "days" => positive(row.every).map(Rule::Days),
            "weeks" => positive(row.every).map(Rule::Weeks),
            "after" => positive(row.every).map(Rule::After),
            "weekdays" => row.weekdays.and_then(Weekdays::from_bits).map(Rule::Weekdays),
            "month_day" => row.month_day.and_then(|day| u8::try_from(day).ok()).map(Rule::MonthDay),
            _ => None,
        };
        let rule =
            rule.ok_or(Error::Inconsistent { table: "tasks", column: "recurrence", value: row.recurrence })?;
        let care = row.care_kind.map(|kind| {
            What::try_from(Columns {
                kind,
                subject: row.care_subject,
                amount: row.care_amount,
                unit: row.care_unit,
                portion: row.care_portion,
            })
        });
        let instant = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
        Ok(Self {
            id: TaskId(row.id),
            tank: row.tank_id.map(TankId),
            tank_name: row.tank_name,
            tank_zone: row.timezone.as_deref().map(stored_zone),
            tank_is_down: row.tank_is_down,
            title: row.title,
            notes: row.notes,
            schedule: Schedule { rule, starts_on: row.starts_on.to_jiff(), time: row.due_time.to_jiff() },
            care: care.transpose()?,
            turn: row.turn,
            next_due_on: row.next_due_on.to_jiff(),
            snoozed_until: instant(row.snoozed_until),
            next_due_at: row.next_due_at.to_jiff(),
            paused_at: instant(row.paused_at),
            archived_at: instant(row.archived_at),
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
    }
}

/// A rule's columns: its name, and `every`, `weekdays`, `month_day`.
fn rule_columns(rule: Rule) -> (&'static str, Option<i16>, Option<i16>, Option<i16>) {
    let every = |number: u16| i16::try_from(number).ok();
    match rule {
        Rule::Days(days) => ("days", every(days), None, None),
        Rule::Weeks(weeks) => ("weeks", every(weeks), None, None),
        Rule::After(days) => ("after", every(days), None, None),
        Rule::Weekdays(days) => ("weekdays", None, Some(days.bits()), None),
        Rule::MonthDay(day) => ("month_day", None, None, Some(day.into())),
    }
}

/// Why a task was not stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such task or tank.
    #[error("no such task or tank")]
    Nothing,
    /// The tank has been taken down.
    #[error("the tank has been decommissioned")]
    Decommissioned,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Stores a task; the same id again stores nothing. `home` is the household's zone.
pub async fn create(
    db: &mut PgConnection,
    home: &TimeZone,
    (id, tank): (TaskId, Option<TankId>),
    task: &NewTask,
    by: KeeperId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let zone = match tank {
        None => home.clone(),
        Some(tank) => match lock(&mut tx, tank).await? {
            None => return Err(StoreError::Nothing),
            Some(false) => return Err(StoreError::Decommissioned),
            Some(true) => tank_zone(&mut tx, tank).await?,
        },
    };
    let due_on = task.schedule.first(zone::day_of(now, &zone), None);
    let (recurrence, every, weekdays, month_day) = rule_columns(task.schedule.rule);
    let care = task.care.as_ref();
    sqlx::query!(
        "insert into tasks (id, tank_id, title, notes, recurrence, every, weekdays, month_day, due_time, starts_on,
                            care_kind, care_subject, care_amount, care_unit, care_portion, next_due_on,
                            next_due_at, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19)
         on conflict (id) do nothing",
        id.0,
        tank.map(|tank| tank.0),
        task.title,
        task.notes,
        recurrence,
        every,
        weekdays,
        month_day,
        task.schedule.time.to_sqlx() as _,
        task.schedule.starts_on.to_sqlx() as _,
        care.map(|care| care.kind.as_str()),
        care.and_then(|care| care.subject.as_deref()),
        care.and_then(|care| Some(care.amount?.0)),
        care.and_then(|care| Some(care.amount?.1.as_str())),
        care.and_then(|care| care.portion.as_deref()),
        due_on.to_sqlx() as _,
        task.schedule.instant(due_on, &zone).to_sqlx() as _,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Changes a task. Where it stands stays, unless the days on which it falls are others now.
pub async fn edit(
    db: &mut PgConnection,
    home: &TimeZone,
    id: TaskId,
    new: &NewTask,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let before = locked(&mut tx, id).await?.ok_or(StoreError::Nothing)?;
    let zone = before.zone(home);
    let (old, schedule) = (&before.schedule, &new.schedule);
    let moves = (old.rule, old.starts_on) != (schedule.rule, schedule.starts_on);
    let due_on = if moves {
        schedule.first(zone::day_of(now, zone), last_done(&mut tx, id, zone).await?)
    } else {
        before.next_due_on
    };
    let snoozed_until = before.snoozed_until.filter(|_| !moves);
    let due_at = snoozed_until.unwrap_or_else(|| schedule.instant(due_on, zone));
    let (recurrence, every, weekdays, month_day) = rule_columns(schedule.rule);
    let care = new.care.as_ref();
    sqlx::query!(
        "update tasks set title = $2, notes = $3, recurrence = $4, every = $5, weekdays = $6, month_day = $7,
                due_time = $8, starts_on = $9, care_kind = $10, care_subject = $11, care_amount = $12,
                care_unit = $13, care_portion = $14, next_due_on = $15, snoozed_until = $16, next_due_at = $17,
                turn = turn + $18, updated_at = $19
         where id = $1",
        id.0,
        new.title,
        new.notes,
        recurrence,
        every,
        weekdays,
        month_day,
        schedule.time.to_sqlx() as _,
        schedule.starts_on.to_sqlx() as _,
        care.map(|care| care.kind.as_str()),
        care.and_then(|care| care.subject.as_deref()),
        care.and_then(|care| Some(care.amount?.0)),
        care.and_then(|care| Some(care.amount?.1.as_str())),
        care.and_then(|care| care.portion.as_deref()),
        due_on.to_sqlx() as _,
        snoozed_until.map(ToSqlx::to_sqlx) as _,
        due_at.to_sqlx() as _,
        i32::from(moves),
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn tank_zone(tx: &mut PgConnection, tank: TankId) -> Result<TimeZone> {
    let name = sqlx::query_scalar!("select timezone from tanks where id = $1", tank.0).fetch_one(tx).await?;
    Ok(stored_zone(&name))
}

/// Locks a task, its tank first: everybody takes the two in this order.
async fn locked(tx: &mut PgConnection, id: TaskId) -> Result<Option<Task>> {
    // A task never changes its tank.
    let tank =
        sqlx::query_scalar!("select tank_id from tasks where id = $1", id.0).fetch_optional(&mut *tx).await?;
    let Some(tank) = tank else { return Ok(None) };
    if let Some(tank) = tank {
        lock(tx, TankId(tank)).await?;
    }
    sqlx::query_scalar!("select turn from tasks where id = $1 for no key update", id.0)
        .fetch_optional(&mut *tx)
        .await?;
    list::find(tx, id).await
}

/// The task with this id.
pub async fn find(db: &mut PgConnection, id: TaskId) -> Result<Option<Task>> {
    list::find(db, id).await
}

/// When a task was done or skipped last.
async fn last_done(tx: &mut PgConnection, id: TaskId, zone: &TimeZone) -> Result<Option<Done>> {
    let row = sqlx::query!(
        "select at, due_on from task_events
         where task_id = $1 and kind in ('done', 'skipped') and undone_at is null
         order by turn desc limit 1",
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Done { on: zone::day_of(row.at.to_jiff(), zone), due_on: row.due_on.to_jiff() }))
}
