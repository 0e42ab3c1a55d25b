//! A worker whose handler is a closure, and ways to wait for what it does.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use safeharbor::db::job::{self, Claimed, JobStatus, NewJob};
use safeharbor::jobs::JobError;
use safeharbor::jobs::backoff::Backoff;
use safeharbor::jobs::worker::{Handler, Hooks, Options, Scheduled, Worker};
use safeharbor::system::clock::Clock;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Far longer than anything here takes, so that what hangs fails with a name.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) type Outcome = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;

/// A handler of the kind `work` that counts its runs.
#[derive(Clone)]
pub(crate) struct Scripted {
    script: Arc<dyn Fn(Claimed) -> Outcome + Send + Sync>,
    schedule: Arc<dyn Fn(Timestamp) -> Vec<Scheduled> + Send + Sync>,
    limit: Duration,
    pub(crate) runs: Runs,
}

/// How often which job was begun.
#[derive(Clone, Default)]
pub(crate) struct Runs(Arc<watch::Sender<HashMap<Uuid, u32>>>);

impl Runs {
    /// Waits until so many runs were begun in all.
    pub(crate) async fn reach(&self, count: u32) {
        let mut runs = self.0.subscribe();
        timeout(PATIENCE, runs.wait_for(|runs| runs.values().sum::<u32>() >= count)).await.unwrap().unwrap();
    }

    pub(crate) fn counts(&self) -> Vec<u32> {
        self.0.borrow().values().copied().collect()
    }

    pub(crate) fn of(&self, id: Uuid) -> u32 {
        self.0.borrow().get(&id).copied().unwrap_or(0)
    }
}

impl Scripted {
    pub(crate) fn new<F>(script: impl Fn(Claimed) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        Self {
            script: Arc::new(move |job| Box::pin(script(job))),
            schedule: Arc::new(|_| Vec::new()),
            limit: PATIENCE,
            runs: Runs::default(),
        }
    }

    pub(crate) fn succeeding() -> Self {
        Self::new(|_| async { Ok(()) })
    }

    pub(crate) fn limited_to(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    pub(crate) fn with_schedule(
        mut self,
        schedule: impl Fn(Timestamp) -> Vec<Scheduled> + Send + Sync + 'static,
    ) -> Self {
        self.schedule = Arc::new(schedule);
        self
    }
}

impl Handler for Scripted {
    fn kinds(&self) -> Vec<String> {
        vec!["work".to_owned()]
    }

    async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        self.runs.0.send_modify(|runs| *runs.entry(job.id).or_default() += 1);
        (self.script)(job.clone()).await
    }

    fn time_limit(&self, _kind: &str) -> Duration {
        self.limit
    }

    fn schedules(&self, now: Timestamp) -> Vec<Scheduled> {
        (self.schedule)(now)
    }
}

/// A handler whose worker's turns are counted: each turn asks once for the schedules.
struct Watched<H>(H, Arc<AtomicU64>);

impl<H: Handler> Handler for Watched<H> {
    fn kinds(&self) -> Vec<String> {
        self.0.kinds()
    }

    async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        self.0.run(job).await
    }

    fn time_limit(&self, kind: &str) -> Duration {
        self.0.time_limit(kind)
    }

    fn schedules(&self, now: Timestamp) -> Vec<Scheduled> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.schedules(now)
    }
}

/// A worker that runs in the background.
pub(crate) struct Running {
    pub(crate) id: String,
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
    pub(crate) turns: Arc<AtomicU64>,
    pub(crate) pulses: Arc<AtomicU64>,
    pub(crate) statuses: Arc<Mutex<Vec<String>>>,
}

impl Running {
    /// Asks it to stop and waits for the end: all that it ran is recorded then.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }

    /// Takes it away as a crash would: nothing more is recorded, nothing given back.
    pub(crate) async fn crash(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// Options with which nothing but an event moves the worker: no sweep in the time a test takes.
pub(crate) fn deaf() -> Options {
    Options { sweep: Duration::from_hours(1), heartbeat: Duration::from_hours(1), ..Options::default() }
}

/// Options of a worker that looks often.
pub(crate) fn alert() -> Options {
    Options { sweep: Duration::from_millis(20), ..Options::default() }
}

/// A back-off that hardly waits.
pub(crate) const HASTY: Backoff = Backoff {
    first: Duration::from_millis(2),
    cap: Duration::from_millis(4),
    floor: Duration::from_millis(1),
};

pub(crate) fn start(
    pool: &PgPool,
    clock: &Clock,
    handler: &(impl Handler + Clone),
    redis: Option<&str>,
    options: Options,
) -> Running {
    let (turns, pulses): (Arc<AtomicU64>, Arc<AtomicU64>) = Default::default();
    let statuses: Arc<Mutex<Vec<String>>> = Arc::default();
    let (felt, said) = (pulses.clone(), statuses.clone());
    let hooks = Hooks {
        progress: Arc::new(move || {
            felt.fetch_add(1, Ordering::Relaxed);
        }),
        status: Arc::new(move |status| said.lock().unwrap().push(status.to_owned())),
    };
    let redis = redis.map(|url| redis::Client::open(url).unwrap());
    let handler = Watched(handler.clone(), turns.clone());
    let worker = Worker::new(pool.clone(), clock.clone(), handler, redis, options, hooks);
    let (id, stop) = (worker.id().to_owned(), CancellationToken::new());
    let task = tokio::spawn(worker.run(stop.clone()));
    Running { id, stop, task, turns, pulses, statuses }
}

/// A job of the kind `work`, not yet written.
pub(crate) fn work(clock: &Clock) -> NewJob {
    NewJob {
        id: clock.uuid(),
        kind: "work".to_owned(),
        payload: serde_json::json!({}),
        once_key: None,
        run_after: clock.now(),
        max_attempts: 3,
        created_at: clock.now(),
    }
}

pub(crate) async fn insert(pool: &PgPool, job: &NewJob) -> Uuid {
    assert!(job::insert(&mut pool.acquire().await.unwrap(), job).await.unwrap());
    job.id
}

pub(crate) async fn insert_many(pool: &PgPool, clock: &Clock, count: usize) {
    let mut tx = pool.begin().await.unwrap();
    for _ in 0..count {
        job::insert(&mut tx, &work(clock)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn status(pool: &PgPool, id: Uuid) -> JobStatus {
    job::status(pool, id).await.unwrap().unwrap()
}

/// Waits for a job to come into that state. The database tells nobody when a row changes, so this asks.
pub(crate) async fn reaches(pool: &PgPool, id: Uuid, state: &str) -> JobStatus {
    let asked = timeout(PATIENCE, async {
        loop {
            let status = status(pool, id).await;
            if status.state == state {
                return status;
            }
            sleep(Duration::from_millis(5)).await;
        }
    });
    if let Ok(status) = asked.await {
        return status;
    }
    panic!("not {state}: {:?}", status(pool, id).await)
}

/// Waits until `ready` says so, for what has no event of its own.
pub(crate) async fn until(what: &str, ready: impl AsyncFn() -> bool) {
    let asked = timeout(PATIENCE, async {
        while !ready().await {
            sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(asked.await.is_ok(), "waited in vain until {what}");
}

/// Lets every lease run out, as a minute without its worker would.
pub(crate) async fn expire_leases(pool: &PgPool) {
    sqlx::query("update jobs set leased_until = now() - interval '1 second' where state = 'running'")
        .execute(pool)
        .await
        .unwrap();
}
