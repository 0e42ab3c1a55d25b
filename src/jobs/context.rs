//! What this program's jobs need, and which function runs which kind.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgPool;

use super::error::JobError;
use super::housekeeping;
use super::job::{Job, KINDS};
use super::worker::{Handler, Scheduled};
use crate::db::job::Claimed;
use crate::system::clock::Clock;

/// What jobs are run with.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub pool: PgPool,
    /// Time and ids.
    pub clock: Clock,
}

impl Handler for Context {
    fn kinds(&self) -> Vec<String> {
        KINDS.map(str::to_owned).to_vec()
    }

    async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        match Job::parse(&job.kind, &job.payload).map_err(JobError::fail)? {
            Job::Welcome(_) | Job::MailTest(_) => Err(JobError::fail(anyhow::anyhow!("not yet"))),
            Job::Housekeeping => housekeeping::run(&self.pool, &self.clock).await,
        }
    }

    fn schedules(&self, now: Timestamp) -> Vec<Scheduled> {
        let job = Job::Housekeeping;
        vec![Scheduled {
            once_key: housekeeping::slot(now),
            kind: job.kind().to_owned(),
            payload: Value::Object(serde_json::Map::new()),
            max_attempts: job.max_attempts(),
        }]
    }
}
