//! Schedules: once a slot, however many workers there are and however long none was.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use safeharbor::jobs::worker::Scheduled;
use safeharbor::system::clock::Clock;
use sqlx::PgPool;

use super::rig::{Scripted, alert, start, until};
use crate::support::postgres;

fn hourly(now: Timestamp) -> Vec<Scheduled> {
    vec![Scheduled {
        once_key: now.strftime("hourly:%Y-%m-%dT%H").to_string(),
        kind: "work".to_owned(),
        payload: serde_json::json!({}),
        max_attempts: 3,
    }]
}

async fn keys(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select once_key from jobs order by once_key").fetch_all(pool).await.unwrap()
}

#[tokio::test]
async fn four_workers_run_a_slot_once_and_missed_slots_are_not_made_up_for() {
    let db = postgres::database().await;
    let clock = Clock::fixed("2026-11-23T12:34:00Z".parse().unwrap(), 1);
    let handler = Scripted::succeeding().with_schedule(hourly);
    let workers = [1, 2, 3, 4].map(|_| start(&db, &clock, &handler, None, alert()));
    let all_turned = async || {
        let turns: Vec<_> = workers.iter().map(|worker| worker.turns.load(Ordering::Relaxed)).collect();
        until("every worker had two more turns", async || {
            workers
                .iter()
                .zip(&turns)
                .all(|(worker, before)| worker.turns.load(Ordering::Relaxed) >= before + 2)
        })
        .await;
    };
    all_turned().await;
    handler.runs.reach(1).await;
    assert_eq!(keys(&db).await, ["hourly:2026-11-23T12"]);

    clock.advance(SignedDuration::from_mins(30));
    all_turned().await;
    handler.runs.reach(2).await;
    assert_eq!(keys(&db).await, ["hourly:2026-11-23T12", "hourly:2026-11-23T13"]);

    clock.advance(SignedDuration::from_hours(100));
    all_turned().await;
    handler.runs.reach(3).await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(keys(&db).await, ["hourly:2026-11-23T12", "hourly:2026-11-23T13", "hourly:2026-11-27T17"]);
    assert_eq!(handler.runs.counts(), [1, 1, 1]);
}
