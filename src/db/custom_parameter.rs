//! Parameters that the household defined. Every change of the catalogue waits for the one before, and the
//! schema counts them, so that each process reads it again.

use sqlx::{Connection as _, PgConnection};

use super::{Error, Result};
use crate::domain::custom_parameter::{Definition, MOST};
use crate::domain::id::{FormId, ParameterId};
use crate::domain::parameter::WaterType;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is stored now, or was already.
    Done,
    /// Another parameter has this name.
    NameTaken,
    /// Readings have been taken in the unit it had.
    UnitInUse,
    /// The household has as many as it may.
    TooMany,
    /// There is no such parameter of the household's own.
    NotFound,
}

/// How much a parameter of the household's own is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The parameter.
    pub parameter: ParameterId,
    /// Whether anything was ever measured.
    pub has_readings: bool,
    /// How many tanks track it.
    pub tanks: i64,
}

/// How much each of the household's own parameters is used.
pub async fn uses(db: &mut PgConnection) -> Result<Vec<Use>> {
    let rows = sqlx::query!(
        r#"select p.id,
                  exists (select from tanks t where exists (
                      select from readings r where r.tank_id = t.id and r.parameter_id = p.id)) as "has_readings!",
                  (select count(*) from tank_parameters tp join tanks t on t.id = tp.tank_id
                   where tp.parameter_id = p.id and tp.tracked and t.decommissioned_on is null) as "tanks!"
           from parameters p where p.custom order by p.position, p.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Use { parameter: ParameterId(row.id), has_readings: row.has_readings, tanks: row.tanks })
        .collect())
}

/// Whether anything was ever measured of it.
pub async fn has_readings(db: &mut PgConnection, parameter: ParameterId) -> Result<bool> {
    // By tank, because the index is by tank.
    Ok(sqlx::query_scalar!(
        r#"select exists (select from tanks t where exists (
               select from readings r where r.tank_id = t.id and r.parameter_id = $1)) as "any!""#,
        parameter.0
    )
    .fetch_one(db)
    .await?)
}

/// Stores a new parameter. The same form again stores nothing.
pub async fn create(db: &mut PgConnection, form_id: FormId, new: &Definition) -> Result<Saved> {
    let mut tx = db.begin().await?;
    take_turns(&mut tx).await?;
    let known = sqlx::query!(
        r#"select exists (select from parameters where form_id = $1) as "same!",
                  exists (select from parameters where lower(name) = lower($2)) as "named!",
                  (select count(*) from parameters where custom) as "own!",
                  (select greatest(max(id), 999) + 1 from parameters) as "next!""#,
        form_id.0,
        new.name,
    )
    .fetch_one(&mut *tx)
    .await?;
    match () {
        () if known.same => return Ok(Saved::Done),
        () if known.named => return Ok(Saved::NameTaken),
        () if known.own >= MOST => return Ok(Saved::TooMany),
        () => {}
    }
    let id = i16::try_from(known.next).map_err(|_| Error::Inconsistent {
        table: "parameters",
        column: "id",
        value: known.next.to_string(),
    })?;
    let unit = unit(&mut tx, id, &new.unit).await?;
    let offered = |water: WaterType| new.waters.contains(&water);
    sqlx::query!(
        "insert into parameters (id, key, name, short_name, canonical_unit, decimals, hard_low, hard_high,
                                 has_lower_side, in_fresh, in_salt, in_brackish, custom, position, form_id)
         values ($1, 'custom_' || $1::smallint, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $1, $12)",
        id,
        new.name,
        new.short_name,
        unit,
        new.decimals,
        new.hard_low,
        new.hard_high,
        new.has_lower_side,
        offered(WaterType::Fresh),
        offered(WaterType::Salt),
        offered(WaterType::Brackish),
        form_id.0,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into parameter_units (parameter_id, unit_code, decimals, position) values ($1, $2, $3, 10)",
        id,
        unit,
        new.decimals,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Saved::Done)
}

