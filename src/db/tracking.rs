//! What a tank tracks, in which order, and by which ranges.

use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection};

use super::Result;
use crate::domain::id::{ParameterId, TankId};
use crate::domain::range::Range;
use crate::domain::range_form::{OwnRange, Standards};

/// How one parameter stands in a tank: one row for every parameter there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// The parameter.
    pub parameter: ParameterId,
    /// Does the tank track it?
    pub tracked: bool,
    /// The unit last used for it in this tank.
    pub unit_code: Option<String>,
    /// The range in force, and the preset.
    pub standards: Standards,
    /// The range in force is the tank's own.
    pub own_range: bool,
    /// The tank's own days, where they differ from the preset's.
    pub own_stale_after_days: Option<i16>,
    /// Where the preset's lower numbers come from.
    pub source_low: Option<String>,
    /// Where the preset's upper numbers come from.
    pub source_high: Option<String>,
}

impl Tracking {
    /// After how many days a reading is stale here.
    pub fn stale_after_days(&self) -> Option<i16> {
        self.own_stale_after_days.or(self.standards.preset_stale_after_days)
    }

    /// Whether anything here differs from the preset.
    pub fn is_own(&self) -> bool {
        self.own_range || self.own_stale_after_days.is_some()
    }
}

/// Every parameter as it stands in this tank: first what it tracks, in its order, then the rest.
pub async fn of_tank(db: &mut PgConnection, tank: TankId) -> Result<Vec<Tracking>> {
    let rows = sqlx::query!(
        r#"select p.id, coalesce(tp.tracked, false) as "tracked!", tp.unit_code as "unit_code?",
                  coalesce(tp.own_range, false) as "own_range!",
                  tp.act_low as "own_act_low?", tp.ok_low as "own_ok_low?", tp.ok_high as "own_ok_high?",
                  tp.act_high as "own_act_high?", tp.stale_after_days as "own_stale_after_days?",
                  pr.act_low as "act_low?", pr.ok_low as "ok_low?", pr.ok_high as "ok_high?",
                  pr.act_high as "act_high?", pr.stale_after_days as "stale_after_days?",
                  pr.source_low as "source_low?", pr.source_high as "source_high?"
           from tanks t
           cross join parameters p
           left join tank_parameters tp on tp.tank_id = t.id and tp.parameter_id = p.id
           left join profile_ranges pr on pr.profile_key = t.profile_key and pr.parameter_id = p.id
           where t.id = $1
           order by coalesce(tp.tracked, false) desc, case when tp.tracked then tp.position end, p.position, p.id"#,
        tank.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let preset = Range {
                act_low: row.act_low,
                ok_low: row.ok_low,
                ok_high: row.ok_high,
                act_high: row.act_high,
            };
            let own = Range {
                act_low: row.own_act_low,
                ok_low: row.own_ok_low,
                ok_high: row.own_ok_high,
                act_high: row.own_act_high,
            };
            Tracking {
                parameter: ParameterId(row.id),
                tracked: row.tracked,
                unit_code: row.unit_code,
                standards: Standards {
                    range: if row.own_range { own } else { preset },
                    preset,
                    preset_stale_after_days: row.stale_after_days,
                },
                own_range: row.own_range,
                own_stale_after_days: row.own_stale_after_days,
                source_low: row.source_low,
                source_high: row.source_high,
            }
        })
        .collect())
}

/// What changes of a tank's tracked set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Tracked from now on, after what is tracked already.
    pub add: Vec<ParameterId>,
    /// No longer tracked; ranges and readings stay.
    pub remove: Vec<ParameterId>,
    /// Moved to this place (from 0) among what is tracked then.
    pub place: Option<(ParameterId, usize)>,
}

