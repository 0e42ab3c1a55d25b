//! What this program's jobs need, and which function runs which kind.

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::backoff::Backoff;
use super::error::JobError;
use super::job::{Addressee, Job, KINDS};
use super::post::Poster;
use super::worker::{Handler, Scheduled};
use super::{
    alerts, channel, email_change, email_changed, housekeeping, invite, mail_test, password_changed,
    reminders, reset, second_factor, welcome,
};
use crate::db;
use crate::db::job::Claimed;
use crate::mail::{Letter, Mailer};
use crate::photos::Store;
use crate::proxy::PublicUrl;
use crate::system::clock::Clock;

/// How often recording that something was sent is tried while Postgres is away, some half a minute in all.
const NOTINGS: u32 = 10;

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
    /// The way out for channels that are posted to.
    pub poster: Poster,
}

impl Context {
    /// Sends a mail. Whether to try again is decided by what the mail server said.
    pub(super) async fn send(&self, id: Uuid, to: &Addressee, letter: &Letter) -> Result<(), JobError> {
        let Some(mailer) = &self.mailer else {
            return Err(JobError::fail(anyhow!("No mail server is set: give the worker SMTP_HOST.")));
        };
        mailer.send(id, &to.email, &to.name, letter).await.map_err(|error| {
            if error.is_permanent() { JobError::fail(error) } else { JobError::retry(error) }
        })?;
        self.sent(id, Some(&to.email)).await;
        Ok(())
    }

    /// Records that the other side took it, and so that the job is done. Call it at once: what dies between the answer
    /// and the commit of this is sent again. A record that cannot be made must not send it once more either.
    pub(super) async fn sent(&self, id: Uuid, to: Option<&str>) {
        for failures in 1..=NOTINGS {
            match db::job::sent(&self.pool, id, to, self.clock.now()).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, failures, "could not record that it was sent"),
            }
            tokio::time::sleep(Backoff::CONNECTIONS.draw(failures, &self.clock)).await;
        }
    }
}

impl Handler for Context {
    fn kinds(&self) -> Vec<String> {
        KINDS.map(str::to_owned).to_vec()
    }

    async fn run(&self, job: &Claimed) -> Result<(), JobError> {
        let parsed = Job::parse(&job.kind, &job.payload).map_err(JobError::fail)?;
        // Sent by a worker that had lost its lease before it could say so.
        if parsed.sends() && db::job::is_sent(&self.pool, job.id).await.map_err(JobError::retry)? {
            return Ok(());
        }
        match parsed {
            Job::Welcome(to) => welcome::run(self, job.id, &to).await,
            Job::MailTest(to) => mail_test::run(self, job.id, &to).await,
            Job::Invite(about) => invite::run(self, job.id, about.invite).await,
            Job::Reset(about) => reset::run(self, job.id, &about.email).await,
            Job::PasswordChanged(about) => password_changed::run(self, job.id, about.keeper).await,
            Job::SecondFactor(told) => second_factor::run(self, job.id, &told).await,
            Job::EmailChange(about) => email_change::run(self, job.id, about.request).await,
            Job::EmailChanged(was) => email_changed::run(self, job.id, was).await,
            Job::ToChannel(told) => channel::run(self, job.id, &told).await,
            Job::Housekeeping => housekeeping::run(&self.pool, &self.clock, &self.photos).await,
            Job::Alerts(about) => alerts::run(self, about.tank).await,
            Job::AlertsOfAll => alerts::run_all(self).await,
            Job::Reminders => reminders::run(self).await,
        }
    }

    fn schedules(&self, now: Timestamp) -> Vec<Scheduled> {
        let slots = [
            (Job::Housekeeping, housekeeping::slot(now)),
            (Job::AlertsOfAll, alerts::slot(now)),
            (Job::Reminders, reminders::slot(now)),
        ];
        slots
            .into_iter()
            .map(|(job, once_key)| Scheduled {
                once_key,
                kind: job.kind().to_owned(),
                payload: Value::Object(serde_json::Map::new()),
                max_attempts: job.max_attempts(),
            })
            .collect()
    }
}
