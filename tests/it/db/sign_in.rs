//! The counters behind the sign-in limits.

use jiff::{SignedDuration, Timestamp};
use safeharbor::db::sign_in;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::support::postgres;

const ACCOUNT: [u8; 32] = [7; 32];

/// An attempt at the account: how many it counts there, and whether there was one before.
async fn attempt(pool: &PgPool, bucket: &str, looked_at: bool) -> (i64, bool) {
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    let mut tx = pool.begin().await.unwrap();
    let since = now - SignedDuration::from_mins(15);
    let counted = sign_in::attempt(&mut tx, &ACCOUNT, "ana@example.org", bucket, now, since).await.unwrap();
    if looked_at {
        tx.commit().await.unwrap();
    } else {
        tx.rollback().await.unwrap();
    }
    (counted.of_account, counted.account_last_at.is_some())
}

#[tokio::test]
async fn a_refused_attempt_keeps_nobody_else_waiting() {
    let database = postgres::database().await;
    let pool = &database.pool;
    for _ in 0..3 {
        attempt(pool, "192.0.2.66", false).await;
    }
    assert_eq!(attempt(pool, "198.51.100.7", true).await, (1, false));
    assert_eq!(attempt(pool, "198.51.100.8", true).await, (2, true));
}

#[tokio::test]
async fn of_many_attempts_at_once_each_counts_all_before_it() {
    let database = postgres::database().await;
    let pool = &database.pool;
    let mut all = JoinSet::new();
    for number in 0..6 {
        let pool = pool.clone();
        all.spawn(async move { attempt(&pool, &format!("192.0.2.{number}"), true).await.0 });
    }
    let mut counted = all.join_all().await;
    counted.sort_unstable();
    assert_eq!(counted, [1, 2, 3, 4, 5, 6]);
}
