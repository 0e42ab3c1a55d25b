//! A tank's timeline: readings, care, what happened to the animals, in one order however long it is.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use super::care::Columns;
use crate::domain::care::What;
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::{ParameterId, TankId};
use crate::domain::timeline::Filter;

/// A row of a timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it happened.
    pub at: Timestamp,
    /// The id of what happened.
    pub id: Uuid,
    /// What happened.
    pub what: Happened,
    /// The note on it.
    pub note: Option<String>,
    /// Who recorded it, if that keeper is still there.
    pub by: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Readings were taken together.
    Readings,
    /// Care was given.
    Care(What),
    /// Something happened to animals.
    Animals(AnimalEvent),
    /// The tank was taken down.
    Decommissioned,
    /// The tank is in use again.
    Restored,
}

/// What happened to animals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnimalEvent {
    /// The animal or group.
    pub animal: Uuid,
    /// Its name, or else its species.
    pub name: String,
    /// `acquired`, `added`, `moved`, `died`, `rehomed`, `note` or `health`.
    pub kind: String,
    /// How many.
    pub quantity: Option<i32>,
    /// Whether they came into this tank.
    pub came: bool,
    /// The other tank of a move.
    pub other_tank: Option<String>,
}

/// A reading, as a timeline says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The session it is of.
    pub session: Uuid,
    /// What was measured.
    pub parameter: ParameterId,
    /// Below detection.
    pub below: bool,
    /// As entered.
    pub entered: Decimal,
    /// The unit it was entered in.
    pub unit: String,
}

struct Raw {
    source: String,
    at: jiff_sqlx::Timestamp,
    id: Uuid,
    kind: Option<String>,
    subject: Option<String>,
    amount: Option<Decimal>,
    unit: Option<String>,
    portion: Option<String>,
    note: Option<String>,
    recorded_by: Option<String>,
    animal: Option<Uuid>,
    name: Option<String>,
    quantity: Option<i32>,
    other_tank: Option<String>,
}

/// The same query in both directions: each part reads its own index from the place on, and no more than a page of it.
macro_rules! rows {
    ($db:expr, $tank:expr, $filter:expr, $from:expr, $limit:expr, $than:literal, $order:literal) => {{
        let kinds: Vec<String> = $filter.care().iter().map(|kind| kind.as_str().to_owned()).collect();
        sqlx::query_as!(
            Raw,
            r#"select u.source as "source!", u.at as "at!: jiff_sqlx::Timestamp", u.id as "id!", u.kind, u.subject,
                      u.amount, u.unit, u.portion, u.note, k.display_name as "recorded_by?", u.animal,
                      coalesce(a.name, a.species) as name, u.quantity, o.name as "other_tank?"
               from (
                 (select 'readings' as source, taken_at as at, id, null as kind, null as subject,
                         null::numeric as amount, null as unit, null as portion, note, recorded_by,
                         null::uuid as animal, null::integer as quantity, null::uuid as other
                  from reading_sessions
                  where tank_id = $1 and $5 and (taken_at, id) "# + $than + r#" ($2, $3)
                  order by taken_at "# + $order + ", id " + $order + r#" limit $4)
                 union all
                 (select 'care', done_at, id, kind, subject, amount, unit, portion, note, recorded_by,
                         null, null, null
                  from care_entries
                  where tank_id = $1 and deleted_at is null and kind = any($6)
                    and (done_at, id) "# + $than + r#" ($2, $3)
                  order by done_at "# + $order + ", id " + $order + r#" limit $4)
                 union all
                 (select 'animals', e.occurred_at, e.id, e.kind, null, null, null, null, e.note, e.recorded_by,
                         e.animal_id, e.quantity, case when e.to_tank_id <> $1 then e.to_tank_id end
                  from animal_events e join animals x on x.id = e.animal_id and x.deleted_at is null
                  where e.tank_id = $1 and $7 and (e.occurred_at, e.id) "# + $than + r#" ($2, $3)
                  order by e.occurred_at "# + $order + ", e.id " + $order + r#" limit $4)
                 union all
                 -- A group that was split off has its own event of arriving.
                 (select 'arrivals', e.occurred_at, e.id, e.kind, null, null, null, null, e.note, e.recorded_by,
                         e.animal_id, e.quantity, e.tank_id
                  from animal_events e join animals x on x.id = e.animal_id and x.deleted_at is null
                  where e.to_tank_id = $1 and e.tank_id <> $1 and e.split_into is null and $7
                    and (e.occurred_at, e.id) "# + $than + r#" ($2, $3)
                  order by e.occurred_at "# + $order + ", e.id " + $order + r#" limit $4)
                 union all
                 (select 'decommissioned', d.at, d.id, null, null, null, null, null, d.reason, d.recorded_by,
                         null, null, null
                  -- At the end of its day, the last thing that happened on it, but before it was restored.
                  from (select d.id, d.reason, d.recorded_by,
                               least((d.on_day + 1)::timestamp at time zone t.timezone,
                                     coalesce(d.ended_at, 'infinity')) - interval '1 second' as at
                        from decommissions d join tanks t on t.id = d.tank_id where d.tank_id = $1) d
                  where $8 and (d.at, d.id) "# + $than + r#" ($2, $3))
                 union all
                 (select 'restored', ended_at, id, null, null, null, null, null, null, ended_by, null, null, null
                  from decommissions
                  where tank_id = $1 and ended_at is not null and $8
                    and (ended_at, id) "# + $than + r#" ($2, $3))
               ) u
               left join keepers k on k.id = u.recorded_by
               left join animals a on a.id = u.animal
               left join tanks o on o.id = u.other
               order by u.at "# + $order + ", u.id " + $order + " limit $4",
            $tank.0,
            $from.at.to_sqlx() as _,
            $from.id,
            $limit,
            $filter.has_readings(),
            &kinds,
            $filter.has_animals(),
            $filter == Filter::All,
        )
        .fetch_all($db)
        .await?
    }};
}

