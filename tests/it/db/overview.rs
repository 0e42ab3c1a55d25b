use safeharbor::db;
use safeharbor::db::overview::Overview;
use safeharbor::domain::health::{self, State};

use super::household::{Household, at, d};

fn health_of(household: &Household, overview: &Overview) -> (State, Vec<String>) {
    let inputs = overview
        .parameters(&household.catalogue)
        .map(|(parameter, tracked)| tracked.input(parameter, &parameter.canonical));
    let health = health::of_tank(inputs, household.clock.now());
    (health.state, health.reasons.into_iter().map(|reason| reason.text).collect())
}

#[tokio::test]
async fn each_tank_stands_by_its_latest_readings() {
    let household = Household::new().await;
    let (reef, empty) = (household.tank().await, household.tank().await);
    household.record(reef, 60, &[("nitrite", "0.09"), ("ph", "8.2")]).await;
    // Entered later, taken earlier: not the latest.
    household.record(reef, 600, &[("nitrite", "0"), ("ph", "7")]).await;
    household.record(reef, 60 * 24 * 31, &[("kh", "9")]).await;

    let mut db = household.connection().await;
    let overviews = db::overview::active(&mut db, 13, household.clock.now()).await.unwrap();
    assert_eq!(overviews.len(), 2);
    let of = |id| overviews.iter().find(|overview| overview.tank.id == id).unwrap();
    assert_eq!(health_of(&household, of(empty)), (State::New, vec![]));
    assert_eq!(
        health_of(&household, of(reef)),
        (
            State::Watch,
            vec!["Nitrite 0.09 ppm is above 0.05".to_owned(), "KH not measured for 31 days".to_owned()]
        )
    );
    assert_eq!(
        db::overview::tank(&mut db, reef, household.clock.now()).await.unwrap().as_ref(),
        Some(of(reef))
    );
}

#[tokio::test]
async fn a_tanks_own_range_wins() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 0, &[("nitrite", "0.09")]).await;
    sqlx::query!(
        "update tank_parameters set own_range = true, ok_high = 0.08, act_high = 0.085, stale_after_days = 3
         where parameter_id = 5"
    )
    .execute(&household.database.pool)
    .await
    .unwrap();
    sqlx::query!("update tank_parameters set tracked = false where parameter_id = 2")
        .execute(&household.database.pool)
        .await
        .unwrap();
    let mut db = household.connection().await;
    let overview = db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    assert_eq!(overview.tracked.len(), 9);
    let nitrite = &overview.tracked[3];
    assert_eq!((nitrite.range.act_high, nitrite.stale_after_days), (Some(d("0.085")), Some(3)));
    assert_eq!(
        health_of(&household, &overview),
        (State::Act, vec!["Nitrite 0.09 ppm is above 0.08".to_owned()])
    );
}

#[tokio::test]
async fn a_sparkline_is_the_last_thirty_days() {
    let household = Household::new().await;
    let tank = household.tank().await;
    for (days, ph) in [(40, "7"), (30, "7.5"), (29, "8"), (2, "8.1"), (0, "8.3")] {
        household.record(tank, days * 1_440, &[("ph", ph)]).await;
    }
    household.record(tank, 60, &[("ph", "8.2")]).await;
    let mut db = household.connection().await;
    let overview = db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    let points: Vec<_> = overview.tracked[1].sparkline.iter().map(|point| (point.day, point.value)).collect();
    assert_eq!(points, [(0, 8.0), (27, 8.1), (29, 8.3)]);
}

#[tokio::test]
async fn tanks_taken_down_are_off_the_dashboard_but_not_gone() {
    let household = Household::new().await;
    let (tank, active) = (household.tank().await, household.tank().await);
    household.record(tank, 10, &[("ph", "8")]).await;
    household.record(active, 20, &[("ph", "8")]).await;
    household.record(active, 5, &[("ph", "8"), ("kh", "8")]).await;
    sqlx::query!("update tanks set decommissioned_on = '2026-11-23' where id = $1", tank.0)
        .execute(&household.database.pool)
        .await
        .unwrap();
    let mut db = household.connection().await;
    let ids: Vec<_> = db::overview::active(&mut db, 13, household.clock.now())
        .await
        .unwrap()
        .iter()
        .map(|one| one.tank.id)
        .collect();
    assert_eq!(ids, [active]);
    let gone = db::overview::tank(&mut db, tank, household.clock.now()).await.unwrap().unwrap();
    assert_eq!(gone.tank.decommissioned_on, Some("2026-11-23".parse().unwrap()));
    let sessions = db::overview::recent_sessions(&mut db, None, 5).await.unwrap();
    assert_eq!(sessions.iter().map(|one| one.readings).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(db::overview::recent_sessions(&mut db, None, 1).await.unwrap().len(), 1);
    let of_one = db::overview::recent_sessions(&mut db, Some(tank), 5).await.unwrap();
    assert_eq!(of_one[0].taken_at, at("2026-11-23T11:50:00Z"));
}
