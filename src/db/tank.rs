//! Tanks and what they track.

mod edit;
mod lifecycle;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection};

use super::{Error, Result};
use crate::domain::id::{KeeperId, TankId};
use crate::domain::tank::{NewTank, Volume, stored_zone};
use crate::domain::zone;

pub use edit::{Edited, update};
pub use lifecycle::{Lifecycle, decommission, restore, undo_restore};

/// A tank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tank {
    /// Its id.
    pub id: TankId,
    /// What the household calls it.
    pub name: String,
    /// Its profile's key.
    pub profile: String,
    /// Its size, as entered.
    pub volume: Option<Volume>,
    /// The zone of everything that is entered and shown about it.
    pub zone: TimeZone,
    /// When it was set up.
    pub set_up_on: Option<Date>,
    /// What lies on the ground.
    pub substrate: Option<String>,
    /// When it was taken down; `None` while it is active.
    pub decommissioned_on: Option<Date>,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// The columns of a tank, as every query here selects them.
pub(super) struct Row {
    pub(super) id: sqlx::types::Uuid,
    pub(super) name: String,
    pub(super) profile_key: String,
    pub(super) volume: Option<Decimal>,
    pub(super) volume_unit: Option<String>,
    pub(super) timezone: String,
    pub(super) set_up_on: Option<jiff_sqlx::Date>,
    pub(super) substrate: Option<String>,
    pub(super) decommissioned_on: Option<jiff_sqlx::Date>,
    pub(super) created_at: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Tank {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let volume = match (row.volume, row.volume_unit) {
            (Some(value), Some(unit)) => {
                let unit = unit.parse().map_err(|_| Error::Inconsistent {
                    table: "tanks",
                    column: "volume_unit",
                    value: unit.clone(),
                })?;
                Some(Volume { value, unit })
            }
            _ => None,
        };
        Ok(Self {
            id: TankId(row.id),
            name: row.name,
            profile: row.profile_key,
            volume,
            zone: stored_zone(&row.timezone),
            set_up_on: row.set_up_on.map(jiff_sqlx::Date::to_jiff),
            substrate: row.substrate,
            decommissioned_on: row.decommissioned_on.map(jiff_sqlx::Date::to_jiff),
            created_at: row.created_at.to_jiff(),
        })
    }
}

/// Stores a tank with the tracked set of its profile. The same form again stores nothing: the answer is the
/// tank it made the first time.
pub async fn create(
    db: &mut PgConnection,
    id: TankId,
    tank: &NewTank,
    by: KeeperId,
    now: Timestamp,
) -> Result<TankId> {
    let details = &tank.details;
    let mut tx = db.begin().await?;
    // A second submission that runs at the same time waits here for the first to commit.
    let created = sqlx::query_scalar!(
        "insert into tanks (id, form_id, name, profile_key, volume, volume_unit, timezone, set_up_on,
                            created_at, created_by, substrate, notes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (form_id) do nothing returning id",
        id.0,
        tank.form_id.0,
        details.name,
        details.profile,
        details.volume.map(|volume| volume.value),
        details.volume.map(|volume| volume.unit.as_str()),
        zone::name(&details.zone),
        details.set_up_on.map(ToSqlx::to_sqlx) as _,
        now.to_sqlx() as _,
        by.0,
        details.substrate,
        details.notes,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if created.is_none() {
        let first = sqlx::query_scalar!("select id from tanks where form_id = $1", tank.form_id.0)
            .fetch_one(&mut *tx)
            .await?;
        return Ok(TankId(first));
    }
    sqlx::query!(
        "insert into tank_parameters (tank_id, parameter_id, position)
         select $1, p.id, p.position
         from profile_ranges r join parameters p on p.id = r.parameter_id
         where r.profile_key = $2",
        id.0,
        details.profile,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// The tank with this id.
pub async fn find(db: &mut PgConnection, id: TankId) -> Result<Option<Tank>> {
    sqlx::query_as!(
        Row,
        "select id, name, profile_key, volume, volume_unit, timezone, set_up_on, substrate, decommissioned_on,
                created_at
         from tanks where id = $1",
        id.0
    )
    .fetch_optional(db)
    .await?
    .map(Tank::try_from)
    .transpose()
}

/// What only a tank's own pages show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct More {
    /// Equipment and the like, in Markdown.
    pub notes: Option<String>,
    /// Counts edits; [`update`] takes it back.
    pub version: i32,
    /// Why it was taken down.
    pub reason: Option<String>,
    /// Who took it down, if that keeper is still there.
    pub decommissioned_by: Option<String>,
}

/// The rest of what is known of a tank.
pub async fn more(db: &mut PgConnection, id: TankId) -> Result<Option<More>> {
    Ok(sqlx::query_as!(
        More,
        r#"select t.notes, t.version, d.reason as "reason?", k.display_name as "decommissioned_by?"
           from tanks t
           left join decommissions d on d.tank_id = t.id and d.ended_at is null
           left join keepers k on k.id = d.recorded_by
           where t.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?)
}

/// How many tanks are in use, and how many were taken down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In use.
    pub active: i64,
    /// Taken down.
    pub decommissioned: i64,
}

/// Counts the tanks.
pub async fn counts(db: &mut PgConnection) -> Result<Counts> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where decommissioned_on is null) as "active!",
                  count(*) filter (where decommissioned_on is not null) as "decommissioned!"
           from tanks"#
    )
    .fetch_one(db)
    .await?)
}

/// All active tanks, the newest first.
pub async fn list(db: &mut PgConnection) -> Result<Vec<Tank>> {
    sqlx::query_as!(
        Row,
        "select id, name, profile_key, volume, volume_unit, timezone, set_up_on, substrate, decommissioned_on,
                created_at
         from tanks where decommissioned_on is null order by created_at desc, id"
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(Tank::try_from)
    .collect()
}
