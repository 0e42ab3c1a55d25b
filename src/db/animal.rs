//! Livestock: animals, what happened to them, and what follows from it. Every writer of an animal's events locks
//! its row, replays its history, and keeps what follows in the same transaction.

mod change;
mod event;
mod import;
mod list;
mod of_tank;
mod record;
mod revision;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

pub use self::change::{correct, remove, undo};
pub use self::event::{Logged, events};
pub use self::import::{Import, Imported, import};
pub use self::list::{Counts, Filter, Listed, Show, Stock, Stocked, counts, list, stock, tanks};
pub use self::of_tank::{TankEvent, of_tank, of_tank_in};
pub use self::record::record;
pub use self::revision::{Change, Revision, Snapshot, revisions, seen};

use super::{Error, Result};
use crate::domain::animal::history::Fault;
use crate::domain::animal::{Facts, NewAnimal};
use crate::domain::id::{AnimalEventId, AnimalId, FormId, KeeperId, TankId};
use crate::domain::tank::stored_zone;
use crate::system::clock::Clock;

/// An animal or a group, with what follows from its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Animal {
    /// Its id.
    pub id: AnimalId,
    /// What it is.
    pub facts: Facts,
    /// Where it lives, or lived last.
    pub tank: Home,
    /// How many there are; 0: gone.
    pub count: i32,
    /// When they came.
    pub acquired_at: Timestamp,
    /// When the last one went.
    pub ended_at: Option<Timestamp>,
    /// The group that this one was split off, with the event that did it.
    pub origin: Option<Origin>,
}

/// The tank of an animal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Its id.
    pub id: TankId,
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: TimeZone,
    /// Whether it is in use.
    pub active: bool,
}

/// Where a group was split off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The group it was part of.
    pub animal: AnimalId,
    /// What that one is called.
    pub title: String,
    /// The move that made this one.
    pub event: AnimalEventId,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is stored now.
    New,
    /// It was stored before, by the same form: nothing changed.
    AlreadyThere,
}

/// Why a change was refused.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such animal.
    #[error("no such animal")]
    NoAnimal,
    /// The animal has no such event, or no such revision.
    #[error("no such event")]
    NoEvent,
    /// It cannot have happened like that.
    #[error(transparent)]
    Impossible(Fault),
    /// It cannot have happened like that in the history of the group that the event made.
    #[error("not in the history of the group {0}: {1}")]
    ImpossibleInGroup(AnimalId, Fault),
    /// The form was used for something else before.
    #[error("the form was used for something else")]
    OtherUse,
    /// The tank is no longer in use.
    #[error("the tank has been decommissioned")]
    TankGone,
    /// There is no such tank.
    #[error("no such tank")]
    NoTank,
    /// The event made a group that has a history of its own by now.
    #[error("the group {0} has a history of its own")]
    GroupLives(AnimalId),
    /// The group came from a split: what is about its coming is changed there.
    #[error("the group was split off {0}")]
    SplitOff(AnimalId),
    /// More happened to the animal than its coming.
    #[error("more happened to it than its coming")]
    NotPristine,
    /// Somebody changed the event since the form was shown.
    #[error("the event has been changed meanwhile")]
    ChangedMeanwhile,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<Fault> for ChangeError {
    fn from(fault: Fault) -> Self {
        Self::Impossible(fault)
    }
}

/// The animal with this id, unless it was taken back.
pub async fn find(db: &mut PgConnection, id: AnimalId) -> Result<Option<Animal>> {
    let row = sqlx::query!(
        r#"select a.name, a.species, a.scientific_name, a.sex, a.notes, a.tank_id, a.quantity, a.acquired_at,
                  a.ended_at, t.name as tank, t.timezone, t.decommissioned_on is null as "active!",
                  e.id as "origin_event?", e.animal_id as "origin?", coalesce(p.name, p.species) as "origin_title?"
           from animals a
           join tanks t on t.id = a.tank_id
           left join animal_events e on e.split_into = a.id
           left join animals p on p.id = e.animal_id
           where a.id = $1 and a.deleted_at is null"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let origin = match (row.origin, row.origin_event, row.origin_title) {
        (Some(animal), Some(event), Some(title)) => {
            Some(Origin { animal: AnimalId(animal), title, event: AnimalEventId(event) })
        }
        _ => None,
    };
    Ok(Some(Animal {
        id,
        facts: facts(row.name, row.species, row.scientific_name, row.sex.as_deref(), row.notes)?,
        tank: Home {
            id: TankId(row.tank_id),
            name: row.tank,
            zone: stored_zone(&row.timezone),
            active: row.active,
        },
        count: row.quantity,
        acquired_at: row.acquired_at.to_jiff(),
        ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        origin,
    }))
}

fn facts(
    name: Option<String>,
    species: String,
    scientific_name: Option<String>,
    sex: Option<&str>,
    notes: Option<String>,
) -> Result<Facts> {
    let sex = sex.map(str::parse).transpose().map_err(|_| Error::Inconsistent {
        table: "animals",
        column: "sex",
        value: sex.unwrap_or_default().to_owned(),
    })?;
    Ok(Facts { name, species, scientific_name, sex, notes })
}

