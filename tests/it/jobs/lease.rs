//! Leases: held while a job runs, lost with its worker, and nothing recorded without one.

use std::sync::Arc;
use std::time::Duration;

use safeharbor::db::job;
use safeharbor::jobs::worker::Options;
use safeharbor::system::clock::Clock;
use tokio::sync::{Notify, oneshot};

use super::rig::{Scripted, alert, expire_leases, insert, reaches, start, status, until, work};
use crate::support::postgres;

#[tokio::test]
async fn a_job_of_a_crashed_worker_is_done_by_another() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let stuck = Scripted::new(|_| std::future::pending());
    let id = insert(&db, &work(&clock)).await;
    let crashing = start(&db, &clock, &stuck, None, alert());
    stuck.runs.reach(1).await;
    crashing.crash().await;
    assert_eq!(status(&db, id).await.state, "running", "a crash gives nothing back");

    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, None, alert());
    let other = insert(&db, &work(&clock)).await;
    reaches(&db, other, "done").await;
    assert_eq!(handler.runs.of(id), 0, "the lease still holds");
    expire_leases(&db).await;
    assert_eq!(reaches(&db, id, "done").await.attempts, 2);
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_takes_its_workers_down_with_it_ends_dead() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let stuck = Scripted::new(|_| std::future::pending());
    let id = insert(&db, &work(&clock)).await;
    for attempt in 1..=3 {
        let worker = start(&db, &clock, &stuck, None, alert());
        stuck.runs.reach(attempt).await;
        worker.crash().await;
        expire_leases(&db).await;
    }
    let worker = start(&db, &clock, &stuck, None, alert());
    let dead = reaches(&db, id, "dead").await;
    assert_eq!(dead.last_error.as_deref(), Some("the worker that ran it went away"));
    assert_eq!((dead.attempts, stuck.runs.of(id)), (3, 3));
    worker.stop().await;
}

#[tokio::test]
async fn the_lease_of_a_running_job_is_extended() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let handler = Scripted::new(|_| std::future::pending());
    let id = insert(&db, &work(&clock)).await;
    let options = Options { extend: Duration::from_millis(10), drain: Duration::ZERO, ..alert() };
    let worker = start(&db, &clock, &handler, None, options);
    handler.runs.reach(1).await;
    sqlx::query("update jobs set leased_until = now() + interval '10 seconds'")
        .execute(&db.pool)
        .await
        .unwrap();
    until("the lease holds for a minute again", async || {
        sqlx::query_scalar("select leased_until > now() + interval '50 seconds' from jobs where id = $1")
            .bind(id)
            .fetch_one(&db.pool)
            .await
            .unwrap()
    })
    .await;
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_records_nothing() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let go_on = Arc::new(Notify::new());
    let wait = go_on.clone();
    let handler = Scripted::new(move |_| {
        let wait = wait.clone();
        async move {
            wait.notified().await;
            Ok(())
        }
    });
    let id = insert(&db, &work(&clock)).await;
    // It neither sweeps nor extends while the test looks away, like a machine that was asleep.
    let worker = start(&db, &clock, &handler, None, super::rig::deaf());
    handler.runs.reach(1).await;
    expire_leases(&db).await;
    assert_eq!(job::reclaim(&db, clock.now(), "gone").await.unwrap(), 1);
    let kinds = ["work".to_owned()];
    let taken = std::sync::Mutex::new(Vec::new());
    // A row that anybody else looks at in this moment is passed over.
    until("another worker has it", async || {
        let other = job::claim(&db, "other", &kinds, 9, clock.now(), 60.0).await.unwrap();
        taken.lock().unwrap().extend(other.iter().map(|job| (job.id, job.attempt)));
        !taken.lock().unwrap().is_empty()
    })
    .await;
    assert_eq!(taken.into_inner().unwrap(), [(id, 2)]);

    go_on.notify_one();
    worker.stop().await;
    let still = status(&db, id).await;
    assert_eq!((still.state.as_str(), still.attempts, still.finished_at), ("running", 2, None));
    assert!(
        !job::complete(&db, "other", id, 1, clock.now()).await.unwrap(),
        "an older attempt is fenced off too"
    );
    assert!(job::complete(&db, "other", id, 2, clock.now()).await.unwrap());
    assert!(!job::complete(&db, "other", id, 2, clock.now()).await.unwrap(), "and nothing is recorded twice");
}

#[tokio::test]
async fn a_handler_is_cut_off_when_its_lease_is_lost() {
    struct TellWhenDropped(Option<oneshot::Sender<()>>);
    impl Drop for TellWhenDropped {
        fn drop(&mut self) {
            self.0.take().map(|tell| tell.send(()));
        }
    }

    let (db, clock) = (postgres::database().await, Clock::system());
    let (tell, dropped) = oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(TellWhenDropped(Some(tell)))));
    let handler = Scripted::new(move |_| {
        let guard = tell.lock().unwrap().take();
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    });
    let id = insert(&db, &work(&clock)).await;
    let options = Options { extend: Duration::from_millis(10), ..super::rig::deaf() };
    let worker = start(&db, &clock, &handler, None, options);
    handler.runs.reach(1).await;
    sqlx::query("update jobs set leased_by = 'other', attempts = 2").execute(&db.pool).await.unwrap();
    tokio::time::timeout(Duration::from_mins(1), dropped).await.unwrap().unwrap();
    worker.stop().await;
    assert_eq!(status(&db, id).await.state, "running", "it is the other's to finish");
}

#[tokio::test]
async fn rows_leased_to_nobodys_knowledge_are_given_back() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let (lost, kept) = (insert(&db, &work(&clock)).await, insert(&db, &work(&clock)).await);
    let claimed = job::claim(&db, "me", &["work".to_owned()], 9, clock.now(), 60.0).await.unwrap();
    assert_eq!(claimed.len(), 2);
    assert_eq!(job::give_back(&db, "me", &[kept]).await.unwrap(), 1);
    assert_eq!((status(&db, lost).await.state.as_str(), status(&db, lost).await.attempts), ("waiting", 0));
    assert_eq!(status(&db, kept).await.state, "running");
    assert_eq!(job::give_back(&db, "someone else", &[]).await.unwrap(), 0);
}
