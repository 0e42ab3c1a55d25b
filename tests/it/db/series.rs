use jiff::SignedDuration;
use rust_decimal::Decimal;
use safeharbor::db;
use safeharbor::db::series::Point;
use safeharbor::domain::id::TankId;
use safeharbor::domain::span::Span;

use super::household::{Household, d};

/// Puts a reading every `step` seconds into the tank, the newest now, the oldest `count - 1` steps ago;
/// values go round from 8.00 to 8.99.
async fn fill(household: &Household, tank: TankId, count: i32, step: i32) {
    sqlx::query!(
        "insert into readings (id, tank_id, parameter_id, taken_at, value, entered_value, entered_unit, created_at)
         select gen_random_uuid(), $1, 2, $2::timestamptz - i * $4::int * interval '1 second', 8 + i % 100 / 100.0,
                8, 'pH', $2
         from generate_series(0, $3::int - 1) i",
        tank.0,
        jiff_sqlx::ToSqlx::to_sqlx(household.clock.now()) as _,
        count,
        step,
    )
    .execute(&household.database.pool)
    .await
    .unwrap();
    let mut tx = household.database.begin().await.unwrap();
    db::rollup::rebuild(&mut tx, tank).await.unwrap();
    tx.commit().await.unwrap();
}

async fn points(household: &Household, tank: TankId, span: Span) -> Vec<Point> {
    let mut db = household.connection().await;
    let (ph, now) = (household.parameter("ph"), household.clock.now());
    db::series::points(&mut db, tank, ph, span, now).await.unwrap()
}

fn extremes(points: &[Point]) -> (Decimal, Decimal) {
    let min = points.iter().map(|point| point.min).min().unwrap();
    (min, points.iter().map(|point| point.max).max().unwrap())
}

#[tokio::test]
async fn few_readings_are_points_of_their_own() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 60 * 24 * 40, &[("ph", "8.3")]).await;
    household.record(tank, 60, &[("ph", "<8.1")]).await;
    household.record(tank, 0, &[("ph", "8.2"), ("kh", "8")]).await;
    for (span, count) in [(Span::Day, 2), (Span::Month, 2), (Span::Quarter, 3), (Span::All, 3)] {
        assert_eq!(points(&household, tank, span).await.len(), count, "{span:?}");
    }
    let day = points(&household, tank, Span::Day).await;
    assert!(day[0].below && !day[1].below && day[0].at < day[1].at);
    assert_eq!(
        (day[1].at, day[1].min, day[1].max, day[1].last),
        (household.clock.now(), d("8.2"), d("8.2"), d("8.2"))
    );
    assert_eq!(points(&household, TankId(household.clock.uuid()), Span::All).await, []);
}

#[tokio::test]
async fn many_readings_become_few_points_that_keep_the_extremes() {
    let household = Household::new().await;
    let tank = household.tank().await;
    // Two and a half years, 16 a day.
    fill(&household, tank, 14_600, 5_400).await;
    let now = household.clock.now();
    for (span, at_least, at_most) in [
        (Span::Day, 16, 17),
        (Span::Week, 112, 113),
        (Span::Month, 30, 31),
        (Span::Quarter, 90, 91),
        (Span::Year, 180, 185),
        (Span::All, 150, 201),
    ] {
        let points = points(&household, tank, span).await;
        assert!((at_least..=at_most).contains(&points.len()), "{span:?}: {}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at), "{span:?} ascends");
        let last = points.last().unwrap();
        assert_eq!((last.at, last.last), (now, d("8")), "{span:?}");
        if span != Span::Day {
            assert_eq!(extremes(&points), (d("8"), d("8.99")), "{span:?}");
        }
    }
}

#[tokio::test]
async fn a_probe_that_sends_often_costs_no_more() {
    let household = Household::new().await;
    let tank = household.tank().await;
    // Every two minutes for 35 days.
    fill(&household, tank, 25_200, 120).await;
    let month = points(&household, tank, Span::Month).await;
    assert!((30..=31).contains(&month.len()), "days are enough: {}", month.len());
    let week = points(&household, tank, Span::Week).await;
    assert!((199..=201).contains(&week.len()), "cut into parts: {}", week.len());
    assert_eq!(extremes(&week), (d("8"), d("8.99")));
    let from = household.clock.now() - SignedDuration::from_hours(24 * 7);
    assert!(week.iter().all(|point| point.at >= from && point.min <= point.last && point.last <= point.max));
    let day = points(&household, tank, Span::Day).await;
    assert!((199..=201).contains(&day.len()), "{}", day.len());
}

#[tokio::test]
async fn several_parameters_come_in_one_answer_and_a_window_ends_where_it_ends() {
    let household = Household::new().await;
    let tank = household.tank().await;
    for minutes in [0, 90, 1_440, 4_000] {
        household.record(tank, minutes, &[("ph", "8.2"), ("kh", "9")]).await;
    }
    let ids = ["ph", "kh", "calcium"].map(|key| household.parameter(key));
    let now = household.clock.now();
    let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
    let mut db = household.connection().await;
    let series = db::series::between(&mut db, tank, &ids, ago(1_440), ago(90)).await.unwrap();
    assert_eq!(series.len(), 2, "what was not measured is not there");
    for id in &ids[..2] {
        let at: Vec<_> = series[id].iter().map(|point| point.at).collect();
        assert_eq!(at, [ago(1_440), ago(90)], "both ends are in");
    }
    assert_eq!(db::series::between(&mut db, tank, &[], ago(1_440), now).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_long_window_counts_the_days_it_cuts_from_their_readings() {
    let household = Household::new().await;
    let tank = household.tank().await;
    // Every two minutes for 35 days; values go round, so any long enough part has both extremes.
    fill(&household, tank, 25_200, 120).await;
    let ph = household.parameter("ph");
    let now = household.clock.now();
    let (from, to) = (now - SignedDuration::from_hours(24 * 20 + 5), now - SignedDuration::from_mins(61));
    let mut db = household.connection().await;
    let points = &db::series::between(&mut db, tank, &[ph], from, to).await.unwrap()[&ph];
    assert!((20..=22).contains(&points.len()), "{}", points.len());
    assert!(points.iter().all(|point| from <= point.at && point.at <= to));
    let exact = sqlx::query_as::<_, (i64, Decimal, Decimal)>(
        "select count(*), min(value), max(value) from readings where taken_at between $1 and $2",
    )
    .bind(jiff_sqlx::ToSqlx::to_sqlx(from))
    .bind(jiff_sqlx::ToSqlx::to_sqlx(to))
    .fetch_one(&household.database.pool)
    .await
    .unwrap();
    assert_eq!(extremes(points), (exact.1, exact.2));
    let last = sqlx::query_scalar::<_, Decimal>(
        "select value from readings where taken_at <= $1 order by taken_at desc limit 1",
    )
    .bind(jiff_sqlx::ToSqlx::to_sqlx(to))
    .fetch_one(&household.database.pool)
    .await
    .unwrap();
    assert_eq!(points.last().unwrap().last, last);
    // Many at once are drawn coarser, so that a page's weight has an end.
    let many: Vec<_> = household.catalogue.parameters().iter().map(|parameter| parameter.id).collect();
    let day = now - SignedDuration::from_hours(24);
    let coarse = db::series::between(&mut db, tank, &many, day, now).await.unwrap();
    assert!((55..=61).contains(&coarse[&ph].len()), "{}", coarse[&ph].len());
}
