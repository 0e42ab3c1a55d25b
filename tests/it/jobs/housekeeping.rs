//! What is deleted in the hourly round, and what is not.

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx as _;
use safeharbor::db::job;
use safeharbor::jobs::Context;
use safeharbor::jobs::post::Poster;
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::system::clock::Clock;
use sqlx::PgPool;

use super::rig::{alert, insert, reaches, start, work};
use crate::support::postgres;

/// Two rows of every kind: one that is just old enough, one that is not.
async fn fill(pool: &PgPool, clock: &Clock) {
    let keeper = clock.uuid();
    sqlx::query(
        "insert into keepers (id, email, display_name, password_hash, role, created_at)
         values ($1, 'ada@example.org', 'Ada', 'x', 'owner', now())",
    )
    .bind(keeper)
    .execute(pool)
    .await
    .unwrap();
    let hours_and_age = [(0, "old"), (1, "new")];
    for (late, age) in hours_and_age {
        let before = |hours: i64| {
            let ago = SignedDuration::from_hours(hours) + SignedDuration::from_secs(1 - 2 * late);
            clock.now().checked_sub(ago).unwrap().to_sqlx()
        };
        for table in ["sessions (last_seen_at,", "devices (last_used_at,"] {
            let sql = format!(
                "insert into {table} id, keeper_id, secret_hash, created_at, expires_at)
                 values ($1, $2, $3, sha256('x'), $1, $4)"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(before(100))
                .bind(clock.uuid())
                .bind(keeper)
                .bind(before(0))
                .execute(pool)
                .await
                .unwrap();
        }
        sqlx::query(
            "insert into tokens (id, kind, secret_hash, created_at, expires_at)
             values ($1, 'setup', sha256($2::text::bytea), $3, $4)",
        )
        .bind(clock.uuid())
        .bind(age)
        .bind(before(100))
        .bind(before(0))
        .execute(pool)
        .await
        .unwrap();
        sqlx::query("insert into sign_in_failures (account, addr_bucket, failed_at) values ('x', $1, $2)")
            .bind(age)
            .bind(before(25))
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("insert into workers (id, started_at, seen_at) values ($1, $2, $2)")
            .bind(age)
            .bind(before(24))
            .execute(pool)
            .await
            .unwrap();
        for state in ["done", "dead"] {
            let mut old = work(clock);
            old.kind = format!("{state} {age}");
            let id = insert(pool, &old).await;
            sqlx::query("update jobs set state = $2, finished_at = $3 where id = $1")
                .bind(id)
                .bind(state)
                .bind(before(30 * 24))
                .execute(pool)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn what_has_expired_is_deleted_and_nothing_else() {
    let db = postgres::database().await;
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 5);
    fill(&db, &clock).await;
    let waiting = insert(&db, &work(&clock)).await;
    let context = Context {
        photos: Store::below(&crate::support::folder("uploads")),
        pool: db.pool.clone(),
        clock: clock.clone(),
        public_url: PublicUrl::parse("https://tank.example.org").unwrap(),
        mailer: None,
        poster: Poster::default(),
    };
    let worker = start(&db, &clock, &context, None, alert());
    super::rig::until("the hour's housekeeping is done", async || {
        let state: Option<String> = sqlx::query_scalar("select state from jobs where kind = 'housekeeping'")
            .fetch_optional(&db.pool)
            .await
            .unwrap();
        state.as_deref() == Some("done")
    })
    .await;
    worker.stop().await;

    for table in ["sessions", "devices", "tokens", "sign_in_failures"] {
        let sql = format!("select count(*) from {table}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&db.pool).await.unwrap();
        assert_eq!(left, 1, "{table}");
    }
    let workers: Vec<String> =
        sqlx::query_scalar("select id from workers").fetch_all(&db.pool).await.unwrap();
    assert_eq!(workers, ["new"]);
    let kinds: Vec<String> =
        sqlx::query_scalar("select kind from jobs order by kind").fetch_all(&db.pool).await.unwrap();
    assert_eq!(kinds, ["alerts.all", "dead new", "done new", "housekeeping", "reminders", "work"]);
    assert_eq!(job::status(&db, waiting).await.unwrap().unwrap().state, "waiting");
}

#[tokio::test]
async fn a_mail_without_a_mail_server_says_what_to_set() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let context = Context {
        photos: Store::below(&crate::support::folder("uploads")),
        pool: db.pool.clone(),
        clock: clock.clone(),
        public_url: PublicUrl::parse("https://tank.example.org").unwrap(),
        mailer: None,
        poster: Poster::default(),
    };
    let to = safeharbor::jobs::job::Addressee { email: "ada@example.org".into(), name: "Ada".into() };
    let job = safeharbor::jobs::Job::Welcome(to);
    let id = safeharbor::jobs::enqueue(&mut db.acquire().await.unwrap(), &clock, &job).await.unwrap();
    let worker = start(&db, &clock, &context, None, alert());
    let dead = reaches(&db, id, "dead").await;
    assert!(dead.last_error.unwrap().contains("SMTP_HOST"));
    worker.stop().await;
}
