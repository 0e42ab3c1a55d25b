//! What this program's jobs need, and which function runs which kind.

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::error::JobError;
use super::job::{Addressee, Job, KINDS};
use super::worker::{Handler, Scheduled};
use super::{channel, housekeeping, invite, mail_test, password_changed, reset, welcome};
use crate::db::job::Claimed;
use crate::mail::{Letter, Mailer};
use crate::photos::Store;
use crate::proxy::PublicUrl;
use crate::system::clock::Clock;

/// What jobs are run with.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub pool: PgPool,
    /// Time and ids.
    pub clock: Clock,
    /// Where links lead.
    pub public_url: PublicUrl,
    /// Where the files of photos are.
    pub photos: Store,
    /// The way out for mails; `None` when no mail server is set.
    pub mailer: Option<Mailer>,
}

impl Context {
    /// Sends a mail. Whether to try again is decided by what the mail server said.
    pub(super) async fn send(&self, id: Uuid, to: &Addressee, letter: &Letter) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            return Err(JobError::fail(anyhow!("No mail server is set: give the worker SMTP_HOST.")));
        };
        mailer.send(id, &to.email, &to.name, letter).await.map_err(|error| {
            if error.is_permanent() { JobError::fail(error) } else { JobError::retry(error) }
        })
    }
}

impl Handler for Context {
    fn kinds(&self) -> Vec<String> {
        KINDS.map(str::to_owned).to_vec()
    }

    async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        match Job::parse(&job.kind, &job.payload).map_err(JobError::fail)? {
            Job::Welcome(to) => welcome::run(self, job.id, &to).await,
            Job::MailTest(to) => mail_test::run(self, job.id, &to).await,
            Job::Invite(about) => invite::run(self, job.id, about.invite).await,
            Job::Reset(about) => reset::run(self, job.id, &about.email).await,
            Job::PasswordChanged(about) => password_changed::run(self, job.id, about.keeper).await,
            Job::ToChannel(told) => channel::run(self, job.id, &told).await,
            Job::Housekeeping => housekeeping::run(&self.pool, &self.clock, &self.photos).await,
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
