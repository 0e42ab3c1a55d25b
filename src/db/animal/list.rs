//! Animals in lists: of the household, of one tank. What is asked here is kept beside each animal, so that the
//! cost does not grow with its history.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::db::Result;
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::{AnimalId, TankId};
use crate::domain::tank::stored_zone;

/// Which animals by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Those there are.
    #[default]
    Alive,
    /// All that there ever were.
    All,
    /// Those that are gone.
    Gone,
}

impl Show {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Alive, Self::All, Self::Gone];

    /// Its name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::All => "all",
            Self::Gone => "gone",
        }
    }
}

/// Which animals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those of this tank.
    pub tank: Option<TankId>,
    /// By what became of them.
    pub show: Show,
    /// Only those with this text in name, species or scientific name, whatever its case.
    pub text: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The animal.
    pub id: AnimalId,
    /// What it is called, if it has a name.
    pub name: Option<String>,
    /// What it is.
    pub species: String,
    /// The same in Latin.
    pub scientific_name: Option<String>,
    /// How many there are; 0: gone.
    pub count: i32,
    /// When they came.
    pub acquired_at: Timestamp,
    /// When the last one went.
    pub ended_at: Option<Timestamp>,
    /// The name of the tank they are in, or were last.
    pub tank: String,
    /// Its zone.
    pub zone: TimeZone,
    /// Whether it is in use.
    pub tank_active: bool,
}

struct Row {
    id: sqlx::types::Uuid,
    name: Option<String>,
    species: String,
    scientific_name: Option<String>,
    quantity: i32,
    acquired_at: jiff_sqlx::Timestamp,
    ended_at: Option<jiff_sqlx::Timestamp>,
    tank: String,
    timezone: String,
    active: bool,
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self {
            id: AnimalId(row.id),
            name: row.name,
            species: row.species,
            scientific_name: row.scientific_name,
            count: row.quantity,
            acquired_at: row.acquired_at.to_jiff(),
            ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
            tank: row.tank,
            zone: stored_zone(&row.timezone),
            tank_active: row.active,
        }
    }
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records with animals.
    pub alive: i64,
    /// Records whose animals are all gone.
    pub gone: i64,
    /// Animals.
    pub animals: i64,
    /// Tanks they are in.
    pub tanks: i64,
}

/// How many there are of those a filter means, whatever became of them.
pub async fn counts(db: &mut PgConnection, filter: &Filter) -> Result<Counts> {
    let row = sqlx::query!(
        r#"select count(*) filter (where quantity > 0) as "alive!", count(*) filter (where quantity = 0) as "gone!",
                  coalesce(sum(quantity), 0) as "animals!",
                  count(distinct tank_id) filter (where quantity > 0) as "tanks!"
           from animals
           where deleted_at is null and ($1::uuid is null or tank_id = $1)
             and ($2::text is null
                  or strpos(lower(concat_ws(E'\n', name, species, scientific_name)), lower($2)) > 0)"#,
        filter.tank.map(|tank| tank.0),
        filter.text,
    )
    .fetch_one(db)
    .await?;
    Ok(Counts { alive: row.alive, gone: row.gone, animals: row.animals, tanks: row.tanks })
}

/// A page of those a filter means, those that came last first.
pub async fn list(
    db: &mut PgConnection,
    filter: &Filter,
    from: Option<Cursor>,
    size: usize,
) -> Result<Page<Listed>> {
    let newer = from.is_some_and(|from| from.toward == Toward::Newer);
    let tank = filter.tank.map(|tank| tank.0);
    let show = filter.show.as_str();
    let (at, id) = (from.map(|from| from.at.to_sqlx()), from.map(|from| from.id));
    // One more says whether there is a page after this one.
    let limit = i64::try_from(size + 1).unwrap_or(i64::MAX);
    let rows = if newer {
        sqlx::query_as!(
            Row,
            r#"select a.id, a.name, a.species, a.scientific_name, a.quantity, a.acquired_at, a.ended_at,
                      t.name as tank, t.timezone, t.decommissioned_on is null as "active!"
               from animals a join tanks t on t.id = a.tank_id
               where a.deleted_at is null and ($1::uuid is null or a.tank_id = $1)
                 and case $2 when 'alive' then a.quantity > 0 when 'gone' then a.quantity = 0 else true end
                 and ($3::text is null
                      or strpos(lower(concat_ws(E'\n', a.name, a.species, a.scientific_name)), lower($3)) > 0)
                 and (a.acquired_at, a.id) > ($4::timestamptz, $5::uuid)
               order by a.acquired_at, a.id limit $6"#,
            tank,
            show,
            filter.text,
            at as _,
            id,
            limit,
        )
        .fetch_all(db)
        .await?
    } else {
        sqlx::query_as!(
            Row,
            r#"select a.id, a.name, a.species, a.scientific_name, a.quantity, a.acquired_at, a.ended_at,
                      t.name as tank, t.timezone, t.decommissioned_on is null as "active!"
               from animals a join tanks t on t.id = a.tank_id
               where a.deleted_at is null and ($1::uuid is null or a.tank_id = $1)
                 and case $2 when 'alive' then a.quantity > 0 when 'gone' then a.quantity = 0 else true end
                 and ($3::text is null
                      or strpos(lower(concat_ws(E'\n', a.name, a.species, a.scientific_name)), lower($3)) > 0)
                 and ($4::timestamptz is null or (a.acquired_at, a.id) < ($4, $5::uuid))
               order by a.acquired_at desc, a.id desc limit $6"#,
            tank,
            show,
            filter.text,
            at as _,
            id,
            limit,
        )
        .fetch_all(db)
        .await?
    };
    let rows = rows.into_iter().map(Listed::from).collect();
    Ok(Page::new(rows, size, from, |row: &Listed| (row.acquired_at, row.id.0)))
}

/// The tanks that a list can be narrowed to: those in use, and those with animals in them all the same.
pub async fn tanks(db: &mut PgConnection) -> Result<Vec<(TankId, String)>> {
    let rows = sqlx::query!(
        "select t.id, t.name from tanks t
         where t.decommissioned_on is null
            or exists (select from animals a where a.tank_id = t.id and a.deleted_at is null)
         order by t.decommissioned_on is not null, t.created_at desc, t.id"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (TankId(row.id), row.name)).collect())
}

/// What lives in a tank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// Records with animals.
    pub records: i64,
    /// Animals.
    pub animals: i64,
    /// The first of them, those that came last first.
    pub first: Vec<Stocked>,
}

/// A line of the stocking list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stocked {
    /// The animal.
    pub id: AnimalId,
    /// What it is called, if it has a name.
    pub name: Option<String>,
    /// What it is.
    pub species: String,
    /// How many.
    pub count: i32,
}

/// What lives in a tank, in use or not: how much of it, and the first `limit` records.
pub async fn stock(db: &mut PgConnection, tank: TankId, limit: i64) -> Result<Stock> {
    let rows = sqlx::query!(
        r#"select id, name, species, quantity, count(*) over () as "records!",
                  sum(quantity) over () as "animals!"
           from animals where tank_id = $1 and quantity > 0 and deleted_at is null
           order by acquired_at desc, id desc limit $2"#,
        tank.0,
        limit,
    )
    .fetch_all(db)
    .await?;
    let (records, animals) = rows.first().map_or((0, 0), |row| (row.records, row.animals));
    let first = rows.into_iter().map(|row| Stocked {
        id: AnimalId(row.id),
        name: row.name,
        species: row.species,
        count: row.quantity,
    });
    Ok(Stock { records, animals, first: first.collect() })
}
