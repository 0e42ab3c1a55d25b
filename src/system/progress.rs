//! Proof that the process gets on: the watchdog asks each part, and each part answers from within its own
//! loop. Nothing here waits for Postgres or Redis: their outage must show, not kill the web server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// The parts that are asked. Clones share one list.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    round: watch::Sender<u64>,
    answered: Notify,
    parts: Mutex<Vec<Arc<Part>>>,
    pool: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Part {
    name: &'static str,
    answered: AtomicU64,
}

impl Progress {
    /// An empty list.
    pub fn new() -> Self {
        let (round, _) = watch::channel(0);
        let (parts, pool) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { round, answered: Notify::new(), parts, pool }))
    }

    /// Adds a part. It is asked for as long as the returned pulse lives, and so must be answering by then.
    pub fn part(&self, name: &'static str) -> Pulse {
        let mut asked = self.0.round.subscribe();
        let now = *asked.borrow_and_update();
        let part = Arc::new(Part { name, answered: AtomicU64::new(now) });
        self.0.parts().push(Arc::clone(&part));
        Pulse { inner: Arc::clone(&self.0), part, asked }
    }

    /// Asks every part and the pool of blocking threads, and waits for their answers.
    ///
    /// # Errors
    /// The names of those that have not answered within `limit`.
    pub async fn ask(&self, limit: Duration) -> Result<(), Vec<&'static str>> {
        let until = Instant::now() + limit;
        let mut round = 0;
        self.0.round.send_modify(|asked| {
            *asked += 1;
            round = *asked;
        });
        let pool = timeout_at(until, self.0.ask_pool()).await;
        let parts = timeout_at(until, self.0.all_answered(round)).await;
        if pool.is_ok() && parts.is_ok() {
            return Ok(());
        }
        let mut silent = self.0.silent(round);
        if pool.is_err() {
            silent.push("blocking pool");
        }
        if silent.is_empty() { Ok(()) } else { Err(silent) }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Inner {
    fn parts(&self) -> MutexGuard<'_, Vec<Arc<Part>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn silent(&self, round: u64) -> Vec<&'static str> {
        let behind = |part: &&Arc<Part>| part.answered.load(Ordering::Acquire) < round;
        self.parts().iter().filter(behind).map(|part| part.name).collect()
    }

    async fn all_answered(&self, round: u64) {
        loop {
            let answer = self.answered.notified();
            if self.silent(round).is_empty() {
                return;
            }
            answer.await;
        }
    }

    /// Runs nothing on a blocking thread. While an earlier nothing is stuck it waits for that one, so that
    /// they do not pile up.
    async fn ask_pool(&self) {
        let earlier = self.pool.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut task = Returned { task: earlier, home: &self.pool };
        let running = task.task.get_or_insert_with(|| tokio::task::spawn_blocking(|| ()));
        // It cannot panic, and is cancelled only with the runtime.
        if running.await.is_err() {
            tracing::debug!("the runtime is shutting down");
        }
        task.task = None;
    }
}

/// A pool task that goes back home when the wait for it is given up.
struct Returned<'a> {
    task: Option<JoinHandle<()>>,
    home: &'a Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.task.take();
    }
}

/// One part's side: it answers from within the loop whose life it proves. Dropping it takes the part off
/// the list, as when it has ended in good order.
#[derive(Debug)]
pub struct Pulse {
    inner: Arc<Inner>,
    part: Arc<Part>,
    asked: watch::Receiver<u64>,
}

impl Pulse {
    /// Waits for the next question and answers it. One arm of the part's `select!`; safe to cancel.
    pub async fn answer(&mut self) {
        // The sender lives in `inner`, so this cannot fail.
        if self.asked.changed().await.is_ok() {
            self.answer_now();
        }
    }

    /// Answers what has been asked so far, for a loop that comes by often anyway.
    pub fn answer_now(&mut self) {
        let round = *self.asked.borrow_and_update();
        self.part.answered.store(round, Ordering::Release);
        self.inner.answered.notify_waiters();
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.inner.parts().retain(|part| !Arc::ptr_eq(part, &self.part));
        self.inner.answered.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn parts_that_answer_are_heard() {
        let progress = Progress::new();
        let (mut one, mut two) = (progress.part("one"), progress.part("two"));
        for _ in 0..3 {
            let (heard, (), ()) = tokio::join!(progress.ask(LONG), one.answer(), two.answer());
            assert_eq!(heard, Ok(()));
        }
    }

    #[tokio::test]
    async fn a_stuck_part_is_named_until_it_answers_or_ends() {
        let progress = Progress::new();
        let mut stuck = progress.part("stuck");
        let mut well = progress.part("well");
        let (heard, ()) = tokio::join!(progress.ask(SHORT), well.answer());
        assert_eq!(heard, Err(vec!["stuck"]));
        stuck.answer_now();
        let (heard, (), ()) = tokio::join!(progress.ask(LONG), well.answer(), stuck.answer());
        assert_eq!(heard, Ok(()));
        drop((stuck, well));
        assert_eq!(progress.ask(LONG).await, Ok(()));
    }

    #[test]
    fn a_full_blocking_pool_is_named() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            let progress = Progress::new();
            let (release, held) = std::sync::mpsc::channel::<()>();
            let busy = tokio::task::spawn_blocking(move || held.recv());
            assert_eq!(progress.ask(SHORT).await, Err(vec!["blocking pool"]));
            assert_eq!(progress.ask(SHORT).await, Err(vec!["blocking pool"]));
            release.send(()).unwrap();
            busy.await.unwrap().unwrap();
            assert_eq!(progress.ask(LONG).await, Ok(()));
        });
    }
}