/// A page of a tank's timeline, the newest first.
pub async fn page(
    db: &mut PgConnection,
    tank: TankId,
    filter: Filter,
    from: Option<Cursor>,
    size: usize,
) -> Result<Page<Row>> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    // The newest page begins after everything that there can be.
    let place = from.unwrap_or(Cursor { toward: Toward::Older, at: end_of_time(), id: Uuid::max() });
    let raw = match place.toward {
        Toward::Older => rows!(db, tank, filter, place, limit, "<", "desc"),
        Toward::Newer => rows!(db, tank, filter, place, limit, ">", "asc"),
    };
    let rows: Vec<Row> = raw.into_iter().map(Row::try_from).collect::<Result<_>>()?;
    Ok(Page::new(rows, size, from, |row| (row.at, row.id)))
}

/// Later than any instant that is stored.
fn end_of_time() -> Timestamp {
    Timestamp::from_second(253_000_000_000).unwrap_or(Timestamp::MAX)
}

/// What was measured in these sessions, in the order of the parameters.
pub async fn values(db: &mut PgConnection, sessions: &[Uuid]) -> Result<Vec<Value>> {
    let rows = sqlx::query!(
        r#"select r.session_id as "session_id!", r.parameter_id, r.below, r.entered_value, r.entered_unit
           from readings r join parameters p on p.id = r.parameter_id
           where r.session_id = any($1) order by r.session_id, p.position, p.id"#,
        sessions,
    )
    .fetch_all(db)
    .await?;
    let value = rows.into_iter().map(|row| Value {
        session: row.session_id,
        parameter: ParameterId(row.parameter_id),
        below: row.below,
        entered: row.entered_value,
        unit: row.entered_unit,
    });
    Ok(value.collect())
}

impl TryFrom<Raw> for Row {
    type Error = super::Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let what = match (raw.source.as_str(), raw.animal) {
            ("readings", _) => Happened::Readings,
            ("decommissioned", _) => Happened::Decommissioned,
            ("restored", _) => Happened::Restored,
            ("animals" | "arrivals", Some(animal)) => Happened::Animals(AnimalEvent {
                animal,
                name: raw.name.unwrap_or_default(),
                kind: raw.kind.unwrap_or_default(),
                quantity: raw.quantity,
                came: raw.source == "arrivals",
                other_tank: raw.other_tank,
            }),
            _ => Happened::Care(
                Columns {
                    kind: raw.kind.unwrap_or_default(),
                    subject: raw.subject,
                    amount: raw.amount,
                    unit: raw.unit,
                    portion: raw.portion,
                }
                .try_into()?,
            ),
        };
        Ok(Self { at: raw.at.to_jiff(), id: raw.id, what, note: raw.note, by: raw.recorded_by })
    }
}
