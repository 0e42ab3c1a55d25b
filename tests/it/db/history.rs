use jiff::{SignedDuration, Timestamp};
use safeharbor::db;
use safeharbor::db::history::Filter;
use safeharbor::db::marks::MarkKind;
use safeharbor::db::series::BEFORE_ALL;
use safeharbor::domain::cursor::{Cursor, Toward};
use safeharbor::domain::id::TankId;
use uuid::Uuid;

use super::household::Household;

const ALL: Filter = Filter { parameter: None, from: BEFORE_ALL, until: Timestamp::MAX };

/// Ten parameters every half an hour.
async fn fill(household: &Household, tank: TankId, rounds: i32) {
    sqlx::query(
        "with rounds as (
           insert into reading_sessions (id, tank_id, taken_at, created_at)
           select gen_random_uuid(), $1, $2::timestamptz - i * interval '30 minutes', $2
           from generate_series(0, $3::int - 1) i
           returning id, taken_at)
         insert into readings (id, session_id, tank_id, parameter_id, taken_at, value, entered_value, entered_unit,
                               created_at)
         select gen_random_uuid(), rounds.id, $1, p, taken_at, 8, 8, 'pH', $2 from rounds, generate_series(1, 10) p",
    )
    .bind(tank.0)
    .bind(jiff_sqlx::ToSqlx::to_sqlx(household.clock.now()))
    .bind(rounds)
    .execute(&household.database.pool)
    .await
    .unwrap();
    sqlx::query("vacuum analyze readings, reading_sessions").execute(&household.database.pool).await.unwrap();
}

