use futures_util::future::join_all;
use safeharbor::db::tracking::{self, Change};
use safeharbor::domain::id::TankId;
use safeharbor::domain::range::Range;
use safeharbor::domain::range_form::OwnRange;

use super::household::{Household, d};

#[tokio::test]
async fn every_parameter_stands_somewhere_with_its_sources() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let mut db = household.connection().await;
    let all = tracking::of_tank(&mut db, tank).await.unwrap();
    assert_eq!(all.len(), household.catalogue.parameters().len());
    assert_eq!(all.iter().filter(|one| one.tracked).count(), 10);
    assert!(all.is_sorted_by_key(|one| !one.tracked), "what is tracked comes first");
    let calcium = all.iter().find(|one| one.parameter == household.parameter("calcium")).unwrap();
    assert_eq!(calcium.standards.range, calcium.standards.preset);
    assert_eq!((calcium.stale_after_days(), calcium.is_own()), (Some(30), false));
    assert!(calcium.source_low.as_deref().unwrap().starts_with("Holmes-Farley"));
    let gh = all.iter().find(|one| one.parameter == household.parameter("gh")).unwrap();
    assert!(gh.standards.preset.is_empty() && !gh.tracked && gh.source_low.is_none());
    let nowhere = TankId(household.clock.uuid());
    assert_eq!(tracking::of_tank(&mut db, nowhere).await.unwrap(), []);
    assert!(!tracking::change(&mut db, nowhere, &Change::default()).await.unwrap());
}

#[tokio::test]
async fn many_at_once_lose_nothing() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let keys = ["gh", "iodine", "strontium", "copper", "potassium", "iron"];
    let changes = keys.map(|key| Change { add: vec![household.parameter(key)], ..Change::default() });
    join_all(changes.iter().map(async |change| {
        let mut db = household.connection().await;
        assert!(tracking::change(&mut db, tank, change).await.unwrap());
    }))
    .await;
    let mut db = household.connection().await;
    let all = tracking::of_tank(&mut db, tank).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.tracked).count(), 16);
    let positions: Vec<i16> =
        sqlx::query_scalar("select position from tank_parameters where tracked order by position")
            .fetch_all(&household.database.pool)
            .await
            .unwrap();
    assert_eq!(positions, (1..=16).collect::<Vec<i16>>(), "no two share a place");
}

#[tokio::test]
async fn a_range_of_its_own_holds_until_it_is_set_aside() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let (ph, mut db) = (household.parameter("ph"), household.connection().await);
    let range = Range { ok_low: Some(d("7.9")), ok_high: Some(d("8.3")), ..Range::default() };
    let own = OwnRange { range: Some(range), stale_after_days: Some(2) };
    assert!(tracking::set_range(&mut db, tank, ph, &own).await.unwrap());
    let overview =
        safeharbor::db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    let tracked = overview.tracked.iter().find(|tracked| tracked.parameter == ph).unwrap();
    assert_eq!((tracked.range, tracked.stale_after_days), (range, Some(2)));

    assert!(!tracking::undo_to_preset(&mut db, tank, ph).await.unwrap(), "nothing is set aside yet");
    assert!(tracking::to_preset(&mut db, tank, ph).await.unwrap());
    assert!(!tracking::to_preset(&mut db, tank, ph).await.unwrap());
    let overview =
        safeharbor::db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    let tracked = overview.tracked.iter().find(|tracked| tracked.parameter == ph).unwrap();
    assert_eq!((tracked.range.ok_low, tracked.stale_after_days), (Some(d("8.1")), Some(7)));
    assert!(tracking::undo_to_preset(&mut db, tank, ph).await.unwrap());
    let all = tracking::of_tank(&mut db, tank).await.unwrap();
    let one = all.iter().find(|one| one.parameter == ph).unwrap();
    assert_eq!((one.standards.range, one.own_stale_after_days), (range, Some(2)));
}
