//! How tanks stand: tracked parameters with their ranges, last readings and sparklines, in one query however
//! many tanks there are and however many readings they have.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Result;
use super::tank::{self, Tank};
use crate::domain::health::{Input, Latest};
use crate::domain::id::{ParameterId, SessionId, TankId};
use crate::domain::parameter::{Catalogue, Parameter};
use crate::domain::range::Range;
use crate::domain::tank::stored_zone;
use crate::domain::unit::ParameterUnit;

/// How many days a sparkline covers.
pub const SPARKLINE_DAYS: i16 = 30;

/// A tank and everything it tracks, in the order of the tank.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The tank.
    pub tank: Tank,
    /// What it tracks.
    pub tracked: Vec<Tracked>,
}

/// One tracked parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    /// What is measured.
    pub parameter: ParameterId,
    /// The tank's own range, or else its profile's.
    pub range: Range,
    /// After how many days a reading says nothing any more.
    pub stale_after_days: Option<i16>,
    /// The code of the unit last used for it in this tank.
    pub unit_code: Option<String>,
    /// The last reading.
    pub latest: Option<LatestReading>,
    /// The last value of each of the last 30 days that has one, oldest first.
    pub sparkline: Vec<SparkPoint>,
}

/// The last reading of a parameter in a tank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatestReading {
    /// In the canonical unit.
    pub value: Decimal,
    /// Below detection.
    pub below: bool,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// As typed.
    pub entered_value: Decimal,
    /// The code of the unit it was typed in.
    pub entered_unit: String,
}

/// A day's last value, in the canonical unit, for drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparkPoint {
    /// Days since the sparkline's first day, 0 to 29.
    pub day: i32,
    /// The value.
    pub value: f64,
}

/// One of the last sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentSession {
    /// Its id.
    pub id: SessionId,
    /// The tank it was taken at.
    pub tank: TankId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Its note.
    pub note: Option<String>,
    /// How many readings it has.
    pub readings: i64,
    /// Who recorded it, if that keeper is still there.
    pub recorded_by: Option<String>,
}

impl Tracked {
    /// What health is judged from, speaking in this unit; `parameter` is this one's.
    pub fn input<'a>(&'a self, parameter: &'a Parameter, unit: &'a ParameterUnit) -> Input<'a> {
        let latest = self.latest.as_ref().map(|latest| Latest {
            value: latest.value,
            below: latest.below,
            taken_at: latest.taken_at,
        });
        Input { parameter, unit, range: &self.range, stale_after_days: self.stale_after_days, latest }
    }
}

impl Overview {
    /// Tracked parameters with what the catalogue knows of them.
    pub fn parameters<'a>(
        &'a self,
        catalogue: &'a Catalogue,
    ) -> impl Iterator<Item = (&'a Parameter, &'a Tracked)> {
        self.tracked.iter().filter_map(|tracked| {
            catalogue.parameter(tracked.parameter).map(|parameter| (parameter, tracked))
        })
    }
}

/// Every active tank, the newest first; with sparklines if there are fewer than `crowd` of them.
pub async fn active(db: &mut PgConnection, crowd: usize, now: Timestamp) -> Result<Vec<Overview>> {
    fetch(db, None, false, crowd, now).await
}

/// Every tank that was taken down, the last one first; without sparklines.
pub async fn decommissioned(db: &mut PgConnection, now: Timestamp) -> Result<Vec<Overview>> {
    fetch(db, None, true, 0, now).await
}

/// One tank, active or not, with sparklines.
pub async fn tank(db: &mut PgConnection, id: TankId, now: Timestamp) -> Result<Option<Overview>> {
    Ok(fetch(db, Some(id), false, usize::MAX, now).await?.pop())
}

/// An active tank, to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The tank.
    pub id: TankId,
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: TimeZone,
    /// When it was measured last.
    pub measured_at: Option<Timestamp>,
}

