//! What can be measured, in which units, and the profiles.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::{Error, Result};
use crate::domain::id::ParameterId;
pub use crate::domain::parameter::Catalogue;
use crate::domain::parameter::{Parameter, Profile, WaterType};
use crate::domain::unit::{Conversion, ParameterUnit, is_fixed};

/// The number that changes whenever anything of the catalogue does.
pub async fn catalogue_version(db: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar!("select version from catalogue_version").fetch_one(db).await?)
}

/// Everything that can be measured and every profile: three queries, for a caller that keeps the answer.
pub async fn catalogue(db: &mut PgConnection) -> Result<Catalogue> {
    let mut units = units(&mut *db).await?;
    let rows = sqlx::query!(
        "select id, key, name, short_name, canonical_unit, hard_low, hard_high, jump, has_lower_side,
                in_fresh, in_salt, in_brackish, custom, retired, position
         from parameters order by position, id"
    )
    .fetch_all(&mut *db)
    .await?;
    let mut parameters = Vec::with_capacity(rows.len());
    for row in rows {
        let units = units.remove(&row.id).unwrap_or_default();
        let canonical = units
            .iter()
            .find(|unit| unit.code == row.canonical_unit)
            .cloned()
            .ok_or_else(|| inconsistent("parameters", "canonical_unit", &row.canonical_unit))?;
        let waters = [
            (row.in_fresh, WaterType::Fresh),
            (row.in_salt, WaterType::Salt),
            (row.in_brackish, WaterType::Brackish),
        ];
        parameters.push(Parameter {
            id: ParameterId(row.id),
            key: row.key,
            name: row.name,
            short_name: row.short_name,
            canonical,
            units,
            hard_low: row.hard_low,
            hard_high: row.hard_high,
            jump: row.jump,
            has_lower_side: row.has_lower_side,
            waters: waters.into_iter().filter_map(|(there, water)| there.then_some(water)).collect(),
            custom: row.custom,
            retired: row.retired,
            position: row.position,
        });
    }
    Ok(Catalogue::new(parameters, profiles(db).await?))
}

async fn units(db: &mut PgConnection) -> Result<HashMap<i16, Vec<ParameterUnit>>> {
    let rows = sqlx::query!(
        "select parameter_id, code, symbol, u.name, conversion, factor, pu.decimals, imperial, custom
         from parameter_units pu join units u on code = unit_code join parameters p on p.id = parameter_id
         order by parameter_id, pu.position, code"
    )
    .fetch_all(db)
    .await?;
    let mut units: HashMap<i16, Vec<ParameterUnit>> = HashMap::new();
    for row in rows {
        let conversion: Conversion = row
            .conversion
            .parse()
            .map_err(|_| inconsistent("parameter_units", "conversion", &row.conversion))?;
        units.entry(row.parameter_id).or_default().push(ParameterUnit {
            // Whoever defines a parameter says how many decimals it has.
            fixed: row.custom || is_fixed(&row.code),
            code: row.code,
            symbol: row.symbol,
            name: row.name,
            conversion,
            factor: row.factor,
            decimals: u32::try_from(row.decimals).unwrap_or_default(),
            imperial: row.imperial,
        });
    }
    Ok(units)
}

async fn profiles(db: &mut PgConnection) -> Result<Vec<Profile>> {
    let rows = sqlx::query!("select key, name, water_type from profiles order by position, key")
        .fetch_all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let water_type = row
                .water_type
                .parse()
                .map_err(|_| inconsistent("profiles", "water_type", &row.water_type))?;
            Ok(Profile { key: row.key, name: row.name, water_type })
        })
        .collect()
}

fn inconsistent(table: &'static str, column: &'static str, value: &str) -> Error {
    Error::Inconsistent { table, column, value: value.to_owned() }
}
