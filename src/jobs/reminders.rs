//! Reminds keepers of what is due, once a day, each at an hour of their own.
//!
//! Every five minutes one worker looks whose hour has come. The keeper's day is taken and the messages are written in
//! one transaction: whoever else looks at the same time finds the day taken, and whoever dies before the end leaves
//! both undone.

mod words;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection as _, PgConnection};

use super::context::Context;
use super::deliver::deliver;
use super::error::JobError;
use crate::db::reminder::{self, Planned};
use crate::db::task::{Places, Task};
use crate::db::{self, Result};
use crate::domain::id::{KeeperId, TaskId};
use crate::domain::message::Purpose;
use crate::domain::reminder::Plan;
use crate::domain::task::Standing;
use crate::domain::zone::day_of;
use crate::system::clock::Clock;

/// How often is looked.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The most tasks a keeper is told of at once.
const TASKS: usize = 100;
/// The most that are looked at for it: a keeper who was told of the longest overdue must hear of the others.
const LOOKED_AT: i64 = 1000;
/// No zone's day ends later than this.
const DAY: SignedDuration = SignedDuration::from_hours(26);

/// The name of the five minutes that `now` lies in.
pub fn slot(now: Timestamp) -> String {
    format!("reminders:{}", now.as_second().div_euclid(EVERY.as_secs()))
}

/// Looks whose hour has come. What went wrong with one keeper keeps nobody else waiting; it is tried again.
pub(super) async fn run(context: &Context) -> Result<(), JobError> {
    let clock = &context.clock;
    let mut db = context.pool.acquire().await.map_err(JobError::retry)?;
    let mut failed = None;
    for planned in reminder::enabled(&mut db).await.map_err(JobError::retry)? {
        let Some(day) = planned.plan.due(planned.handled_on, clock.now()) else { continue };
        if let Err(error) = remind(&mut db, clock, &planned, day).await {
            tracing::warn!(%error, keeper = %planned.keeper, "could not remind a keeper");
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), |error| Err(JobError::retry(error)))
}

async fn remind(db: &mut PgConnection, clock: &Clock, planned: &Planned, day: Date) -> Result<()> {
    let mut tx = db.begin().await?;
    if !reminder::take(&mut tx, planned, day).await? {
        return Ok(());
    }
    let tasks = due(&mut tx, planned.keeper, &planned.plan, clock.now()).await?;
    tell(&mut tx, clock, planned.keeper, &planned.plan, &tasks, &format!("{day}")).await?;
    tx.commit().await?;
    Ok(())
}

/// What a keeper is to be reminded of.
struct Due {
    tasks: Vec<Task>,
    more: i64,
}

/// What is due today or overdue, on each tank's own clock; without what is put off, and without what the keeper was told
/// of and wants to hear of only once.
async fn due(db: &mut PgConnection, keeper: KeeperId, plan: &Plan, now: Timestamp) -> Result<Due> {
    let until = now.saturating_add(DAY).unwrap_or(now);
    let found = db::task::due(db, Places::All, until, LOOKED_AT).await?;
    let told = if plan.again { BTreeMap::new() } else { reminder::told(db, keeper).await? };
    let is_due = |task: &Task| {
        // Put off until a day is told that day, at the keeper's hour, also when the hour of the task comes later.
        let put_off = task.snoozed_until.is_some_and(|until| {
            until > now && day_of(until, task.zone(&plan.zone)) > day_of(now, task.zone(&plan.zone))
        });
        let known = told.get(&task.id) == Some(&task.turn);
        let zone = task.zone(&plan.zone);
        !put_off && !known && Standing::of(task.next_due_at, zone, now) != Standing::Coming
    };
    let mut tasks = found.tasks;
    tasks.retain(is_due);
    let left = tasks.len().saturating_sub(TASKS);
    tasks.truncate(TASKS);
    Ok(Due { tasks, more: found.more.saturating_add(i64::try_from(left).unwrap_or(i64::MAX)) })
}

/// Writes the messages. Answers how many there are for all channels.
async fn tell(
    tx: &mut PgConnection,
    clock: &Clock,
    keeper: KeeperId,
    plan: &Plan,
    due: &Due,
    occasion: &str,
) -> Result<usize> {
    if due.tasks.is_empty() {
        return Ok(0);
    }
    let Some(reader) = reminder::reader(tx, keeper).await?.filter(|reader| reader.active) else {
        return Ok(0);
    };
    let mut written = 0;
    for (part, message) in words::messages(&due.tasks, due.more, keeper, &reader, plan, clock.now()) {
        let once = format!("reminders:{keeper}:{occasion}{part}");
        written += deliver(tx, clock, keeper, &message, &once).await?;
    }
    if written == 0 {
        // Nobody was told: it is still news.
        return Ok(0);
    }
    let told: Vec<(TaskId, i32)> = due.tasks.iter().map(|task| (task.id, task.turn)).collect();
    reminder::tell(tx, keeper, &told).await?;
    Ok(written)
}

/// What became of asking for a reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is on its way.
    Sent,
    /// Nothing is due.
    Nothing,
    /// None of the keeper's channels wants reminders.
    Nowhere,
}

/// Reminds a keeper now, at most once a minute; the day's own reminder comes all the same.
///
/// # Errors
/// When the database does not answer.
pub async fn ask(db: &mut PgConnection, clock: &Clock, keeper: KeeperId, plan: &Plan) -> Result<Asked> {
    let mut tx = db.begin().await?;
    if db::channel::wanting(&mut tx, keeper, Purpose::Reminder).await?.is_empty() {
        return Ok(Asked::Nowhere);
    }
    let now = clock.now();
    // Whoever asks wants to see what there is.
    let all = Plan { again: true, ..plan.clone() };
    let tasks = due(&mut tx, keeper, &all, now).await?;
    if tasks.tasks.is_empty() {
        return Ok(Asked::Nothing);
    }
    let minute = format!("asked:{}", now.strftime("%Y-%m-%dT%H:%M"));
    tell(&mut tx, clock, keeper, plan, &tasks, &minute).await?;
    tx.commit().await?;
    Ok(Asked::Sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_five_minutes() {
        let at = |text: &str| slot(text.parse().unwrap());
        assert_eq!(at("2026-11-23T12:00:00Z"), at("2026-11-23T12:04:59Z"));
        assert_ne!(at("2026-11-23T12:00:00Z"), at("2026-11-23T12:05:00Z"));
    }
}
