//! Changing what is known of a tank.

use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use super::{Row, Tank};
use crate::db::{Result, task};
use crate::domain::id::TankId;
use crate::domain::tank::Details;
use crate::domain::zone;

/// What became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is stored now, or was already.
    Done,
    /// Somebody else changed the tank since the form was made; nothing was stored.
    Conflict,
    /// The tank would have been set up after it was taken down; nothing was stored.
    SetUpAfterEnd,
    /// There is no such tank.
    NoTank,
}

/// Stores what is known of a tank, if it is still at the version that the form was made of. The same edit once
/// more is done already.
///
/// With another profile the tank also tracks what belongs to that one. What the keepers ticked or unticked
/// themselves stays as it is, and so do ranges of the tank's own.
pub async fn update(db: &mut PgConnection, id: TankId, version: i32, details: &Details) -> Result<Edited> {
    let mut tx = db.begin().await?;
    // Writers of one tank take turns.
    let stored = sqlx::query!(
        "select id, name, profile_key, volume, volume_unit, timezone, set_up_on, substrate, decommissioned_on,
                created_at, notes, version
         from tanks where id = $1 for no key update",
        id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(stored) = stored else { return Ok(Edited::NoTank) };
    let (notes, current) = (stored.notes, stored.version);
    let tank = Tank::try_from(Row {
        id: stored.id,
        name: stored.name,
        profile_key: stored.profile_key,
        volume: stored.volume,
        volume_unit: stored.volume_unit,
        timezone: stored.timezone,
        set_up_on: stored.set_up_on,
        substrate: stored.substrate,
        decommissioned_on: stored.decommissioned_on,
        created_at: stored.created_at,
    })?;
    let new_profile = details.profile != tank.profile;
    let decommissioned_on = tank.decommissioned_on;
    let new_zone = details.zone != tank.zone;
    let before = Details {
        name: tank.name,
        profile: tank.profile,
        volume: tank.volume,
        zone: tank.zone,
        set_up_on: tank.set_up_on,
        substrate: tank.substrate,
        notes,
    };
    if before == *details {
        return Ok(Edited::Done);
    }
    if current != version {
        return Ok(Edited::Conflict);
    }
    if details.set_up_on.zip(decommissioned_on).is_some_and(|(start, end)| end < start) {
        return Ok(Edited::SetUpAfterEnd);
    }
    sqlx::query!(
        "update tanks set name = $2, profile_key = $3, volume = $4, volume_unit = $5, timezone = $6,
                          set_up_on = $7, substrate = $8, notes = $9, version = version + 1
         where id = $1",
        id.0,
        details.name,
        details.profile,
        details.volume.map(|volume| volume.value),
        details.volume.map(|volume| volume.unit.as_str()),
        zone::name(&details.zone),
        details.set_up_on.map(ToSqlx::to_sqlx) as _,
        details.substrate,
        details.notes,
    )
    .execute(&mut *tx)
    .await?;
    if new_profile {
        // A row that is there is a choice of the keepers, or of the profile before.
        sqlx::query!(
            "insert into tank_parameters (tank_id, parameter_id, position)
             select $1, p.id, (select coalesce(max(position), 0) from tank_parameters where tank_id = $1)
                              + row_number() over (order by p.position, p.id)
             from profile_ranges r join parameters p on p.id = r.parameter_id
             where r.profile_key = $2
             on conflict (tank_id, parameter_id) do nothing",
            id.0,
            details.profile,
        )
        .execute(&mut *tx)
        .await?;
    }
    if new_zone {
        task::rezone(&mut tx, id).await?;
    }
    tx.commit().await?;
    Ok(Edited::Done)
}
