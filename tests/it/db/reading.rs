use futures_util::future::join_all;
use safeharbor::db;
use safeharbor::db::reading::{RecordError, Recorded};
use safeharbor::domain::id::TankId;

use super::household::{Household, d};

async fn counts(household: &Household) -> (i64, i64, i64) {
    let row = sqlx::query!(
        r#"select (select count(*) from reading_sessions) as "sessions!", (select count(*) from readings) as "readings!",
                  (select coalesce(sum(readings), 0) from reading_days) as "rolled_up!""#
    )
    .fetch_one(&household.database.pool)
    .await
    .unwrap();
    (row.sessions, row.readings, row.rolled_up)
}

#[tokio::test]
async fn a_session_is_stored_whole() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let mut batch = household.batch(&[("temperature", "25.5556"), ("nitrite", "<0.02")]);
    batch.note = Some("after the water change".to_owned());
    batch.values[0].entered_value = d("78");
    batch.values[0].entered_unit = "degF".to_owned();
    let mut db = household.connection().await;
    let recorded =
        db::reading::record(&mut db, &household.clock, tank, &batch, household.owner).await.unwrap();
    assert_eq!(recorded, Recorded::New);

    let overview = db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    let tracked = |key| {
        let id = household.parameter(key);
        overview.tracked.iter().find(|tracked| tracked.parameter == id).unwrap()
    };
    let temperature = tracked("temperature").latest.as_ref().unwrap();
    assert_eq!((temperature.value, temperature.below), (d("25.5556"), false));
    assert_eq!((temperature.entered_value, temperature.entered_unit.as_str()), (d("78"), "degF"));
    assert_eq!(temperature.taken_at, batch.taken_at);
    assert_eq!(tracked("temperature").unit_code.as_deref(), Some("degF"));
    assert!(tracked("nitrite").latest.as_ref().unwrap().below);
    assert_eq!(tracked("ph").latest, None);

    let sessions = db::overview::recent_sessions(&mut db, None, 5).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].id, sessions[0].tank, sessions[0].readings), (batch.session_id, tank, 2));
    assert_eq!(sessions[0].recorded_by.as_deref(), Some("Marina"));
    assert_eq!(sessions[0].note, batch.note);
}

#[tokio::test]
async fn the_same_session_twenty_times_at_once_is_one() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let batch = household.batch(&[("ph", "8.2"), ("kh", "8"), ("calcium", "420")]);
    let submit = async || {
        let mut db = household.connection().await;
        db::reading::record(&mut db, &household.clock, tank, &batch, household.owner).await.unwrap()
    };
    let outcomes = join_all((0..20).map(|_| submit())).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Recorded::New).count(), 1);
    assert_eq!(counts(&household).await, (1, 3, 3));
}

#[tokio::test]
async fn different_sessions_at_once_are_all_stored() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let submit = async |number: usize| {
        // Each in another order, so that locks taken in the order of the form would meet.
        let mut values = vec![("ph", "8.2"), ("kh", "8"), ("calcium", "420"), ("magnesium", "1300")];
        values.rotate_left(number % 4);
        household.record(tank, 0, &values).await;
    };
    join_all((0..20).map(submit)).await;
    assert_eq!(counts(&household).await, (20, 80, 80));
}

#[tokio::test]
async fn what_cannot_be_stored_leaves_nothing() {
    let household = Household::new().await;
    let (tank, other) = (household.tank().await, household.tank().await);
    let batch = household.batch(&[("ph", "8.2")]);
    let mut db = household.connection().await;
    let mut record = async |tank, batch| {
        db::reading::record(&mut db, &household.clock, tank, batch, household.owner).await
    };
    let nowhere = TankId(household.clock.uuid());
    assert!(matches!(record(nowhere, &batch).await, Err(RecordError::NoTank)));
    record(tank, &batch).await.unwrap();
    assert!(matches!(record(other, &batch).await, Err(RecordError::OtherTank)));
    let mut unknown_unit = household.batch(&[("ph", "8.2"), ("kh", "8")]);
    unknown_unit.values[1].entered_unit = "cubits".to_owned();
    assert!(matches!(
        record(other, &unknown_unit).await,
        Err(RecordError::Database(db::Error::Constraint(_)))
    ));
    sqlx::query!("update tanks set decommissioned_on = '2026-11-01' where id = $1", other.0)
        .execute(&household.database.pool)
        .await
        .unwrap();
    assert!(matches!(
        record(other, &household.batch(&[("ph", "8")])).await,
        Err(RecordError::Decommissioned)
    ));
    assert_eq!(counts(&household).await, (1, 1, 1));
}
