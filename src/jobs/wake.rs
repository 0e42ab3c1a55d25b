//! Telling the workers that there is work, without ever making a page wait for Redis.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use secrecy::SecretString;
use tokio::sync::mpsc;

use super::backoff::Backoff;
use super::redis::{STREAM, open};
use crate::system::clock::Clock;

/// How long a wake-up may take to get to Redis before it is dropped.
const WITHIN: Duration = Duration::from_secs(2);

/// Entries kept on the stream, more or less. They say nothing but "look", so the newest is enough.
const KEEP: usize = 1_000;

/// Wakes the workers. Clones share one background task and one connection.
#[derive(Clone, Debug)]
pub struct Wake {
    sender: Option<mpsc::Sender<()>>,
    /// Since when no wake-up got through.
    failing: Option<Failing>,
}

/// Since when nothing gets through, if it does not: one for all clones.
type Failing = Arc<Mutex<Option<Timestamp>>>;

impl Wake {
    /// Starts the background task. It ends when the last clone is dropped. Must be called inside a runtime.
    ///
    /// # Errors
    /// When the address cannot be understood. Whether Redis answers does not matter.
    pub fn start(url: &SecretString, clock: Clock) -> Result<Self> {
        let client = open(url)?;
        // One place: a wake-up that waits stands for all that come meanwhile.
        let (sender, receiver) = mpsc::channel(1);
        let failing = Failing::default();
        tokio::spawn(forward(client, receiver, clock, failing.clone()));
        Ok(Self { sender: Some(sender), failing: Some(failing) })
    }

    /// A wake that wakes nobody, for verbs and tests without Redis: the workers' sweep finds the rows.
    pub const fn off() -> Self {
        Self { sender: None, failing: None }
    }

    /// Says that there may be work. Call it after the commit. Never waits, never fails.
    pub fn notify(&self) {
        if let Some(sender) = &self.sender {
            // Full: one is waiting to be sent and will do for this too. Closed: the process is ending.
            let _coalesced = sender.try_send(());
        }
    }

    /// Since when wake-ups do not get through; none while the last one did.
    pub fn failing_since(&self) -> Option<Timestamp> {
        *self.failing.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn forward(client: redis::Client, mut wakes: mpsc::Receiver<()>, clock: Clock, failing: Failing) {
    let mut manager = None;
    let mut failures = 0;
    while wakes.recv().await.is_some() {
        match send(&client, &mut manager).await {
            Ok(()) => {
                failures = 0;
                *failing.lock().unwrap_or_else(PoisonError::into_inner) = None;
            }
            Err(error) => {
                // A fresh one next time: a manager keeps the error of a handshake that failed for
                // another reason than input and output (LOADING after a restart).
                manager = None;
                failures += 1;
                failing.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(clock.now());
                metrics::counter!("safeharbor_wakeups_dropped_total").increment(1);
                tracing::debug!(error = %format!("{error:#}"), failures, "a wake-up was dropped");
                tokio::time::sleep(Backoff::CONNECTIONS.draw(failures, &clock)).await;
            }
        }
    }
}

async fn send(client: &redis::Client, manager: &mut Option<ConnectionManager>) -> Result<()> {
    let manager = match manager {
        Some(manager) => manager,
        None => manager.insert(
            client.get_connection_manager_lazy(
                ConnectionManagerConfig::new()
                    .set_number_of_retries(1)
                    .set_connection_timeout(Some(WITHIN))
                    .set_response_timeout(Some(WITHIN)),
            )?,
        ),
    };
    let mut add = redis::cmd("XADD");
    add.arg(STREAM).arg("MAXLEN").arg("~").arg(KEEP).arg("*").arg("w").arg(1);
    tokio::time::timeout(WITHIN, add.query_async::<()>(manager)).await??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_redis_nothing_waits_and_nothing_fails() {
        let url = SecretString::from("unix:///nonexistent/redis.sock");
        let wake = Wake::start(&url, Clock::system()).unwrap();
        // No await between them: the task cannot drain its one place meanwhile.
        for _ in 0..100_000 {
            wake.notify();
        }
        Wake::off().notify();
    }

    #[tokio::test]
    async fn it_is_known_since_when_nothing_gets_through() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let url = SecretString::from("unix:///nonexistent/redis.sock");
        let wake = Wake::start(&url, Clock::fixed(now, 1)).unwrap();
        assert_eq!(wake.failing_since(), None);
        wake.notify();
        let known = tokio::time::timeout(Duration::from_secs(20), async {
            while wake.failing_since().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        known.await.unwrap();
        assert_eq!(wake.failing_since(), Some(now));
    }

    #[tokio::test]
    async fn a_bad_address_is_told_at_once() {
        assert!(Wake::start(&SecretString::from("::"), Clock::system()).is_err());
    }
}
