//! Lists of tasks and of what was done with them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::event::EventRow;
use super::{Row, Task};
use crate::db::Result;
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::{CareId, FormId, TankId, TaskId};

/// Whose tasks are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Places {
    /// Everybody's.
    #[default]
    All,
    /// A tank's.
    Tank(TankId),
    /// Those without a tank.
    Household,
}

impl Places {
    const fn tank(self) -> Option<Uuid> {
        match self {
            Self::Tank(tank) => Some(tank.0),
            Self::All | Self::Household => None,
        }
    }
}

/// Which tasks are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All that are not put away.
    Kept,
    /// Those that are put away.
    Archived,
}

/// The tasks that are due soonest, and how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The soonest first.
    pub tasks: Vec<Task>,
    /// How many more are due until then.
    pub more: i64,
}

/// What was done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was done.
    Done,
    /// An occurrence was left out.
    Skipped,
    /// It was put off until then.
    Snoozed(Timestamp),
}

/// A line of a task's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: FormId,
    /// What was done.
    pub kind: EventKind,
    /// The occurrence it was about.
    pub due_on: Date,
    /// When it was done.
    pub at: Timestamp,
    /// When it was entered.
    pub created_at: Timestamp,
    /// What was logged with it.
    pub care: Option<CareId>,
    /// Who did it, if that keeper is still there.
    pub by: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Every query of tasks begins the same.
macro_rules! tasks {
    ($rest:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select k.id, k.tank_id, t.name as "tank_name?", t.timezone as "timezone?",
                      t.decommissioned_on is not null as "tank_is_down!", k.title, k.notes, k.recurrence, k.every,
                      k.weekdays, k.month_day, k.due_time as "due_time: _", k.starts_on as "starts_on: _",
                      k.care_kind, k.care_subject, k.care_amount, k.care_unit, k.care_portion, k.turn,
                      k.next_due_on as "next_due_on: _", k.snoozed_until as "snoozed_until: _",
                      k.next_due_at as "next_due_at: _", k.paused_at as "paused_at: _",
                      k.archived_at as "archived_at: _", k.created_at as "created_at: _",
                      k.updated_at as "updated_at: _"
               from tasks k left join tanks t on t.id = k.tank_id "# + $rest,
            $($argument),*
        )
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<Task>> {
    rows.into_iter().map(Task::try_from).collect()
}

pub(super) async fn find(db: &mut PgConnection, id: TaskId) -> Result<Option<Task>> {
    tasks!("where k.id = $1", id.0).fetch_optional(db).await?.map(Task::try_from).transpose()
}

/// The tasks that are due before `until`, the soonest first, at most `most` of them.
pub async fn due(db: &mut PgConnection, places: Places, until: Timestamp, most: i64) -> Result<Due> {
    let tasks = read(
        tasks!(
            "where k.paused_at is null and k.archived_at is null and t.decommissioned_on is null
               and k.next_due_at < $1 and ($2::uuid is null or k.tank_id = $2)
               and (not $3 or k.tank_id is null)
             order by k.next_due_at, k.id limit $4",
            until.to_sqlx() as _,
            places.tank(),
            places == Places::Household,
            most,
        )
        .fetch_all(&mut *db)
        .await?,
    )?;
    let shown = i64::try_from(tasks.len()).unwrap_or(i64::MAX);
    if shown < most {
        return Ok(Due { tasks, more: 0 });
    }
    let all = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tasks k left join tanks t on t.id = k.tank_id
           where k.paused_at is null and k.archived_at is null and t.decommissioned_on is null
             and k.next_due_at < $1 and ($2::uuid is null or k.tank_id = $2) and (not $3 or k.tank_id is null)"#,
        until.to_sqlx() as _,
        places.tank(),
        places == Places::Household,
    )
    .fetch_one(db)
    .await?;
    Ok(Due { tasks, more: all - shown })
}

