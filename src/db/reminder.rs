//! When keepers are reminded, and what they were told of.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::domain::dates::DateFormat;
use crate::domain::deed::Key;
use crate::domain::id::{KeeperId, TaskId};
use crate::domain::reminder::Plan;
use crate::domain::tank::stored_zone;
use crate::domain::zone;

/// The name of the key that links in messages are signed with.
const KEY: &str = "deeds";

/// A keeper's plan, and the day that was seen to last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Whose.
    pub keeper: KeeperId,
    /// What was chosen. A zone that is not known any more counts as UTC.
    pub plan: Plan,
    /// The zone's name as it is stored.
    pub zone: String,
    /// The day of the plan's zone that was seen to last.
    pub handled_on: Option<Date>,
}

struct Row {
    keeper_id: Uuid,
    enabled: bool,
    at: jiff_sqlx::Time,
    zone: String,
    digest: bool,
    again: bool,
    handled_on: Option<jiff_sqlx::Date>,
}

impl From<Row> for Planned {
    fn from(row: Row) -> Self {
        Self {
            keeper: KeeperId(row.keeper_id),
            plan: Plan {
                enabled: row.enabled,
                at: row.at.to_jiff(),
                zone: stored_zone(&row.zone),
                digest: row.digest,
                again: row.again,
            },
            zone: row.zone,
            handled_on: row.handled_on.map(jiff_sqlx::Date::to_jiff),
        }
    }
}

/// A keeper's plan, if one was ever made.
pub async fn find(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<Planned>> {
    let row = sqlx::query_as!(
        Row,
        r#"select keeper_id, enabled, at as "at: _", zone, digest, again, handled_on as "handled_on: _"
           from reminder_preferences where keeper_id = $1"#,
        keeper.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Planned::from))
}

/// The plans of all active keepers who want to be reminded.
pub async fn enabled(db: &mut PgConnection) -> Result<Vec<Planned>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.keeper_id, p.enabled, p.at as "at: _", p.zone, p.digest, p.again,
                  p.handled_on as "handled_on: _"
           from reminder_preferences p join keepers k on k.id = p.keeper_id
           where p.enabled and k.active order by p.keeper_id"#,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Planned::from).collect())
}

/// Stores a keeper's plan, with the day that counts as seen to.
pub async fn save(db: &mut PgConnection, keeper: KeeperId, plan: &Plan, handled_on: Date) -> Result<()> {
    sqlx::query!(
        "insert into reminder_preferences (keeper_id, enabled, at, zone, digest, again, handled_on)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (keeper_id) do update set enabled = $2, at = $3, zone = $4, digest = $5, again = $6, handled_on = $7",
        keeper.0,
        plan.enabled,
        plan.at.to_sqlx() as _,
        zone::name(&plan.zone),
        plan.digest,
        plan.again,
        handled_on.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a keeper's day: whoever gets it sends what there is, in the same transaction. False when somebody else had it,
/// the plan was changed or turned off meanwhile, or the keeper may no longer sign in.
pub async fn take(tx: &mut PgConnection, planned: &Planned, day: Date) -> Result<bool> {
    // Before the plan, as deleting the keeper locks them, so that no two wait for each other.
    let active = sqlx::query_scalar!(
        "select id from keepers where id = $1 and active for key share",
        planned.keeper.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if active.is_none() {
        return Ok(false);
    }
    let taken = sqlx::query!(
        "update reminder_preferences set handled_on = $2
         where keeper_id = $1 and handled_on is not distinct from $3 and enabled and at = $4 and zone = $5",
        planned.keeper.0,
        day.to_sqlx() as _,
        planned.handled_on.map(ToSqlx::to_sqlx) as _,
        planned.plan.at.to_sqlx() as _,
        planned.zone,
    )
    .execute(tx)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// The turns of tasks that a keeper was told of.
pub async fn told(db: &mut PgConnection, keeper: KeeperId) -> Result<BTreeMap<TaskId, i32>> {
    let rows = sqlx::query!("select task_id, turn from reminders_told where keeper_id = $1", keeper.0)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (TaskId(row.task_id), row.turn)).collect())
}

/// Notes what a keeper was told of.
pub async fn tell(tx: &mut PgConnection, keeper: KeeperId, tasks: &[(TaskId, i32)]) -> Result<()> {
    let ids: Vec<Uuid> = tasks.iter().map(|(task, _)| task.0).collect();
    let turns: Vec<i32> = tasks.iter().map(|(_, turn)| *turn).collect();
    sqlx::query!(
        "insert into reminders_told (keeper_id, task_id, turn)
         select $1, t.id, v.turn from unnest($2::uuid[], $3::integer[]) as v (task_id, turn)
         join tasks t on t.id = v.task_id
         on conflict (keeper_id, task_id) do update set turn = excluded.turn",
        keeper.0,
        &ids,
        &turns,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Who reads a message or follows its link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The name that pages show.
    pub name: String,
    /// How dates are written.
    pub dates: DateFormat,
    /// May sign in.
    pub active: bool,
}

/// A keeper as a reader of messages.
pub async fn reader(db: &mut PgConnection, keeper: KeeperId) -> Result<Option<Reader>> {
    let row = sqlx::query!("select display_name, date_format, active from keepers where id = $1", keeper.0)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| Reader {
        name: row.display_name,
        dates: row.date_format.parse().unwrap_or_default(),
        active: row.active,
    }))
}

/// The key that links are signed with, if any was ever signed.
pub async fn key(db: &mut PgConnection) -> Result<Option<Key>> {
    Ok(super::secret::find(db, KEY).await?.map(Key::new))
}

/// The same, made of these bytes if there is none.
pub async fn key_or_make(db: &mut PgConnection, new: &[u8]) -> Result<Key> {
    super::secret::find_or_make(db, KEY, new).await.map(Key::new)
}
