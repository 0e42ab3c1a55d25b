//! Looks how tanks stand, and tells keepers what asks for attention: once, and once more when it is over.
//!
//! A tank is looked at after every change that can matter, and all of them every quarter of an hour, because readings
//! grow old by themselves. What is to be told follows from the rows alone, so a look that is repeated, by whichever
//! worker, changes nothing.

mod words;

use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection as _, PgConnection};

use super::context::Context;
use super::deliver::deliver;
use super::error::JobError;
use super::job::{Job, OfTank};
use crate::db::alert::{self, Rules};
use crate::db::overview::{self, Overview};
use crate::db::{self, Result};
use crate::domain::alert::{Step, decide};
use crate::domain::health::{self, State};
use crate::domain::id::{AlertId, ParameterId, TankId};
use crate::domain::parameter::Catalogue;
use crate::system::clock::Clock;

/// There is one message a tank in this time.
const QUIET: SignedDuration = SignedDuration::from_mins(15);

/// The name of the quarter of an hour that `now` lies in.
pub fn slot(now: Timestamp) -> String {
    format!("alerts:{}", now.as_second().div_euclid(QUIET.as_secs()))
}

/// Asks for a look at a tank, in the transaction that changes something there; one that is to come anyway will do.
///
/// # Errors
/// When the database does not answer.
pub async fn look(conn: &mut PgConnection, clock: &Clock, tank: TankId) -> Result<()> {
    let row = Job::Alerts(OfTank { tank }).row(clock, None)?;
    if !db::job::waits(conn, &row.kind, &row.payload, row.run_after).await? {
        db::job::insert(conn, &row).await?;
    }
    Ok(())
}

/// How the parameters of a tank stand; those that are not tracked are left out, and all of a tank that was taken down.
fn standings(
    overview: Option<&Overview>,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Vec<(ParameterId, State)> {
    let active = overview.filter(|overview| overview.tank.decommissioned_on.is_none());
    let inputs = active.into_iter().flat_map(|overview| overview.parameters(catalogue));
    inputs
        .map(|(parameter, tracked)| {
            let input = tracked.input(parameter, &parameter.canonical);
            (parameter.id, health::of_parameter(&input, now).state)
        })
        .collect()
}

/// What is to be done about a tank: which parameter, the alert it has, and the step.
fn steps(
    standings: &[(ParameterId, State)],
    rules: &Rules,
    pending: &[alert::Pending],
) -> Vec<(ParameterId, Option<AlertId>, Step)> {
    let open = || pending.iter().filter(|pending| pending.open);
    let tracked = standings.iter().copied();
    let gone = open().filter(|open| !standings.iter().any(|(parameter, _)| *parameter == open.parameter));
    tracked
        .chain(gone.map(|open| (open.parameter, State::New)))
        .filter_map(|(parameter, state)| {
            let open = open().find(|open| open.parameter == parameter);
            let step = decide(rules.of(parameter), state, open.map(|open| open.kind));
            (step != Step::Keep).then_some((parameter, open.map(|open| open.id), step))
        })
        .collect()
}

/// Brings a tank's alerts up to date, in a transaction that has the tank alone. Answers how the tank stands.
async fn update(
    tx: &mut PgConnection,
    clock: &Clock,
    catalogue: &Catalogue,
    tank: TankId,
) -> Result<Option<Overview>> {
    let now = clock.now();
    alert::lock(tx, tank).await?;
    let overview = overview::tank(tx, tank, now).await?;
    let rules = alert::rules(tx, Some(tank)).await?.pop().map(|(_, rules)| rules).unwrap_or_default();
    let pending = alert::pending(tx, Some(tank)).await?;
    for (parameter, open, step) in steps(&standings(overview.as_ref(), catalogue, now), &rules, &pending) {
        match (step, open) {
            (Step::Raise(kind), _) => {
                alert::raise(tx, AlertId(clock.uuid()), (tank, parameter), kind, now).await?;
            }
            (Step::Worsen(kind), Some(open)) => alert::worsen(tx, open, kind, now).await?,
            (Step::Clear { quietly }, Some(open)) => alert::clear(tx, open, quietly, now).await?,
            (Step::Keep | Step::Worsen(_) | Step::Clear { .. }, _) => {}
        }
    }
    Ok(overview)
}

/// Takes what is the matter with a tank as known: nobody is told of it. For tanks that come with their past.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(tx: &mut PgConnection, clock: &Clock, catalogue: &Catalogue, tank: TankId) -> Result<()> {
    update(tx, clock, catalogue, tank).await?;
    alert::told(tx, tank, None).await
}

