//! Redis or Postgres gone and back: no job lost, none done twice, nothing to restart.

use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::process::Signal;
use safeharbor::db::migrate;
use safeharbor::jobs::{Wake, eviction_warning, redis_ping};
use safeharbor::system::clock::Clock;
use secrecy::SecretString;
use sqlx::postgres::PgPoolOptions;

use super::rig::{Scripted, alert, deaf, insert, insert_many, reaches, start, until, work};
use crate::support::{postgres, redis};

#[tokio::test]
async fn jobs_queued_while_redis_is_stopped_are_done_once() {
    let (db, mut redis, clock) = (postgres::database().await, redis::own().await, Clock::system());
    let handler = Scripted::succeeding();
    let workers = [1, 2].map(|_| start(&db, &clock, &handler, Some(&redis.url()), alert()));
    let wake = Wake::start(&redis.url().into(), clock.clone()).unwrap();
    insert_many(&db, &clock, 50).await;
    wake.notify();
    redis.kill().await;
    for _ in 0..4 {
        insert_many(&db, &clock, 50).await;
        wake.notify();
    }
    handler.runs.reach(250).await;
    redis.start_again().await.unwrap();
    insert_many(&db, &clock, 50).await;
    wake.notify();
    handler.runs.reach(300).await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(handler.runs.counts(), vec![1; 300]);
}

#[tokio::test]
async fn jobs_queued_while_redis_hangs_are_done_once() {
    let (db, mut redis, clock) = (postgres::database().await, redis::own().await, Clock::system());
    let handler = Scripted::succeeding();
    let worker = start(&db, &clock, &handler, Some(&redis.url()), alert());
    let url = SecretString::from(redis.url());
    let wake = Wake::start(&url, clock.clone()).unwrap();
    redis.process().unwrap().signal(Signal::STOP);
    for _ in 0..4 {
        insert_many(&db, &clock, 50).await;
        wake.notify();
    }
    handler.runs.reach(200).await;
    redis_ping(&url, Duration::from_millis(100)).await.unwrap_err();
    redis.process().unwrap().signal(Signal::CONT);
    redis_ping(&url, Duration::from_mins(1)).await.unwrap();
    worker.stop().await;
    assert_eq!(handler.runs.counts(), vec![1; 200]);
}

#[tokio::test]
async fn wake_ups_come_through_again_after_a_restart_and_a_flush() {
    let (db, mut redis, clock) = (postgres::database().await, redis::own().await, Clock::system());
    let handler = Scripted::succeeding();
    // No sweep: only Redis can move this worker.
    let worker = start(&db, &clock, &handler, Some(&redis.url()), deaf());
    let wake = Wake::start(&redis.url().into(), clock.clone()).unwrap();
    insert(&db, &work(&clock)).await;
    wake.notify();
    handler.runs.reach(1).await;

    redis.stop().await.unwrap();
    insert(&db, &work(&clock)).await;
    wake.notify();
    redis.start_again().await.unwrap();
    // Coming back is itself a reason to look.
    handler.runs.reach(2).await;

    let client = ::redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    ::redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
    insert(&db, &work(&clock)).await;
    wake.notify();
    handler.runs.reach(3).await;
    worker.stop().await;
    assert_eq!(handler.runs.counts(), [1, 1, 1]);
}

#[tokio::test]
async fn the_stream_stays_short() {
    let (redis, clock) = (redis::own().await, Clock::system());
    let client = ::redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let length = async |connection: &mut ::redis::aio::MultiplexedConnection| -> usize {
        ::redis::cmd("XLEN").arg(safeharbor::jobs::redis::STREAM).query_async(connection).await.unwrap()
    };
    let wake = Wake::start(&redis.url().into(), clock).unwrap();
    // As other, busier processes would; one wake-up more trims it.
    let mut add = ::redis::pipe();
    for _ in 0..5_000 {
        add.cmd("XADD").arg(safeharbor::jobs::redis::STREAM).arg("*").arg("w").arg(1).ignore();
    }
    add.exec_async(&mut connection).await.unwrap();
    assert_eq!(length(&mut connection).await, 5_000);
    wake.notify();
    until("the stream is trimmed", async || length(&mut connection.clone()).await <= 1_200).await;
}

#[tokio::test]
async fn the_worker_outlives_postgres() {
    let mut server = postgres::own().await;
    server.ensure_database("jobs").await.unwrap();
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_secs(1))
        .connect(&server.url("jobs"))
        .await
        .unwrap();
    migrate::run(&pool, |_| {}).await.unwrap();
    let (clock, handler) = (Clock::system(), Scripted::succeeding());
    let worker = start(&pool, &clock, &handler, None, alert());
    let first = insert(&pool, &work(&clock)).await;
    reaches(&pool, first, "done").await;

    server.kill().await;
    let said = |text: &str| worker.statuses.lock().unwrap().iter().any(|status| status.contains(text));
    until("it says that Postgres is away", async || said("Postgres does not answer")).await;
    let pulses = worker.pulses.load(Ordering::Relaxed);
    until("it still reports progress", async || worker.pulses.load(Ordering::Relaxed) > pulses + 1).await;

    server.start_again().await.unwrap();
    until("it says that it works again", async || said("Working")).await;
    let second = insert(&pool, &work(&clock)).await;
    reaches(&pool, second, "done").await;
    worker.stop().await;
    assert_eq!(handler.runs.counts(), [1, 1]);
}

#[tokio::test]
async fn the_probe_sees_redis_come_and_go() {
    let mut redis = redis::own().await;
    let (url, within) = (SecretString::from(redis.url()), Duration::from_secs(20));
    redis_ping(&url, within).await.unwrap();
    assert_eq!(eviction_warning(&url, within).await.unwrap(), None);
    let client = ::redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut set = ::redis::cmd("CONFIG");
    set.arg("SET").arg("maxmemory-policy").arg("allkeys-lru");
    set.exec_async(&mut connection).await.unwrap();
    assert!(eviction_warning(&url, within).await.unwrap().unwrap().contains("allkeys-lru"));
    redis.kill().await;
    redis_ping(&url, within).await.unwrap_err();
    eviction_warning(&url, within).await.unwrap_err();
}
