//! Readings: sessions are recorded whole or not at all.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection};

use super::{Error, Result, rollup};
use crate::domain::id::{KeeperId, TankId};
use crate::domain::reading::Batch;
use crate::system::clock::Clock;

/// What became of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is stored now.
    New,
    /// It was stored before, by the same form: nothing changed.
    AlreadyThere,
}

/// Why a session was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is no such tank.
    #[error("no such tank")]
    NoTank,
    /// The tank has been taken down.
    #[error("the tank has been decommissioned")]
    Decommissioned,
    /// The session's id belongs to another tank.
    #[error("the session belongs to another tank")]
    OtherTank,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for RecordError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Records a session in one transaction: its readings, the units used last, the daily roll-up.
pub async fn record(
    db: &mut PgConnection,
    clock: &Clock,
    tank: TankId,
    batch: &Batch,
    by: KeeperId,
) -> Result<Recorded, RecordError> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    // Writers of one tank take turns: roll-ups and units are then changed in any order without a deadlock.
    let active = sqlx::query_scalar!(
        r#"select decommissioned_on is null as "active!" from tanks where id = $1 for no key update"#,
        tank.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    match active {
        None => return Err(RecordError::NoTank),
        Some(false) => return Err(RecordError::Decommissioned),
        Some(true) => {}
    }
    let inserted = sqlx::query!(
        "insert into reading_sessions (id, tank_id, taken_at, note, recorded_by, created_at)
         select $1, $2, $3, $4, $5, $6 where not exists (select from removed_sessions where id = $1)
         on conflict (id) do nothing",
        batch.session_id.0,
        tank.0,
        batch.taken_at.to_sqlx() as _,
        batch.note,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 0 {
        // Saved before and deleted since, it stays deleted: a draft that is sent late brings nothing back.
        let owner = sqlx::query_scalar!(
            r#"select tank_id as "tank_id!" from reading_sessions where id = $1
               union all select tank_id from removed_sessions where id = $1"#,
            batch.session_id.0
        )
        .fetch_one(&mut *tx)
        .await?;
        return if owner == tank.0 { Ok(Recorded::AlreadyThere) } else { Err(RecordError::OtherTank) };
    }
    insert(&mut tx, clock, tank, batch, by, now).await?;
    rollup::add(&mut tx, tank, batch).await?;
    tx.commit().await?;
    Ok(Recorded::New)
}

async fn insert(
    tx: &mut PgConnection,
    clock: &Clock,
    tank: TankId,
    batch: &Batch,
    by: KeeperId,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<_> = batch.values.iter().map(|_| clock.uuid()).collect();
    let parameters: Vec<i16> = batch.values.iter().map(|value| value.parameter.0).collect();
    let values: Vec<Decimal> = batch.values.iter().map(|value| value.value).collect();
    let below: Vec<bool> = batch.values.iter().map(|value| value.below).collect();
    let entered: Vec<Decimal> = batch.values.iter().map(|value| value.entered_value).collect();
    let units: Vec<String> = batch.values.iter().map(|value| value.entered_unit.clone()).collect();
    sqlx::query!(
        "insert into readings (id, session_id, tank_id, parameter_id, taken_at, value, below, entered_value,
                               entered_unit, recorded_by, created_at)
         select v.id, $1, $2, v.parameter_id, $3, v.value, v.below, v.entered_value, v.entered_unit, $4, $5
         from unnest($6::uuid[], $7::smallint[], $8::numeric[], $9::boolean[], $10::numeric[], $11::text[])
              as v (id, parameter_id, value, below, entered_value, entered_unit)",
        batch.session_id.0,
        tank.0,
        batch.taken_at.to_sqlx() as _,
        by.0,
        now.to_sqlx() as _,
        &ids,
        &parameters,
        &values,
        &below,
        &entered,
        &units,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update tank_parameters tp set unit_code = v.unit_code
         from unnest($2::smallint[], $3::text[]) as v (parameter_id, unit_code)
         where tp.tank_id = $1 and tp.parameter_id = v.parameter_id
           and tp.unit_code is distinct from v.unit_code",
        tank.0,
        &parameters,
        &units,
    )
    .execute(tx)
    .await?;
    Ok(())
}