/// Looks at one tank, and tells what there is to tell.
pub(super) async fn run(context: &Context, tank: TankId) -> Result<(), JobError> {
    look_at(context, tank).await.map_err(JobError::retry)
}

async fn look_at(context: &Context, tank: TankId) -> Result<()> {
    let mut db = context.pool.acquire().await?;
    let catalogue = db::parameter::catalogue(&mut db).await?;
    let mut tx = db.begin().await?;
    let clock = &context.clock;
    let overview = update(&mut tx, clock, &catalogue, tank).await?;
    if let Some(overview) = overview {
        tell(&mut tx, clock, &catalogue, &overview).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Writes the jobs that tell every keeper. Within a quarter of an hour after the last message it is left to a look at
/// the end of it, which is asked for here.
async fn tell(
    tx: &mut PgConnection,
    clock: &Clock,
    catalogue: &Catalogue,
    overview: &Overview,
) -> Result<()> {
    let (now, tank) = (clock.now(), overview.tank.id);
    let mut pending = alert::pending(tx, Some(tank)).await?;
    pending.retain(alert::Pending::is_to_tell);
    if pending.is_empty() {
        return Ok(());
    }
    // A clock that was put back does not keep a tank quiet for longer than that.
    let last = alert::told_at(tx, tank).await?.filter(|last| *last <= now);
    if let Some(free) = last.and_then(|last| last.checked_add(QUIET).ok()).filter(|free| *free > now) {
        let job = Job::Alerts(OfTank { tank });
        let once = format!("alerts:{tank}:{}", free.as_microsecond());
        let row = db::job::NewJob { run_after: free, ..job.row(clock, Some(once))? };
        db::job::insert(tx, &row).await?;
        return Ok(());
    }
    for reader in alert::readers(tx).await? {
        let message = words::message(overview, catalogue, &pending, &reader, now);
        if message.lines.is_empty() {
            // All of it is about what is no longer tracked or measured.
            return alert::told(tx, tank, None).await;
        }
        let once = format!("alerts:{tank}:{}:{}", now.as_microsecond(), reader.id);
        deliver(tx, clock, reader.id, &message, &once).await?;
    }
    alert::told(tx, tank, Some(now)).await
}

/// Looks at all tanks at once, and asks for a closer look at those about which something is to be done.
pub(super) async fn run_all(context: &Context) -> Result<(), JobError> {
    look_at_all(context).await.map_err(JobError::retry)
}

async fn look_at_all(context: &Context) -> Result<()> {
    let (clock, now) = (&context.clock, context.clock.now());
    let mut db = context.pool.acquire().await?;
    let catalogue = db::parameter::catalogue(&mut db).await?;
    let overviews = overview::active(&mut db, 0, now).await?;
    let rules = alert::rules(&mut db, None).await?;
    let pending = alert::pending(&mut db, None).await?;
    let mut tanks: Vec<TankId> = overviews.iter().map(|overview| overview.tank.id).collect();
    for open in &pending {
        if !tanks.contains(&open.tank) {
            tanks.push(open.tank);
        }
    }
    let mut tx = db.begin().await?;
    for tank in tanks {
        let overview = overviews.iter().find(|overview| overview.tank.id == tank);
        let rules =
            rules.iter().find(|(id, _)| *id == tank).map(|(_, rules)| rules.clone()).unwrap_or_default();
        let pending: Vec<_> = pending.iter().filter(|pending| pending.tank == tank).copied().collect();
        let changes = !steps(&standings(overview, &catalogue, now), &rules, &pending).is_empty();
        if changes || pending.iter().any(alert::Pending::is_to_tell) {
            look(&mut tx, clock, tank).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_quarter_of_an_hour() {
        let at = |text: &str| slot(text.parse().unwrap());
        assert_eq!(at("2026-11-23T12:00:00Z"), at("2026-11-23T12:14:59Z"));
        assert_ne!(at("2026-11-23T12:00:00Z"), at("2026-11-23T12:15:00Z"));
    }
}