/// Changes what a tank tracks. Two keepers who change different things at once both get theirs. Answers
/// whether there is such a tank.
pub async fn change(db: &mut PgConnection, tank: TankId, change: &Change) -> Result<bool> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, tank).await? {
        return Ok(false);
    }
    let mut order: Vec<i16> = sqlx::query_scalar!(
        "select parameter_id from tank_parameters where tank_id = $1 and tracked order by position, parameter_id",
        tank.0
    )
    .fetch_all(&mut *tx)
    .await?;
    order.retain(|id| !change.remove.contains(&ParameterId(*id)));
    for ParameterId(added) in &change.add {
        if !order.contains(added) {
            order.push(*added);
        }
    }
    if let Some((ParameterId(moved), place)) = change.place
        && let Some(from) = order.iter().position(|id| *id == moved)
    {
        order.remove(from);
        order.insert(place.min(order.len()), moved);
    }
    sqlx::query!(
        "update tank_parameters set tracked = false where tank_id = $1 and tracked and parameter_id <> all ($2)",
        tank.0,
        &order,
    )
    .execute(&mut *tx)
    .await?;
    // A parameter that was deleted meanwhile is left out.
    sqlx::query!(
        "insert into tank_parameters as tp (tank_id, parameter_id, position)
         select $1, v.parameter_id, v.position
         from unnest($2::smallint[]) with ordinality as v (parameter_id, position)
         join parameters p on p.id = v.parameter_id
         on conflict (tank_id, parameter_id) do update set tracked = true, position = excluded.position
         where not tp.tracked or tp.position <> excluded.position",
        tank.0,
        &order,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Stores a tank's own range for a parameter, tracked or not. Answers whether there is such a tank.
pub async fn set_range(
    db: &mut PgConnection,
    tank: TankId,
    parameter: ParameterId,
    own: &OwnRange,
) -> Result<bool> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, tank).await? {
        return Ok(false);
    }
    let Range { act_low, ok_low, ok_high, act_high } = own.range.unwrap_or_default();
    sqlx::query!(
        "insert into tank_parameters as tp (tank_id, parameter_id, tracked, position, own_range, act_low, ok_low,
                                            ok_high, act_high, stale_after_days)
         select $1, p.id, false, p.position, $3, $4, $5, $6, $7, $8 from parameters p where p.id = $2
         on conflict (tank_id, parameter_id) do update set
             own_range = $3, act_low = $4, ok_low = $5, ok_high = $6, act_high = $7, stale_after_days = $8,
             aside_own_range = null, aside_stale_after_days = null",
        tank.0,
        parameter.0,
        own.range.is_some(),
        act_low as Option<Decimal>,
        ok_low as Option<Decimal>,
        ok_high as Option<Decimal>,
        act_high as Option<Decimal>,
        own.stale_after_days,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Back to the preset: the tank's own numbers are set aside. Answers whether there were any.
pub async fn to_preset(db: &mut PgConnection, tank: TankId, parameter: ParameterId) -> Result<bool> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, tank).await? {
        return Ok(false);
    }
    let changed = sqlx::query!(
        "update tank_parameters
         set aside_own_range = own_range, aside_stale_after_days = stale_after_days,
             own_range = false, stale_after_days = null
         where tank_id = $1 and parameter_id = $2 and (own_range or stale_after_days is not null)",
        tank.0,
        parameter.0,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(changed.rows_affected() > 0)
}

/// Brings back what [`to_preset`] set aside. Answers whether there was anything.
pub async fn undo_to_preset(db: &mut PgConnection, tank: TankId, parameter: ParameterId) -> Result<bool> {
    let mut tx = db.begin().await?;
    if !lock(&mut tx, tank).await? {
        return Ok(false);
    }
    let changed = sqlx::query!(
        "update tank_parameters
         set own_range = aside_own_range, stale_after_days = aside_stale_after_days,
             aside_own_range = null, aside_stale_after_days = null
         where tank_id = $1 and parameter_id = $2 and aside_own_range is not null",
        tank.0,
        parameter.0,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(changed.rows_affected() > 0)
}

/// Writers of one tank take turns. Answers whether there is such a tank.
async fn lock(tx: &mut PgConnection, tank: TankId) -> Result<bool> {
    let found = sqlx::query_scalar!("select id from tanks where id = $1 for no key update", tank.0)
        .fetch_optional(tx)
        .await?;
    Ok(found.is_some())
}