/// A page of the tasks that are due before `until`, the soonest first: `newer` leads to what is due later, `older` to
/// what is due sooner.
pub async fn coming(
    db: &mut PgConnection,
    places: Places,
    until: Timestamp,
    from: Option<Cursor>,
    size: usize,
) -> Result<Page<Task>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let start = Cursor { toward: Toward::Newer, at: Timestamp::UNIX_EPOCH, id: Uuid::nil() };
    let place = from.unwrap_or(start);
    let rows = match place.toward {
        Toward::Newer => {
            tasks!(
                "where k.paused_at is null and k.archived_at is null and t.decommissioned_on is null
                   and k.next_due_at < $1 and ($2::uuid is null or k.tank_id = $2) and (not $3 or k.tank_id is null)
                   and (k.next_due_at, k.id) > ($4, $5)
                 order by k.next_due_at, k.id limit $6",
                until.to_sqlx() as _,
                places.tank(),
                places == Places::Household,
                place.at.to_sqlx() as _,
                place.id,
                limit,
            )
            .fetch_all(db)
            .await?
        }
        Toward::Older => {
            tasks!(
                "where k.paused_at is null and k.archived_at is null and t.decommissioned_on is null
                   and k.next_due_at < $1 and ($2::uuid is null or k.tank_id = $2) and (not $3 or k.tank_id is null)
                   and (k.next_due_at, k.id) < ($4, $5)
                 order by k.next_due_at desc, k.id desc limit $6",
                until.to_sqlx() as _,
                places.tank(),
                places == Places::Household,
                place.at.to_sqlx() as _,
                place.id,
                limit,
            )
            .fetch_all(db)
            .await?
        }
    };
    let mut page = Page::new(read(rows)?, size, Some(place), |task| (task.next_due_at, task.id.0));
    page.rows.reverse();
    if from.is_none() {
        // Nothing is due before the first page.
        page.older = None;
    }
    Ok(page)
}

/// A page of tasks, those made last first.
pub async fn list(
    db: &mut PgConnection,
    places: Places,
    show: Show,
    from: Option<Cursor>,
    size: usize,
) -> Result<Page<Task>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let end = Timestamp::from_second(253_000_000_000).unwrap_or(Timestamp::MAX);
    let place = from.unwrap_or(Cursor { toward: Toward::Older, at: end, id: Uuid::max() });
    let archived = show == Show::Archived;
    let rows = match place.toward {
        Toward::Older => {
            tasks!(
                "where (k.archived_at is not null) = $1 and ($2::uuid is null or k.tank_id = $2)
                   and (not $3 or k.tank_id is null) and (k.created_at, k.id) < ($4, $5)
                 order by k.created_at desc, k.id desc limit $6",
                archived,
                places.tank(),
                places == Places::Household,
                place.at.to_sqlx() as _,
                place.id,
                limit,
            )
            .fetch_all(db)
            .await?
        }
        Toward::Newer => {
            tasks!(
                "where (k.archived_at is not null) = $1 and ($2::uuid is null or k.tank_id = $2)
                   and (not $3 or k.tank_id is null) and (k.created_at, k.id) > ($4, $5)
                 order by k.created_at, k.id limit $6",
                archived,
                places.tank(),
                places == Places::Household,
                place.at.to_sqlx() as _,
                place.id,
                limit,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(Page::new(read(rows)?, size, from, |task| (task.created_at, task.id.0)))
}

/// What was done with a task, the newest first.
pub async fn history(
    db: &mut PgConnection,
    id: TaskId,
    from: Option<Cursor>,
    size: usize,
) -> Result<Page<Event>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    // Events of a task are in the order of their turns; a cursor names one by its id.
    let newer = from.is_some_and(|from| from.toward == Toward::Newer);
    let rows = sqlx::query_as!(
        EventRow,
        r#"select e.id, e.kind, e.due_on, e.at, e.until, e.care_id, e.created_at,
                  e.undone_at is not null as "undone!", k.display_name as "by?"
           from task_events e left join keepers k on k.id = e.recorded_by
           where e.task_id = $1
             and case when $2::uuid is null then true
                      when $3 then e.turn > (select turn from task_events where id = $2)
                      else e.turn < (select turn from task_events where id = $2) end
           order by case when $3 then e.turn else -e.turn end limit $4"#,
        id.0,
        from.map(|from| from.id),
        newer,
        limit,
    )
    .fetch_all(db)
    .await?;
    let events = rows.into_iter().map(Event::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Page::new(events, size, from, |event| (event.created_at, event.id.0)))
}
