//! Jobs get written with the change that causes them, and each is done once.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use safeharbor::db::job;
use safeharbor::jobs::job::Addressee;
use safeharbor::jobs::{self, Job, Wake};
use safeharbor::system::clock::Clock;

use super::rig::{Scripted, alert, deaf, insert, insert_many, reaches, start, status, until, work};
use crate::support::{postgres, redis};

#[tokio::test]
async fn a_job_is_written_with_its_change_or_not_at_all() {
    let db = postgres::database().await;
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 1);
    let to = Addressee { email: "ada@example.org".into(), name: "Ada".into() };
    let mut tx = db.begin().await.unwrap();
    let gone = jobs::enqueue(&mut tx, &clock, &Job::MailTest(to.clone())).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(job::status(&db, gone).await.unwrap(), None);

    let mut tx = db.begin().await.unwrap();
    let kept = jobs::enqueue(&mut tx, &clock, &Job::MailTest(to)).await.unwrap();
    let once = jobs::enqueue_once(&mut tx, &clock, &Job::Housekeeping, "slot").await.unwrap();
    assert!(once.is_some());
    assert_eq!(jobs::enqueue_once(&mut tx, &clock, &Job::Housekeeping, "slot").await.unwrap(), None);
    tx.commit().await.unwrap();
    let kept = status(&db, kept).await;
    assert_eq!((kept.state.as_str(), kept.attempts, kept.run_after), ("waiting", 0, clock.now()));
    let backlog = job::backlog(&db, clock.now()).await.unwrap();
    assert_eq!((backlog.due, backlog.delayed, backlog.oldest_due), (2, 0, Some(clock.now())));
}

#[tokio::test]
async fn two_workers_do_500_jobs_once_each() {
    let (db, redis, clock) = (postgres::database().await, redis::own().await, Clock::system());
    let handler = Scripted::succeeding();
    let workers = [1, 2].map(|_| start(&db, &clock, &handler, Some(&redis.url()), alert()));
    let wake = Wake::start(&redis.url().into(), clock.clone()).unwrap();
    for _ in 0..10 {
        insert_many(&db, &clock, 50).await;
        wake.notify();
    }
    handler.runs.reach(500).await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(handler.runs.counts(), vec![1; 500]);
    let done: i64 = sqlx::query_scalar("select count(*) from jobs where state = 'done' and attempts = 1")
        .fetch_one(&db.pool)
        .await
        .unwrap();
    assert_eq!(done, 500);
}

#[tokio::test]
async fn a_wake_up_starts_a_job_without_a_sweep() {
    let (db, redis, clock) = (postgres::database().await, redis::own().await, Clock::system());
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, Some(&redis.url()), deaf());
    let wake = Wake::start(&redis.url().into(), clock.clone()).unwrap();
    for count in 1..=3 {
        insert(&db, &work(&clock)).await;
        wake.notify();
        handler.runs.reach(count).await;
    }
    worker.stop().await;
}

#[tokio::test]
async fn a_delayed_job_runs_when_it_is_due_without_redis_or_sweep() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let mut delayed = work(&clock);
    delayed.run_after = clock.now().checked_add(SignedDuration::from_millis(300)).unwrap();
    insert(&db, &delayed).await;
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, None, deaf());
    handler.runs.reach(1).await;
    assert!(clock.now() >= delayed.run_after);
    worker.stop().await;
}

#[tokio::test]
async fn a_job_is_not_begun_before_its_time() {
    let db = postgres::database().await;
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 1);
    let mut later = work(&clock);
    later.run_after = clock.now().checked_add(SignedDuration::from_hours(1)).unwrap();
    let later = insert(&db, &later).await;
    let now = insert(&db, &work(&clock)).await;
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, None, alert());
    reaches(&db, now, "done").await;
    clock.advance(SignedDuration::from_mins(59));
    let second = insert(&db, &work(&clock)).await;
    reaches(&db, second, "done").await;
    assert_eq!(handler.runs.of(later), 0);
    clock.advance(SignedDuration::from_mins(1));
    reaches(&db, later, "done").await;
    worker.stop().await;
}

#[tokio::test]
async fn kinds_of_another_version_are_left_alone() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let mut foreign = work(&clock);
    foreign.kind = "work.later".to_owned();
    let foreign = insert(&db, &foreign).await;
    let known = insert(&db, &work(&clock)).await;
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, None, alert());
    reaches(&db, known, "done").await;
    worker.stop().await;
    let foreign = status(&db, foreign).await;
    assert_eq!((foreign.state.as_str(), foreign.attempts), ("waiting", 0));
}

#[tokio::test]
async fn rows_that_others_hold_are_looked_at_again_without_a_sweep() {
    let (db, clock) = (postgres::database().await, Clock::system());
    insert(&db, &work(&clock)).await;
    // As another worker in the middle of claiming does.
    let mut tx = db.begin().await.unwrap();
    sqlx::query("select id from jobs for update").execute(&mut *tx).await.unwrap();
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, None, deaf());
    until("the third turn", async || worker.turns.load(Ordering::Relaxed) >= 3).await;
    assert_eq!(handler.runs.counts(), [0; 0]);
    tx.rollback().await.unwrap();
    handler.runs.reach(1).await;
    worker.stop().await;
}