/// Stores an animal with its coming. The same form again stores nothing: the answer is the animal it made the
/// first time, or none when that one was taken back since.
pub async fn create(
    db: &mut PgConnection,
    clock: &Clock,
    animal: &NewAnimal,
    by: KeeperId,
) -> Result<Option<AnimalId>, ChangeError> {
    let mut tx = db.begin().await?;
    in_use(&mut tx, animal.tank).await?;
    let id = AnimalId(clock.uuid());
    let row = Row {
        id,
        form_id: animal.form_id,
        facts: &animal.facts,
        tank: animal.tank,
        quantity: animal.quantity,
        acquired_at: animal.acquired_at,
    };
    // A second submission that runs at the same time waits here for the first to commit.
    if !insert(&mut tx, clock.now(), &row, Some(by)).await? {
        let first = sqlx::query!(
            r#"select id, deleted_at is null as "there!" from animals where form_id = $1"#,
            animal.form_id.0
        )
        .fetch_one(&mut *tx)
        .await?;
        return Ok(first.there.then_some(AnimalId(first.id)));
    }
    let event = event::coming(AnimalEventId(clock.uuid()), animal, clock.now());
    event::insert(&mut tx, id, &event, animal.tank, Some(by)).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// A new row of `animals`.
struct Row<'a> {
    id: AnimalId,
    form_id: FormId,
    facts: &'a Facts,
    tank: TankId,
    quantity: u32,
    acquired_at: Timestamp,
}

/// Whether it was stored: no, when the form stored one before.
async fn insert(tx: &mut PgConnection, now: Timestamp, row: &Row<'_>, by: Option<KeeperId>) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into animals (id, form_id, name, species, scientific_name, sex, notes, tank_id, quantity,
                              acquired_at, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (form_id) do nothing",
        row.id.0,
        row.form_id.0,
        row.facts.name,
        row.facts.species,
        row.facts.scientific_name,
        row.facts.sex.map(crate::domain::animal::Sex::as_str),
        row.facts.notes,
        row.tank.0,
        event::number(row.quantity),
        row.acquired_at.to_sqlx() as _,
        now.to_sqlx() as _,
        by.map(|by| by.0),
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Writes other facts about an animal. Whether there is one.
pub async fn edit(db: &mut PgConnection, id: AnimalId, facts: &Facts) -> Result<bool> {
    let updated = sqlx::query!(
        "update animals set name = $2, species = $3, scientific_name = $4, sex = $5, notes = $6
         where id = $1 and deleted_at is null",
        id.0,
        facts.name,
        facts.species,
        facts.scientific_name,
        facts.sex.map(crate::domain::animal::Sex::as_str),
        facts.notes,
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() > 0)
}

/// Takes back an animal to which nothing happened but its coming. Again: nothing changes.
pub async fn delete(
    db: &mut PgConnection,
    clock: &Clock,
    id: AnimalId,
    by: KeeperId,
) -> Result<(), ChangeError> {
    let mut tx = db.begin().await?;
    let deleted = sqlx::query_scalar!(
        r#"select deleted_at is not null as "deleted!" from animals where id = $1 for update"#,
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    match deleted {
        None => return Err(ChangeError::NoAnimal),
        Some(true) => return Ok(()),
        Some(false) => {}
    }
    if let Some(parent) = event::founded_by(&mut tx, id).await? {
        return Err(ChangeError::SplitOff(parent));
    }
    if !event::history(&mut tx, id).await?.is_pristine() {
        return Err(ChangeError::NotPristine);
    }
    sqlx::query!(
        "update animals set deleted_at = $2, deleted_by = $3 where id = $1",
        id.0,
        clock.now().to_sqlx() as _,
        by.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Puts back an animal that was taken back. Again: nothing changes. A group that went with the split that made it
/// comes back with that split only.
pub async fn restore(db: &mut PgConnection, id: AnimalId) -> Result<(), ChangeError> {
    let mut tx = db.begin().await?;
    let there = sqlx::query_scalar!("select 1 as \"one!\" from animals where id = $1 for update", id.0)
        .fetch_optional(&mut *tx)
        .await?;
    if there.is_none() {
        return Err(ChangeError::NoAnimal);
    }
    let restored = sqlx::query!(
        "update animals set deleted_at = null, deleted_by = null
         where id = $1 and deleted_at is not null
           and not exists (select from animal_event_revisions where before->>'split_into' = $1::text)",
        id.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    if restored.rows_affected() == 0 && find(db, id).await?.is_none() {
        return Err(ChangeError::NoAnimal);
    }
    Ok(())
}

/// Refuses a tank that takes no animals. Writers of one tank take turns, and none takes it down meanwhile.
async fn in_use(tx: &mut PgConnection, tank: TankId) -> Result<(), ChangeError> {
    let active = sqlx::query_scalar!(
        r#"select decommissioned_on is null as "active!" from tanks where id = $1 for no key update"#,
        tank.0
    )
    .fetch_optional(tx)
    .await?;
    match active {
        None => Err(ChangeError::NoTank),
        Some(false) => Err(ChangeError::TankGone),
        Some(true) => Ok(()),
    }
}
