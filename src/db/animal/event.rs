//! What happened to an animal: read, replayed, written.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::Home;
use crate::db::{Error, Result};
use crate::domain::animal::NewAnimal;
use crate::domain::animal::event::{Event, Kind, What};
use crate::domain::animal::history::History;
use crate::domain::id::{AnimalEventId, AnimalId, KeeperId, TankId};
use crate::domain::tank::stored_zone;

/// An event as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// What happened.
    pub event: Event,
    /// The tank they were in when it happened.
    pub tank: Home,
    /// The tank they went to.
    pub to: Option<Home>,
    /// Who wrote it down, if that keeper is still there.
    pub by: Option<String>,
    /// The group that some of them became: what it is called.
    pub group: Option<String>,
    /// Whether it was corrected.
    pub corrected: bool,
}

/// The columns that make an [`Event`].
pub(super) struct Columns {
    pub(super) id: sqlx::types::Uuid,
    pub(super) kind: String,
    pub(super) to_tank_id: Option<sqlx::types::Uuid>,
    pub(super) quantity: Option<i32>,
    pub(super) split_into: Option<sqlx::types::Uuid>,
    pub(super) occurred_at: jiff_sqlx::Timestamp,
    pub(super) note: Option<String>,
    pub(super) created_at: jiff_sqlx::Timestamp,
}

impl TryFrom<Columns> for Event {
    type Error = Error;

    fn try_from(row: Columns) -> Result<Self> {
        let wrong = |value: String| Error::Inconsistent { table: "animal_events", column: "kind", value };
        let kind: Kind = row.kind.parse().map_err(|_| wrong(row.kind.clone()))?;
        let quantity = row.quantity.and_then(|quantity| u32::try_from(quantity).ok());
        let what = What::from_parts(kind, row.to_tank_id.map(TankId), quantity, row.split_into.map(AnimalId))
            .ok_or_else(|| wrong(row.kind))?;
        Ok(Self {
            id: AnimalEventId(row.id),
            at: row.occurred_at.to_jiff(),
            entered_at: row.created_at.to_jiff(),
            what,
            note: row.note,
        })
    }
}

/// Everything that happened to an animal, in no order that can be relied on: [`History::of`] gives it one.
pub async fn events(db: &mut PgConnection, animal: AnimalId) -> Result<Vec<Logged>> {
    let rows = sqlx::query!(
        r#"select e.id, e.kind, e.tank_id, e.to_tank_id, e.quantity, e.split_into, e.occurred_at, e.note,
                  e.created_at, k.display_name as "by?",
                  t.name as tank, t.timezone, t.decommissioned_on is null as "active!",
                  d.name as "to_tank?", d.timezone as "to_timezone?",
                  d.decommissioned_on is null as "to_active!",
                  coalesce(g.name, g.species) as "group_title?",
                  exists (select from animal_event_revisions r
                          where r.event_id = e.id and r.change = 'corrected') as "corrected!"
           from animal_events e
           join tanks t on t.id = e.tank_id
           left join tanks d on d.id = e.to_tank_id
           left join animals g on g.id = e.split_into
           left join keepers k on k.id = e.recorded_by
           where e.animal_id = $1"#,
        animal.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let to = match (row.to_tank_id, row.to_tank, row.to_timezone) {
                (Some(id), Some(name), Some(timezone)) => {
                    Some(Home { id: TankId(id), name, zone: stored_zone(&timezone), active: row.to_active })
                }
                _ => None,
            };
            let event = Columns {
                id: row.id,
                kind: row.kind,
                to_tank_id: row.to_tank_id,
                quantity: row.quantity,
                split_into: row.split_into,
                occurred_at: row.occurred_at,
                note: row.note,
                created_at: row.created_at,
            };
            Ok(Logged {
                event: event.try_into()?,
                tank: Home {
                    id: TankId(row.tank_id),
                    name: row.tank,
                    zone: stored_zone(&row.timezone),
                    active: row.active,
                },
                to,
                by: row.by,
                group: row.group_title,
                corrected: row.corrected,
            })
        })
        .collect()
}