/// Every active tank, the newest first, with when it was measured last.
pub async fn choices(db: &mut PgConnection) -> Result<Vec<Choice>> {
    let rows = sqlx::query!(
        r#"select id, name, timezone,
                  (select s.taken_at from reading_sessions s
                   where s.tank_id = t.id and exists (select from readings r where r.session_id = s.id)
                   order by s.taken_at desc limit 1) as "measured_at: jiff_sqlx::Timestamp"
           from tanks t where decommissioned_on is null order by created_at desc, id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Choice {
            id: TankId(row.id),
            name: row.name,
            zone: stored_zone(&row.timezone),
            measured_at: row.measured_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

async fn fetch(
    db: &mut PgConnection,
    only: Option<TankId>,
    decommissioned: bool,
    crowd: usize,
    now: Timestamp,
) -> Result<Vec<Overview>> {
    // That a crowd has no sparklines is known here alone: asking for the number first would be another statement.
    let rows = sqlx::query!(
        r#"select t.id, t.name, t.profile_key, t.volume, t.volume_unit, t.timezone, t.set_up_on,
                  t.substrate, t.decommissioned_on, t.created_at,
                  tp.parameter_id as "parameter_id?", tp.unit_code as "unit_code?",
                  case when tp.own_range then tp.act_low else pr.act_low end as act_low,
                  case when tp.own_range then tp.ok_low else pr.ok_low end as ok_low,
                  case when tp.own_range then tp.ok_high else pr.ok_high end as ok_high,
                  case when tp.own_range then tp.act_high else pr.act_high end as act_high,
                  coalesce(tp.stale_after_days, pr.stale_after_days) as stale_after_days,
                  r.value as "value?", r.below as "below?", r.taken_at as "taken_at?",
                  r.entered_value as "entered_value?", r.entered_unit as "entered_unit?",
                  s.days as "days?: Vec<i32>", s.points as "points?: Vec<f64>"
           from tanks t
           left join (tank_parameters tp join parameters p on p.id = tp.parameter_id and not p.retired)
                on tp.tank_id = t.id and tp.tracked
           left join profile_ranges pr on pr.profile_key = t.profile_key and pr.parameter_id = tp.parameter_id
           left join lateral (
               select value, below, taken_at, entered_value, entered_unit from readings
               where tank_id = tp.tank_id and parameter_id = tp.parameter_id
               order by taken_at desc, id desc limit 1
           ) r on true
           left join lateral (
               select array_agg(day - $2::date) as days, array_agg(last_value::float8) as points
               from (select day, last_value from reading_days
                     where tank_id = tp.tank_id and parameter_id = tp.parameter_id and day >= $2
                       and (select count(*) from tanks where decommissioned_on is null) < $4
                     order by day) d
           ) s on true
           where case when $1::uuid is null then (t.decommissioned_on is not null) = $3 else t.id = $1 end
           order by t.decommissioned_on desc nulls last, t.created_at desc, t.id, tp.position, tp.parameter_id"#,
        only.map(|tank| tank.0),
        first_day(now).to_sqlx() as _,
        decommissioned,
        i64::try_from(crowd).unwrap_or(i64::MAX),
    )
    .fetch_all(db)
    .await?;
    let mut overviews: Vec<Overview> = Vec::new();
    for row in rows {
        if overviews.last().is_none_or(|last| last.tank.id.0 != row.id) {
            let tank = Tank::try_from(tank::Row {
                id: row.id,
                name: row.name,
                profile_key: row.profile_key,
                volume: row.volume,
                volume_unit: row.volume_unit,
                timezone: row.timezone,
                set_up_on: row.set_up_on,
                substrate: row.substrate,
                decommissioned_on: row.decommissioned_on,
                created_at: row.created_at,
            })?;
            overviews.push(Overview { tank, tracked: Vec::new() });
        }
        let (Some(parameter), Some(overview)) = (row.parameter_id, overviews.last_mut()) else { continue };
        let latest = latest(row.value, row.below, row.taken_at, row.entered_value, row.entered_unit);
        let points = row.days.unwrap_or_default().into_iter().zip(row.points.unwrap_or_default());
        overview.tracked.push(Tracked {
            parameter: ParameterId(parameter),
            range: Range {
                act_low: row.act_low,
                ok_low: row.ok_low,
                ok_high: row.ok_high,
                act_high: row.act_high,
            },
            stale_after_days: row.stale_after_days,
            unit_code: row.unit_code,
            latest,
            sparkline: points.map(|(day, value)| SparkPoint { day, value }).collect(),
        });
    }
    Ok(overviews)
}

/// Everything else that can be measured in a tank, or was: what it does not track, with its ranges and last
/// readings. Sparklines are left out.
pub async fn untracked(db: &mut PgConnection, id: TankId) -> Result<Vec<Tracked>> {
    let rows = sqlx::query!(
        r#"select p.id, tp.unit_code as "unit_code?",
                  case when tp.own_range then tp.act_low else pr.act_low end as act_low,
                  case when tp.own_range then tp.ok_low else pr.ok_low end as ok_low,
                  case when tp.own_range then tp.ok_high else pr.ok_high end as ok_high,
                  case when tp.own_range then tp.act_high else pr.act_high end as act_high,
                  coalesce(tp.stale_after_days, pr.stale_after_days) as stale_after_days,
                  r.value as "value?", r.below as "below?", r.taken_at as "taken_at?",
                  r.entered_value as "entered_value?", r.entered_unit as "entered_unit?"
           from tanks t
           join profiles f on f.key = t.profile_key
           cross join parameters p
           left join tank_parameters tp on tp.tank_id = t.id and tp.parameter_id = p.id
           left join profile_ranges pr on pr.profile_key = t.profile_key and pr.parameter_id = p.id
           left join lateral (
               select value, below, taken_at, entered_value, entered_unit from readings
               where tank_id = t.id and parameter_id = p.id
               order by taken_at desc, id desc limit 1
           ) r on true
           where t.id = $1 and (tp.tracked is not true or p.retired)
             and (r.value is not null
                  or not p.retired and case f.water_type when 'fresh' then p.in_fresh
                                       when 'salt' then p.in_salt else p.in_brackish end)
           order by p.position, p.id"#,
        id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Tracked {
            parameter: ParameterId(row.id),
            range: Range {
                act_low: row.act_low,
                ok_low: row.ok_low,
                ok_high: row.ok_high,
                act_high: row.act_high,
            },
            stale_after_days: row.stale_after_days,
            unit_code: row.unit_code,
            latest: latest(row.value, row.below, row.taken_at, row.entered_value, row.entered_unit),
            sparkline: Vec::new(),
        })
        .collect())
}

/// The last sessions of all active tanks, or of one tank; the newest first.
pub async fn recent_sessions(
    db: &mut PgConnection,
    only: Option<TankId>,
    limit: i64,
) -> Result<Vec<RecentSession>> {
    // By tank, because the index is by tank: a long history costs nothing.
    let rows = sqlx::query!(
        r#"select s.id, s.tank_id, s.taken_at, s.note, k.display_name as "recorded_by?",
                  (select count(*) from readings r where r.session_id = s.id) as "readings!"
           from (select l.* from tanks t
                 cross join lateral (
                     select id, tank_id, taken_at, note, recorded_by from reading_sessions
                     where tank_id = t.id order by taken_at desc limit $2
                 ) l
                 where case when $1::uuid is null then t.decommissioned_on is null else t.id = $1 end
                 order by l.taken_at desc, l.id desc limit $2) s
           left join keepers k on k.id = s.recorded_by
           order by s.taken_at desc, s.id desc"#,
        only.map(|tank| tank.0),
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| RecentSession {
            id: SessionId(row.id),
            tank: TankId(row.tank_id),
            taken_at: row.taken_at.to_jiff(),
            note: row.note,
            readings: row.readings,
            recorded_by: row.recorded_by,
        })
        .collect())
}

/// The last reading from the columns of an outer join.
fn latest(
    value: Option<Decimal>,
    below: Option<bool>,
    taken_at: Option<jiff_sqlx::Timestamp>,
    entered_value: Option<Decimal>,
    entered_unit: Option<String>,
) -> Option<LatestReading> {
    Some(LatestReading {
        value: value?,
        below: below?,
        taken_at: taken_at?.to_jiff(),
        entered_value: entered_value?,
        entered_unit: entered_unit?,
    })
}

/// The first UTC day of a sparkline: days are rolled up by UTC.
fn first_day(now: Timestamp) -> Date {
    let today = TimeZone::UTC.to_datetime(now).date();
    today.checked_sub((i32::from(SPARKLINE_DAYS) - 1).days()).unwrap_or(today)
}
