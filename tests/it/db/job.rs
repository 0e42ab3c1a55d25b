use safeharbor::db::job::list::{self, Listed};
use safeharbor::domain::cursor::{Cursor, Page};
use sqlx::PgConnection;

use super::household::Household;

/// Ten thousand jobs of several kinds and states; each tenth mail and each fiftieth job failed.
async fn fill(household: &Household) {
    sqlx::query(
        "insert into jobs (id, kind, payload, state, run_after, created_at, finished_at)
         select gen_random_uuid(), (array['mail.welcome', 'mail.reset', 'channel.message', 'housekeeping'])[1 + n % 4],
                jsonb_build_object('email', n || '@example.org'),
                case when n % 50 = 0 then 'dead' else 'done' end,
                now(), now() - n / 3 * interval '1 minute', now()
         from generate_series(1, 10000) n",
    )
    .execute(&household.database.pool)
    .await
    .unwrap();
    sqlx::query("vacuum analyze jobs").execute(&household.database.pool).await.unwrap();
}

async fn page(db: &mut PgConnection, dead: bool, from: Option<Cursor>) -> Page<Listed> {
    if dead { list::in_state(db, "dead", from).await.unwrap() } else { list::mails(db, from).await.unwrap() }
}

#[tokio::test]
async fn every_job_is_met_once_and_the_way_back_is_the_same() {
    let household = Household::new().await;
    fill(&household).await;
    let mut db = household.connection().await;
    // Of 10,000 jobs half are mails: messages have no channel here.
    for (dead, count) in [(true, 200), (false, 5_000)] {
        let mut now = page(&mut db, dead, None).await;
        let mut met = now.rows.clone();
        while let Some(older) = now.older {
            let next = page(&mut db, dead, Some(older)).await;
            assert_eq!(page(&mut db, dead, next.newer).await.rows, now.rows);
            met.extend(next.rows.clone());
            now = next;
        }
        assert_eq!(met.len(), count);
        let places: Vec<_> = met.iter().map(|job| (job.created_at, job.id)).collect();
        assert!(places.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, none twice");
    }
    assert_eq!(list::failed(&mut db).await.unwrap(), 200);
}

#[tokio::test]
async fn a_list_of_thousands_is_read_off_its_index() {
    let household = Household::new().await;
    fill(&household).await;
    let mut db = household.connection().await;
    // A plan, not a stopwatch; the one that all arguments share.
    sqlx::query("set plan_cache_mode = force_generic_plan").execute(&mut *db).await.unwrap();
    for (index, sql) in [
        (
            "jobs_in_order",
            "explain select id from jobs where state = 'done' and (created_at, id) < (now(), gen_random_uuid())
             order by created_at desc, id desc limit 51",
        ),
        (
            "jobs_of_mails",
            "explain select id from jobs m where (kind like 'mail.%' or kind = 'channel.message')
               and (kind <> 'channel.message' or sent_to is not null
                    or exists (select from channels c where c.kind = 'mail' and c.id::text = m.payload->>'channel'))
               and (created_at, id) < (now(), gen_random_uuid())
             order by created_at desc, id desc limit 51",
        ),
        ("jobs_of_tests", "explain select id from jobs where kind = 'mail.test' order by created_at desc, id desc limit 3"),
        ("jobs_in_order", "explain select count(*) from (select from jobs where state = 'dead' limit 1000) dead"),
    ] {
        let plan: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *db).await.unwrap();
        assert!(plan.iter().any(|line| line.contains("Index") && line.contains(index)), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("Sort")), "{plan:?}");
    }
}
