//! What happened to the animals of a tank, for its timeline and its charts.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::db::{Error, Result};
use crate::domain::animal::event::Kind;
use crate::domain::cursor::{Cursor, Toward};
use crate::domain::id::{AnimalEventId, AnimalId, TankId};

/// An event as the tank saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TankEvent {
    /// Its id.
    pub id: AnimalEventId,
    /// The animal.
    pub animal: AnimalId,
    /// What it is called, if it has a name.
    pub name: Option<String>,
    /// What it is.
    pub species: String,
    /// What happened.
    pub kind: Kind,
    /// Whether a move led into this tank; of all other events it is false.
    pub arrived: bool,
    /// Of a move, the tank at its other end; of the coming of a group that was split off, the tank it left.
    pub other_tank: Option<String>,
    /// How many; none when it is about all of them, or none in particular.
    pub quantity: Option<i32>,
    /// When.
    pub occurred_at: Timestamp,
    /// In words.
    pub note: Option<String>,
    /// Who wrote it down, if that keeper is still there.
    pub by: Option<String>,
}

struct Row {
    id: sqlx::types::Uuid,
    animal_id: sqlx::types::Uuid,
    name: Option<String>,
    species: String,
    kind: String,
    arrived: bool,
    other_tank: Option<String>,
    quantity: Option<i32>,
    occurred_at: jiff_sqlx::Timestamp,
    note: Option<String>,
    by: Option<String>,
}

impl TryFrom<Row> for TankEvent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let kind = row.kind.parse().map_err(|_| Error::Inconsistent {
            table: "animal_events",
            column: "kind",
            value: row.kind.clone(),
        })?;
        Ok(Self {
            id: AnimalEventId(row.id),
            animal: AnimalId(row.animal_id),
            name: row.name,
            species: row.species,
            kind,
            arrived: row.arrived,
            other_tank: row.other_tank,
            quantity: row.quantity,
            occurred_at: row.occurred_at.to_jiff(),
            note: row.note,
            by: row.by,
        })
    }
}

/// What happened in a tank from `from` (included) until `until` (excluded), the newest first, at most `limit`.
/// A move shows in both tanks; of a split, the tank it leads to shows the coming of the new group.
pub async fn of_tank_in(
    db: &mut PgConnection,
    tank: TankId,
    from: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<TankEvent>> {
    sqlx::query_as!(
        Row,
        r#"select e.id as "id!", e.animal_id as "animal_id!", a.name, a.species as "species!",
                  e.kind as "kind!", (e.kind = 'moved' and e.tank_id <> $1) as "arrived!",
                  o.name as "other_tank?", e.quantity, e.occurred_at as "occurred_at!: jiff_sqlx::Timestamp",
                  e.note, k.display_name as "by?"
           from animal_events e
           join animals a on a.id = e.animal_id and a.deleted_at is null
           left join animal_events s on e.kind = 'acquired' and s.split_into = e.animal_id
           left join tanks o on o.id = case when e.kind = 'acquired' then s.tank_id
                                            when e.tank_id <> $1 then e.tank_id else e.to_tank_id end
           left join keepers k on k.id = e.recorded_by
           where (e.tank_id = $1 or e.to_tank_id = $1 and e.split_into is null)
             and e.occurred_at >= $2 and e.occurred_at < $3
           order by e.occurred_at desc, e.id desc limit $4"#,
        tank.0,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(TankEvent::try_from)
    .collect()
}

/// What happened in a tank on one side of a place in its timeline, or its newest: at most `limit` rows, nearest to
/// the place first, as [`Page::new`](crate::domain::cursor::Page::new) takes them.
pub async fn of_tank(
    db: &mut PgConnection,
    tank: TankId,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Vec<TankEvent>> {
    let newer = from.is_some_and(|from| from.toward == Toward::Newer);
    let at = from.map(|from| from.at.to_sqlx());
    let id = from.map(|from| from.id);
    let rows = if newer {
        sqlx::query_as!(
            Row,
            r#"select e.id as "id!", e.animal_id as "animal_id!", a.name, a.species as "species!",
                      e.kind as "kind!", (e.kind = 'moved' and e.tank_id <> $1) as "arrived!",
                      o.name as "other_tank?", e.quantity, e.occurred_at as "occurred_at!: jiff_sqlx::Timestamp",
                      e.note, k.display_name as "by?"
               from animal_events e
               join animals a on a.id = e.animal_id and a.deleted_at is null
               left join animal_events s on e.kind = 'acquired' and s.split_into = e.animal_id
               left join tanks o on o.id = case when e.kind = 'acquired' then s.tank_id
                                                when e.tank_id <> $1 then e.tank_id else e.to_tank_id end
               left join keepers k on k.id = e.recorded_by
               where (e.tank_id = $1 or e.to_tank_id = $1 and e.split_into is null)
                 and (e.occurred_at, e.id) > ($2::timestamptz, $3::uuid)
               order by e.occurred_at, e.id limit $4"#,
            tank.0,
            at as _,
            id,
            limit,
        )
        .fetch_all(db)
        .await?
    } else {
        sqlx::query_as!(
            Row,
            r#"select e.id as "id!", e.animal_id as "animal_id!", a.name, a.species as "species!",
                      e.kind as "kind!", (e.kind = 'moved' and e.tank_id <> $1) as "arrived!",
                      o.name as "other_tank?", e.quantity, e.occurred_at as "occurred_at!: jiff_sqlx::Timestamp",
                      e.note, k.display_name as "by?"
               from animal_events e
               join animals a on a.id = e.animal_id and a.deleted_at is null
               left join animal_events s on e.kind = 'acquired' and s.split_into = e.animal_id
               left join tanks o on o.id = case when e.kind = 'acquired' then s.tank_id
                                                when e.tank_id <> $1 then e.tank_id else e.to_tank_id end
               left join keepers k on k.id = e.recorded_by
               where (e.tank_id = $1 or e.to_tank_id = $1 and e.split_into is null)
                 and ($2::timestamptz is null or (e.occurred_at, e.id) < ($2, $3::uuid))
               order by e.occurred_at desc, e.id desc limit $4"#,
            tank.0,
            at as _,
            id,
            limit,
        )
        .fetch_all(db)
        .await?
    };
    rows.into_iter().map(TankEvent::try_from).collect()
}
