//! What only the demonstration asks of the database; everything else it stores as pages do.

use sqlx::PgConnection;

use super::Result;
use crate::domain::id::{KeeperId, TankId};

/// Whether the household has tanks, and its first owner. A second demonstration that is made at the same time waits
/// until the first has committed.
pub async fn begin(tx: &mut PgConnection) -> Result<(bool, Option<KeeperId>)> {
    // The number has no meaning but must not change.
    sqlx::query!("select pg_advisory_xact_lock(5207430503669129632)").execute(&mut *tx).await?;
    let row = sqlx::query!(
        r#"select exists (select from tanks) as "tanks!",
                  (select id from keepers where role = 'owner' order by created_at, id limit 1) as owner"#
    )
    .fetch_one(tx)
    .await?;
    Ok((row.tanks, row.owner.map(KeeperId)))
}

/// Makes a tank track these parameters too, and no longer those.
pub async fn track(tx: &mut PgConnection, tank: TankId, also: &[&str], not: &[&str]) -> Result<()> {
    let owned = |keys: &[&str]| -> Vec<String> { keys.iter().map(|key| (*key).to_owned()).collect() };
    sqlx::query!(
        "insert into tank_parameters (tank_id, parameter_id, position)
         select $1, id, position from parameters where key = any($2) on conflict do nothing",
        tank.0,
        &owned(also),
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update tank_parameters set tracked = false
         where tank_id = $1 and parameter_id in (select id from parameters where key = any($2))",
        tank.0,
        &owned(not),
    )
    .execute(tx)
    .await?;
    Ok(())
}
