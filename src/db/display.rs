//! How a keeper wants to see things.

use sqlx::{Connection as _, PgConnection};

use super::Result;
use crate::domain::dates::DateFormat;
use crate::domain::id::{KeeperId, ParameterId};
use crate::domain::unit::UnitSystem;

/// A keeper's choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// The units to start from.
    pub units: UnitSystem,
    /// How dates are written.
    pub dates: DateFormat,
    /// `light`, `dark`, or none for the machine's.
    pub theme: Option<String>,
    /// Parameters with the unit chosen for each; the others follow the rule of
    /// [`preferred_unit`](crate::domain::parameter::Parameter::preferred_unit).
    pub own_units: Vec<(ParameterId, String)>,
}

/// Stores a keeper's choices, all at once. A unit that its parameter does not have any more is left out.
pub async fn save(db: &mut PgConnection, keeper: KeeperId, display: &Display) -> Result<()> {
    let mut tx = db.begin().await?;
    // The keeper's row also makes two saves take turns.
    sqlx::query!(
        "update keepers set unit_system = $2, date_format = $3, theme = $4 where id = $1",
        keeper.0,
        display.units.as_str(),
        display.dates.as_str(),
        display.theme,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("delete from keeper_units where keeper_id = $1", keeper.0).execute(&mut *tx).await?;
    let parameters: Vec<i16> = display.own_units.iter().map(|(parameter, _)| parameter.0).collect();
    let codes: Vec<String> = display.own_units.iter().map(|(_, code)| code.clone()).collect();
    sqlx::query!(
        "insert into keeper_units (keeper_id, parameter_id, unit_code)
         select $1, pu.parameter_id, pu.unit_code
         from unnest($2::smallint[], $3::text[]) as v (parameter_id, unit_code)
         join parameter_units pu on pu.parameter_id = v.parameter_id and pu.unit_code = v.unit_code",
        keeper.0,
        &parameters,
        &codes,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}
