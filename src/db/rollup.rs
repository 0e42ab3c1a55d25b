//! The daily roll-up of readings: one row a tank, parameter and UTC day. It changes in the transaction that
//! changes the readings, so it is never behind them.

use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Result;
use crate::domain::id::{ChangeId, TankId};
use crate::domain::reading::Batch;

/// Adds a session's readings, which are stored already and may be older than what is there. Of equal extremes the
/// earliest counts.
pub(super) async fn add(tx: &mut PgConnection, tank: TankId, batch: &Batch) -> Result<()> {
    let parameters: Vec<i16> = batch.values.iter().map(|value| value.parameter.0).collect();
    let values: Vec<Decimal> = batch.values.iter().map(|value| value.value).collect();
    let below: Vec<bool> = batch.values.iter().map(|value| value.below).collect();
    sqlx::query!(
        "insert into reading_days as d (tank_id, parameter_id, day, readings, min_value, min_at, max_value,
                                        max_at, last_value, last_at, any_below)
         select $1, v.parameter_id, ($2::timestamptz at time zone 'UTC')::date, 1, v.value, $2, v.value, $2,
                v.value, $2, v.below
         from unnest($3::smallint[], $4::numeric[], $5::boolean[]) as v (parameter_id, value, below)
         on conflict (tank_id, parameter_id, day) do update set
             readings   = d.readings + 1,
             min_value  = least(d.min_value, excluded.min_value),
             min_at     = case when (excluded.min_value, excluded.min_at) < (d.min_value, d.min_at)
                               then excluded.min_at else d.min_at end,
             max_value  = greatest(d.max_value, excluded.max_value),
             max_at     = case when (-excluded.max_value, excluded.max_at) < (-d.max_value, d.max_at)
                               then excluded.max_at else d.max_at end,
             -- Of several at the last instant the one with the highest id counts, as everywhere.
             last_value = case
                 when excluded.last_at > d.last_at then excluded.last_value
                 when excluded.last_at < d.last_at then d.last_value
                 else (select r.value from readings r
                       where r.tank_id = d.tank_id and r.parameter_id = d.parameter_id and r.taken_at = d.last_at
                       order by r.id desc limit 1) end,
             last_at    = greatest(d.last_at, excluded.last_at),
             any_below  = d.any_below or excluded.any_below",
        tank.0,
        batch.taken_at.to_sqlx() as _,
        &parameters,
        &values,
        &below,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Counts the days anew that a change of readings touched, before and after it.
pub(super) async fn after(tx: &mut PgConnection, tank: TankId, change: ChangeId) -> Result<()> {
    let touched = sqlx::query!(
        r#"select distinct v.parameter_id, (v.taken_at at time zone 'UTC')::date as "day!"
           from reading_versions c
           join reading_versions v on v.reading_id = c.reading_id and v.version in (c.version - 1, c.version)
           where c.change_id = $1"#,
        change.0
    )
    .fetch_all(&mut *tx)
    .await?;
    let (parameters, days): (Vec<i16>, Vec<_>) =
        touched.into_iter().map(|row| (row.parameter_id, row.day)).unzip();
    sqlx::query!(
        "delete from reading_days d using unnest($2::smallint[], $3::date[]) as t (parameter_id, day)
         where d.tank_id = $1 and d.parameter_id = t.parameter_id and d.day = t.day",
        tank.0,
        &parameters,
        &days as _,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into reading_days (tank_id, parameter_id, day, readings, min_value, min_at, max_value, max_at,
                                   last_value, last_at, any_below)
         select $1, t.parameter_id, t.day, count(*),
                min(value), (array_agg(taken_at order by value, taken_at))[1],
                max(value), (array_agg(taken_at order by value desc, taken_at))[1],
                (array_agg(value order by taken_at desc, id desc))[1], max(taken_at), bool_or(below)
         from unnest($2::smallint[], $3::date[]) as t (parameter_id, day)
         join readings r on r.tank_id = $1 and r.parameter_id = t.parameter_id
              and r.taken_at >= t.day::timestamp at time zone 'UTC'
              and r.taken_at < (t.day + 1)::timestamp at time zone 'UTC'
         group by t.parameter_id, t.day",
        tank.0,
        &parameters,
        &days as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Builds a tank's whole roll-up anew from its readings, for loaders that write readings in bulk.
pub async fn rebuild(tx: &mut PgConnection, tank: TankId) -> Result<()> {
    sqlx::query!("delete from reading_days where tank_id = $1", tank.0).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into reading_days (tank_id, parameter_id, day, readings, min_value, min_at, max_value, max_at,
                                   last_value, last_at, any_below)
         select tank_id, parameter_id, (taken_at at time zone 'UTC')::date, count(*),
                min(value), (array_agg(taken_at order by value, taken_at))[1],
                max(value), (array_agg(taken_at order by value desc, taken_at))[1],
                (array_agg(value order by taken_at desc, id desc))[1], max(taken_at), bool_or(below)
         from readings where tank_id = $1 group by 1, 2, 3",
        tank.0
    )
    .execute(tx)
    .await?;
    Ok(())
}
