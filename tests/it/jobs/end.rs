//! How an attempt ends: done, again later, dead; and how a worker stops.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use jiff::SignedDuration;
use safeharbor::db::job;
use safeharbor::jobs::JobError;
use safeharbor::jobs::worker::Options;
use safeharbor::system::clock::Clock;
use tokio::sync::Notify;

use super::rig::{HASTY, Scripted, alert, insert, reaches, start, status, work};
use crate::support::postgres;

#[tokio::test]
async fn a_failed_attempt_is_tried_again_within_its_window() {
    let db = postgres::database().await;
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 3);
    let handler = Scripted::new(|_| async { Err(JobError::retry(anyhow!("no luck\nat all"))) });
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, alert());
    handler.runs.reach(1).await;
    worker.stop().await;
    let first = status(&db, id).await;
    assert_eq!((first.state.as_str(), first.attempts), ("waiting", 1));
    assert_eq!(first.last_error.as_deref(), Some("no luck at all"));
    let wait = first.run_after.duration_since(clock.now());
    assert!(wait >= SignedDuration::from_secs(1) && wait <= SignedDuration::from_secs(30), "{wait}");

    clock.advance(SignedDuration::from_secs(30));
    let worker = start(&db, &clock, &handler, None, alert());
    handler.runs.reach(2).await;
    worker.stop().await;
    let second = status(&db, id).await;
    assert_eq!((second.state.as_str(), second.attempts), ("waiting", 2));
    let wait = second.run_after.duration_since(clock.now());
    assert!(wait >= SignedDuration::from_secs(1) && wait <= SignedDuration::from_secs(60), "{wait}");
}

#[tokio::test]
async fn a_job_is_dead_after_its_last_attempt_and_can_be_run_again() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|job| async move {
        if job.attempt <= 3 && job.payload["works"].is_null() {
            return Err(JobError::retry(anyhow!("failed {}", job.attempt)));
        }
        Ok(())
    });
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, Options { backoff: HASTY, ..alert() });
    let dead = reaches(&db, id, "dead").await;
    assert_eq!((dead.attempts, handler.runs.of(id)), (3, 3));
    assert_eq!(dead.last_error.as_deref(), Some("failed 3"));
    assert!(dead.finished_at.is_some());

    sqlx::query(r#"update jobs set payload = '{"works": true}'"#).execute(&db.pool).await.unwrap();
    let mut conn = db.acquire().await.unwrap();
    assert!(job::run_again(&mut conn, id, clock.now()).await.unwrap());
    let done = reaches(&db, id, "done").await;
    assert_eq!((done.attempts, done.last_error), (1, None));
    assert!(!job::run_again(&mut conn, id, clock.now()).await.unwrap(), "what is done stays done");
    worker.stop().await;
}

#[tokio::test]
async fn a_permanent_failure_is_dead_at_once() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|_| async { Err(JobError::fail(anyhow!("\0 never"))) });
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, alert());
    let dead = reaches(&db, id, "dead").await;
    assert_eq!((dead.attempts, dead.last_error.as_deref()), (1, Some("never")));
    worker.stop().await;
}

#[tokio::test]
async fn a_panic_is_one_failed_attempt_and_the_worker_goes_on() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|job| async move {
        assert!(job.attempt > 1, "first try of {}", job.kind);
        Ok(())
    });
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, Options { slots: 1, ..alert() });
    handler.runs.reach(1).await;
    let failed = reaches(&db, id, "waiting").await;
    assert_eq!((failed.attempts, failed.last_error.as_deref()), (1, Some("panicked: first try of work")));
    sqlx::query("update jobs set run_after = now()").execute(&db.pool).await.unwrap();
    assert_eq!(reaches(&db, id, "done").await.attempts, 2);
    worker.stop().await;
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_cut_off_and_tried_again() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|job| async move {
        if job.attempt == 1 {
            std::future::pending::<()>().await;
        }
        Ok(())
    });
    let handler = handler.limited_to(Duration::from_secs(1));
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, Options { slots: 1, ..alert() });
    handler.runs.reach(1).await;
    let failed = reaches(&db, id, "waiting").await;
    assert_eq!(failed.last_error.as_deref(), Some("not done after 1 s, cut off"));
    sqlx::query("update jobs set run_after = now()").execute(&db.pool).await.unwrap();
    assert_eq!(reaches(&db, id, "done").await.attempts, 2);
    worker.stop().await;
}

#[tokio::test]
async fn a_stop_lets_running_jobs_finish_and_begins_no_other() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (begun.clone(), go_on.clone());
    let handler = Scripted::new(move |_| {
        let (tell, wait) = (tell.clone(), wait.clone());
        async move {
            tell.notify_one();
            wait.notified().await;
            Ok(())
        }
    });
    let first = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, Options { slots: 1, ..alert() });
    begun.notified().await;
    let second = insert(&db, &work(&clock)).await;
    let seen: i64 = sqlx::query_scalar("select count(*) from workers where id = $1")
        .bind(&worker.id)
        .fetch_one(&db.pool)
        .await
        .unwrap();
    assert_eq!(seen, 1);
    worker.stop.cancel();
    go_on.notify_one();
    worker.task.await.unwrap();
    assert_eq!(status(&db, first).await.state, "done");
    assert_eq!((status(&db, second).await.state.as_str(), handler.runs.of(second)), ("waiting", 0));
    assert_eq!(safeharbor::db::worker::last_seen(&db).await.unwrap(), None, "the worker signed off");
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_given_back_uncounted() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|_| std::future::pending());
    let id = insert(&db, &work(&clock)).await;
    let worker = start(&db, &clock, &handler, None, Options { drain: Duration::from_millis(1), ..alert() });
    handler.runs.reach(1).await;
    worker.stop().await;
    let given_back = status(&db, id).await;
    assert_eq!((given_back.state.as_str(), given_back.attempts), ("waiting", 0));
}