/// The history of an animal whose row the caller has locked.
pub(super) async fn history(tx: &mut PgConnection, animal: AnimalId) -> Result<History> {
    let rows = sqlx::query_as!(
        Columns,
        "select id, kind, to_tank_id, quantity, split_into, occurred_at, note, created_at
         from animal_events where animal_id = $1",
        animal.0
    )
    .fetch_all(tx)
    .await?;
    let events = rows.into_iter().map(Event::try_from).collect::<Result<Vec<_>>>()?;
    // Nothing of ours removes their coming.
    History::of(events).ok_or_else(|| Error::Inconsistent {
        table: "animal_events",
        column: "kind",
        value: format!("no acquired of {animal}"),
    })
}

/// The group that this one was split off.
pub(super) async fn founded_by(tx: &mut PgConnection, animal: AnimalId) -> Result<Option<AnimalId>> {
    let parent = sqlx::query_scalar!("select animal_id from animal_events where split_into = $1", animal.0)
        .fetch_optional(tx)
        .await?;
    Ok(parent.map(AnimalId))
}

/// The coming of a new animal.
pub(super) fn coming(id: AnimalEventId, animal: &NewAnimal, now: Timestamp) -> Event {
    Event {
        id,
        at: animal.acquired_at,
        entered_at: now,
        what: What::Acquired { tank: animal.tank, quantity: animal.quantity },
        note: animal.note.clone(),
    }
}

/// Stores an event that happened in `tank`. Whether it is stored: no, when there was one with its id.
pub(super) async fn insert(
    tx: &mut PgConnection,
    animal: AnimalId,
    event: &Event,
    tank: TankId,
    by: Option<KeeperId>,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into animal_events (id, animal_id, kind, tank_id, to_tank_id, quantity, split_into, occurred_at,
                                    note, recorded_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
        event.id.0,
        animal.0,
        event.what.kind().as_str(),
        tank.0,
        event.what.to().map(|tank| tank.0),
        event.what.quantity().map(number),
        event.what.group().map(|group| group.0),
        event.at.to_sqlx() as _,
        event.note,
        by.map(|by| by.0),
        event.entered_at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Writes another version of an event.
pub(super) async fn update(tx: &mut PgConnection, event: &Event) -> Result<()> {
    let to = event.what.to().map(|tank| tank.0);
    sqlx::query!(
        "update animal_events
         set to_tank_id = $2, quantity = $3, occurred_at = $4, note = $5,
             tank_id = case when kind = 'acquired' then $2 else tank_id end
         where id = $1",
        event.id.0,
        to,
        event.what.quantity().map(number),
        event.at.to_sqlx() as _,
        event.note,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps what follows from a history: where they are, how many, and where each event happened.
pub(super) async fn keep(tx: &mut PgConnection, animal: AnimalId, history: &History) -> Result<()> {
    let standing = history.standing();
    sqlx::query!(
        "update animals set tank_id = $2, quantity = $3, acquired_at = $4, ended_at = $5 where id = $1",
        animal.0,
        standing.place.0,
        number(standing.count),
        standing.acquired_at.to_sqlx() as _,
        standing.ended_at.map(ToSqlx::to_sqlx) as _,
    )
    .execute(&mut *tx)
    .await?;
    let ids: Vec<_> = history.steps().map(|(event, _)| event.id.0).collect();
    let tanks: Vec<_> = history.steps().map(|(_, step)| step.tank.0).collect();
    sqlx::query!(
        "update animal_events e set tank_id = v.tank_id
         from unnest($1::uuid[], $2::uuid[]) as v (id, tank_id)
         where e.id = v.id and e.tank_id <> v.tank_id",
        &ids,
        &tanks,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A number of animals as the schema keeps it.
pub(super) fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
