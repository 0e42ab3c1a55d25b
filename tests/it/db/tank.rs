use futures_util::future::join_all;
use safeharbor::db;
use safeharbor::domain::id::TankId;
use safeharbor::domain::tank::{Volume, VolumeUnit};

use super::household::{Household, d};

#[tokio::test]
async fn a_tank_starts_with_its_profiles_set() {
    let household = Household::new().await;
    let mut tank = household.new_tank("reef_sw");
    tank.details.volume = Some(Volume { value: d("100.5"), unit: VolumeUnit::UsGallon });
    tank.details.set_up_on = Some("2026-11-23".parse().unwrap());
    let id = TankId(household.clock.uuid());
    let mut db = household.connection().await;
    db::tank::create(&mut db, id, &tank, household.owner, household.clock.now()).await.unwrap();

    let found = db::tank::find(&mut db, id).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.profile.as_str()), ("Reef", "reef_sw"));
    assert_eq!(found.volume.unwrap().show(), "100.5 US gal");
    assert_eq!((found.set_up_on, found.decommissioned_on), (tank.details.set_up_on, None));
    assert_eq!(found.zone, tank.details.zone);
    assert_eq!(found.created_at, household.clock.now());
    assert_eq!(db::tank::list(&mut db).await.unwrap(), [found]);

    let overview = db::overview::tank(&mut db, id, household.clock.now()).await.unwrap().unwrap();
    let tracked: Vec<_> =
        overview.parameters(&household.catalogue).map(|(parameter, _)| parameter.key.as_str()).collect();
    assert_eq!(
        tracked,
        [
            "temperature",
            "ph",
            "salinity",
            "ammonia",
            "nitrite",
            "nitrate",
            "phosphate",
            "kh",
            "calcium",
            "magnesium"
        ]
    );
    assert_eq!(db::tank::find(&mut db, TankId(household.clock.uuid())).await.unwrap(), None);
}

#[tokio::test]
async fn the_same_form_at_once_makes_one_tank() {
    let household = Household::new().await;
    let tank = household.new_tank("planted_fw");
    let create = async || {
        let mut db = household.connection().await;
        let id = TankId(household.clock.uuid());
        db::tank::create(&mut db, id, &tank, household.owner, household.clock.now()).await.unwrap()
    };
    let ids = join_all((0..10).map(|_| create())).await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    let mut db = household.connection().await;
    assert_eq!(db::tank::list(&mut db).await.unwrap().len(), 1);
    let overview = db::overview::active(&mut db, 13, household.clock.now()).await.unwrap();
    assert_eq!(overview[0].tracked.len(), 8);
}