#[tokio::test]
async fn every_reading_is_met_once_and_the_way_back_is_the_same() {
    let household = Household::new().await;
    let tank = household.tank().await;
    fill(&household, tank, 13).await;
    household.record(household.tank().await, 5, &[("ph", "7")]).await;
    let mut db = household.connection().await;
    for filter in [ALL, Filter { parameter: Some(household.parameter("kh")), ..ALL }] {
        let mut page = db::history::page(&mut db, tank, &filter, None).await.unwrap();
        assert_eq!(page.newer, None);
        let mut met = page.rows.clone();
        while let Some(older) = page.older {
            let next = db::history::page(&mut db, tank, &filter, Some(older)).await.unwrap();
            let back = db::history::page(&mut db, tank, &filter, next.newer).await.unwrap();
            assert_eq!(back.rows, page.rows);
            met.extend(next.rows.clone());
            page = next;
        }
        assert_eq!(met.len(), if filter.parameter.is_none() { 130 } else { 13 });
        let places: Vec<_> = met.iter().map(|row| (row.taken_at, row.id.0)).collect();
        assert!(places.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, none twice");
    }
}

#[tokio::test]
async fn a_filter_holds_on_both_ends_whatever_the_place() {
    let household = Household::new().await;
    let tank = household.tank().await;
    fill(&household, tank, 13).await;
    let now = household.clock.now();
    let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
    let filter = Filter { parameter: None, from: ago(120), until: ago(30) };
    let mut db = household.connection().await;
    let page = db::history::page(&mut db, tank, &filter, None).await.unwrap();
    assert_eq!(page.rows.len(), 30, "from is in, until is not");
    for at in [Timestamp::MIN, ago(10_000), ago(60), now, Timestamp::MAX] {
        for toward in [Toward::Older, Toward::Newer] {
            let cursor = Cursor { toward, at, id: Uuid::nil() };
            let page = db::history::page(&mut db, tank, &filter, Some(cursor)).await.unwrap();
            let inside =
                page.rows.iter().all(|row| filter.from <= row.taken_at && row.taken_at < filter.until);
            assert!(inside, "{cursor}");
        }
    }
}

/// What Postgres' counters say: scans of all readings or all sessions, and entries that the readings' indexes gave out.
async fn counters(household: &Household) -> (i64, i64) {
    let mut db = household.connection().await;
    sqlx::query("select pg_stat_force_next_flush()").execute(&mut *db).await.unwrap();
    sqlx::query_as(
        "select (select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables
                  where relname in ('readings', 'reading_sessions')),
                (select coalesce(sum(idx_tup_read), 0)::bigint from pg_stat_user_indexes where relname = 'readings')",
    )
    .fetch_one(&mut *db)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_last_page_of_a_long_history_costs_what_the_first_one_does() {
    let household = Household::new().await;
    let tank = household.tank().await;
    fill(&household, tank, 4_000).await;
    let deep = household.clock.now() - SignedDuration::from_mins(30 * 3_900);
    for parameter in [None, Some(household.parameter("kh"))] {
        for (what, cursor) in [
            ("first", None),
            ("deep", Some(Cursor { toward: Toward::Older, at: deep, id: Uuid::max() })),
            ("back", Some(Cursor { toward: Toward::Newer, at: deep, id: Uuid::nil() })),
        ] {
            let mut db = household.connection().await;
            sqlx::query("set plan_cache_mode = force_generic_plan").execute(&mut *db).await.unwrap();
            let before = counters(&household).await;
            let filter = Filter { parameter, ..ALL };
            let page = db::history::page(&mut db, tank, &filter, cursor).await.unwrap();
            assert_eq!(page.rows.len(), 50, "{what}");
            sqlx::query("select pg_stat_force_next_flush()").execute(&mut *db).await.unwrap();
            let after = counters(&household).await;
            assert_eq!(after.0 - before.0, 0, "{what} {parameter:?} reads the whole table");
            let read = after.1 - before.1;
            assert!((50..=70).contains(&read), "{what} {parameter:?} reads {read} entries for a page of 50");
        }
    }
}

#[tokio::test]
async fn marks_are_what_happened_there_in_that_time() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let other = household.tank().await;
    let now = household.clock.now();
    let mut batch = household.batch(&[("ph", "8.2")]);
    batch.note = Some("cloudy".to_owned());
    let mut db = household.connection().await;
    db::reading::record(&mut db, &household.clock, tank, &batch, household.owner).await.unwrap();
    household.record(tank, 10, &[("ph", "8.1")]).await;
    let at = jiff_sqlx::ToSqlx::to_sqlx(now);
    for (of, minutes, deleted) in [(tank, 5, false), (tank, 6, true), (other, 7, false)] {
        sqlx::query(
            "insert into care_entries (id, tank_id, kind, done_at, amount, unit, created_at, updated_at, deleted_at)
             values (gen_random_uuid(), $1, 'water_change', $2::timestamptz - $3::int * interval '1 minute', 10,
                     'percent', $2, $2, case when $4 then $2::timestamptz end)",
        )
        .bind(of.0)
        .bind(at)
        .bind(minutes)
        .bind(deleted)
        .execute(&mut *db)
        .await
        .unwrap();
    }
    let animal = household.clock.uuid();
    sqlx::query(
        "insert into animals (id, form_id, species, tank_id, quantity, acquired_at, created_at)
         values ($1, $1, 'Neon tetra', $2, 6, $3, $3)",
    )
    .bind(animal)
    .bind(other.0)
    .bind(at)
    .execute(&mut *db)
    .await
    .unwrap();
    sqlx::query(
        "insert into animal_events (id, animal_id, kind, tank_id, to_tank_id, quantity, occurred_at, created_at)
         values (gen_random_uuid(), $1, 'acquired', $2, $2, 6, $4::timestamptz - interval '4 minutes', $4),
                (gen_random_uuid(), $1, 'moved', $2, $3, null, $4::timestamptz - interval '3 minutes', $4)",
    )
    .bind(animal)
    .bind(tank.0)
    .bind(other.0)
    .bind(at)
    .execute(&mut *db)
    .await
    .unwrap();
    let from = now - SignedDuration::from_hours(1);
    let said = |marks: Vec<db::marks::Mark>| -> Vec<_> {
        marks.into_iter().map(|mark| (mark.of, mark.kind)).collect()
    };
    let here = said(db::marks::between(&mut db, tank, from, now).await.unwrap());
    let kind = |of, kind: &str| (of, kind.to_owned());
    assert_eq!(
        here,
        [
            kind(MarkKind::Care, "water_change"),
            kind(MarkKind::Animal, "acquired"),
            kind(MarkKind::Animal, "moved"),
            kind(MarkKind::Note, ""),
        ]
    );
    let there = said(db::marks::between(&mut db, other, from, now).await.unwrap());
    assert_eq!(there, [kind(MarkKind::Care, "water_change"), kind(MarkKind::Animal, "moved_in")]);
    assert_eq!(db::marks::between(&mut db, tank, from, from).await.unwrap(), []);
}
