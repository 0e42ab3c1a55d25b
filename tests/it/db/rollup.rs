use safeharbor::db::rollup;
use safeharbor::domain::id::TankId;

use super::household::{Household, at, d};

type Day = (String, i32, String, String, String, String, String, String, bool);

async fn days(household: &Household, tank: TankId) -> Vec<Day> {
    sqlx::query!(
        "select parameter_id, day, readings, min_value, min_at, max_value, max_at, last_value, last_at, any_below
         from reading_days where tank_id = $1 order by parameter_id, day",
        tank.0
    )
    .fetch_all(&household.database.pool)
    .await
    .unwrap()
    .into_iter()
    .map(|row| {
        let day = format!("{} {}", row.parameter_id, row.day.to_jiff());
        let instant = |at: jiff_sqlx::Timestamp| at.to_jiff().to_string();
        let value = |value: rust_decimal::Decimal| value.normalize().to_string();
        (
            day,
            row.readings,
            value(row.min_value),
            instant(row.min_at),
            value(row.max_value),
            instant(row.max_at),
            value(row.last_value),
            instant(row.last_at),
            row.any_below,
        )
    })
    .collect()
}

#[tokio::test]
async fn readings_in_any_order_roll_up_alike() {
    let household = Household::new().await;
    let tank = household.tank().await;
    // Three UTC days, newest, oldest and middle ones mixed, two parameters, ties in value and one below.
    let minutes = [600, 5, 4_000, 1_200, 30, 700, 2_000, 710, 3_999, 720, 1, 2_880, 1_439, 1_441];
    for (minutes, ph) in minutes.into_iter().zip(["8.1", "8.3", "8", "8.1", "7.9"].into_iter().cycle()) {
        let nitrite = if minutes % 2 == 0 { "<0.02" } else { "0.1" };
        household.record(tank, minutes, &[("ph", ph), ("nitrite", nitrite)]).await;
    }
    let kept = days(&household, tank).await;
    assert_eq!(kept.iter().map(|day| day.1).sum::<i32>(), 28);
    let mut tx = household.database.begin().await.unwrap();
    rollup::rebuild(&mut tx, tank).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept, days(&household, tank).await);
}

#[tokio::test]
async fn a_day_knows_when_its_extremes_were() {
    let household = Household::new().await;
    let tank = household.tank().await;
    for (minutes, ph) in [(60, "8.2"), (120, "8.4"), (30, "8.3"), (600, "8.0"), (300, "8.1")] {
        household.record(tank, minutes, &[("ph", ph)]).await;
    }
    let day = days(&household, tank).await.pop().unwrap();
    assert_eq!((day.1, day.2.as_str(), day.4.as_str(), day.6.as_str()), (5, "8", "8.4", "8.3"));
    assert_eq!(
        [day.3, day.5, day.7].map(|text| at(&text).to_string()),
        ["2026-11-23T02:00:00Z", "2026-11-23T10:00:00Z", "2026-11-23T11:30:00Z"]
    );
    assert_eq!(d("8.0"), d(&day.2));
}
