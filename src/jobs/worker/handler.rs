//! What a worker runs: the seam between the loop and the kinds of job.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::db::job::Claimed;
use crate::jobs::error::JobError;

/// Runs claimed jobs.
pub trait Handler: Send + Sync + 'static {
    /// The kinds it can run. Rows of other kinds are left for workers of another version.
    fn kinds(&self) -> Vec<String>;

    /// Runs one attempt. It may be run again after it succeeded (its worker died before that was
    /// recorded), so its effects are keyed by the job's id. A panic counts as a failed attempt.
    fn run(&self, job: &Claimed) -> impl Future<Output = Result<(), JobError>> + Send;

    /// An attempt that takes longer is cut off and tried again.
    fn time_limit(&self, _kind: &str) -> Duration {
        Duration::from_mins(5)
    }

    /// The jobs of the slots that `now` lies in. Slots that passed while nothing ran are not made up for.
    fn schedules(&self, _now: Timestamp) -> Vec<Scheduled> {
        Vec::new()
    }
}

/// A job that is run once a slot, however many workers there are.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    /// Names the schedule and the slot.
    pub once_key: String,
    /// The job's kind.
    pub kind: String,
    /// What its handler is told.
    pub payload: Value,
    /// After this many attempts it is dead.
    pub max_attempts: i32,
}