/// Changes a parameter of the household's own. Its unit stays once anything was measured in it.
pub async fn update(db: &mut PgConnection, id: ParameterId, new: &Definition) -> Result<Saved> {
    let mut tx = db.begin().await?;
    take_turns(&mut tx).await?;
    // Locked against readings that are being recorded: they refer to the row.
    let known = sqlx::query!(
        r#"select u.code, u.symbol,
                  exists (select from parameters o where lower(o.name) = lower($2) and o.id <> p.id) as "named!"
           from parameters p join units u on u.code = p.canonical_unit
           where p.id = $1 and p.custom for update of p"#,
        id.0,
        new.name,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(known) = known else { return Ok(Saved::NotFound) };
    if known.named {
        return Ok(Saved::NameTaken);
    }
    if known.symbol != new.unit && has_readings(&mut tx, id).await? {
        return Ok(Saved::UnitInUse);
    }
    let unit = if known.symbol == new.unit { known.code } else { unit(&mut tx, id.0, &new.unit).await? };
    let offered = |water: WaterType| new.waters.contains(&water);
    sqlx::query!(
        "update parameters set name = $2, short_name = $3, canonical_unit = $4, decimals = $5, hard_low = $6,
                hard_high = $7, has_lower_side = $8, in_fresh = $9, in_salt = $10, in_brackish = $11
         where id = $1",
        id.0,
        new.name,
        new.short_name,
        unit,
        new.decimals,
        new.hard_low,
        new.hard_high,
        new.has_lower_side,
        offered(WaterType::Fresh),
        offered(WaterType::Salt),
        offered(WaterType::Brackish),
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update parameter_units set unit_code = $2, decimals = $3 where parameter_id = $1",
        id.0,
        unit,
        new.decimals,
    )
    .execute(&mut *tx)
    .await?;
    // A lower side that there is no more has no numbers either.
    if !new.has_lower_side {
        sqlx::query!(
            "update tank_parameters set act_low = null, ok_low = null where parameter_id = $1",
            id.0
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(Saved::Done)
}

/// Retires a parameter of the household's own, or offers it again.
pub async fn retire(db: &mut PgConnection, id: ParameterId, retired: bool) -> Result<Saved> {
    let mut tx = db.begin().await?;
    take_turns(&mut tx).await?;
    let found = sqlx::query!("update parameters set retired = $2 where id = $1 and custom", id.0, retired)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(if found.rows_affected() == 0 { Saved::NotFound } else { Saved::Done })
}

/// Removes a retired parameter of the household's own of which nothing was ever measured. Answers whether
/// it was removed.
pub async fn delete(db: &mut PgConnection, id: ParameterId) -> Result<bool> {
    let mut tx = db.begin().await?;
    take_turns(&mut tx).await?;
    let found =
        sqlx::query!("select id from parameters where id = $1 and custom and retired for update", id.0)
            .fetch_optional(&mut *tx)
            .await?;
    if found.is_none() || has_readings(&mut tx, id).await? {
        return Ok(false);
    }
    sqlx::query!("delete from parameters where id = $1", id.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// Those who change the catalogue take turns, also when they add rows.
async fn take_turns(tx: &mut PgConnection) -> Result<()> {
    sqlx::query!("select version from catalogue_version for update").fetch_one(tx).await?;
    Ok(())
}

/// The code of the unit with this symbol; one is made when there is none.
async fn unit(tx: &mut PgConnection, parameter: i16, symbol: &str) -> Result<String> {
    let known = sqlx::query_scalar!("select code from units where symbol = $1 order by code limit 1", symbol)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(code) = known {
        return Ok(code);
    }
    // Its parameter's number and a count make it a code of its own; units are never removed.
    Ok(sqlx::query_scalar!(
        "insert into units (code, symbol, name)
         select 'own_' || $1::smallint || '_' || count(*), $2, $2 from units returning code",
        parameter,
        symbol,
    )
    .fetch_one(tx)
    .await?)
}
