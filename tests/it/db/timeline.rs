use std::time::{Duration, Instant};

use safeharbor::db::timeline::{self, Happened};
use safeharbor::domain::timeline::Filter;

use super::household::Household;

#[tokio::test]
async fn a_page_costs_the_same_however_long_it_is() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 5, &[("ph", "8.2"), ("kh", "8")]).await;
    let pool = &household.database.pool;
    sqlx::query(
        "insert into care_entries (id, tank_id, kind, done_at, created_at, updated_at)
         select gen_random_uuid(), $1, 'feeding', '2026-11-01T00:00Z'::timestamptz - n * interval '1 minute',
                '2026-11-01', '2026-11-01' from generate_series(1, 50000) n",
    )
    .bind(tank.0)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into reading_sessions (id, tank_id, taken_at, created_at)
         select gen_random_uuid(), $1, '2026-11-01T00:00Z'::timestamptz - n * interval '1 minute', '2026-11-01'
         from generate_series(1, 50000) n",
    )
    .bind(tank.0)
    .execute(pool)
    .await
    .unwrap();
    sqlx::query("analyze").execute(pool).await.unwrap();
    let mut db = household.connection().await;
    let first = timeline::page(&mut db, tank, Filter::All, None, 50).await.unwrap();
    assert_eq!((first.rows.len(), &first.rows[0].what), (50, &Happened::Readings));
    assert_eq!(timeline::values(&mut db, &[first.rows[0].id]).await.unwrap().len(), 2);
    // From the middle on.
    let middle = sqlx::query_scalar::<_, jiff_sqlx::Timestamp>(
        "select min(done_at) + (max(done_at) - min(done_at)) / 2 from care_entries",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    let place = safeharbor::domain::cursor::Cursor {
        toward: safeharbor::domain::cursor::Toward::Older,
        at: middle.to_jiff(),
        id: household.clock.uuid(),
    };
    let started = Instant::now();
    for _ in 0..10 {
        let page = timeline::page(&mut db, tank, Filter::All, Some(place), 50).await.unwrap();
        assert_eq!(page.rows.len(), 50);
    }
    // A scan of all of it takes more than this for one page.
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}
