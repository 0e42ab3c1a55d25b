//! `GET /settings/jobs/{id}`: one job, all of it but what its links would open.

use askama::Template;
use axum::response::Response;

use super::row::{Times, next, standing, title, tries};
use super::{AtJob, href};
use crate::db;
use crate::db::job::list::Listed;
use crate::domain::id::JobId;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::mail::explain::explain;
use crate::pages::parts::{Fact, State};
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "job/show.html")]
pub struct JobPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What it is.
    pub title: String,
    /// The mark and the colour.
    pub state: State,
    /// The word beside them.
    pub word: &'static str,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// Why the last attempt failed, in full; may be empty.
    pub error: String,
    /// What to do about it; may be empty.
    pub advice: &'static str,
    /// Its address, below which the buttons post.
    pub href: String,
    /// What the button says that tries it again; empty when it cannot be.
    pub again: &'static str,
    /// Whether it was thrown away and can be taken back.
    pub discarded: bool,
}

fn facts(job: &Listed, times: &Times) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let later = |label: &str, at: Option<jiff::Timestamp>| at.map(|at| fact(label, times.when(at)));
    let mut facts = Vec::new();
    facts.extend(job.whom.clone().map(|whom| fact("For", whom)));
    facts.push(fact("Asked for", times.when(job.created_at)));
    facts.push(fact("Attempts", tries(job)));
    let next = next(job, times);
    if !next.is_empty() {
        facts.push(fact("Next try", next));
    }
    facts.extend(later("Taken by the server", job.sent_at));
    facts.extend(later("Ended", job.finished_at));
    facts.push(fact("Kind", job.kind.clone()));
    facts.extend(job.once_key.clone().map(|key| fact("Occasion", key)));
    facts.push(fact("Number", job.id.to_string()));
    facts
}

impl JobPage {
    fn new(shell: Shell, job: &Listed, times: &Times) -> Self {
        let (state, word) = standing(job);
        Self {
            shell,
            title: title(job),
            state,
            word,
            facts: facts(job, times),
            error: job.last_error.clone().unwrap_or_default(),
            advice: job.last_error.as_deref().and_then(explain).map_or("", |trouble| trouble.advice()),
            href: href(JobId(job.id)),
            again: match job.state.as_str() {
                "dead" => "Run again now",
                "waiting" => "Try now",
                _ => "",
            },
            discarded: job.discarded,
        }
    }
}

/// Shows the job.
///
/// # Errors
/// For keepers who are no owners, when there is no such job, or when the database does not answer.
pub async fn handle(visit: Visit, _owner: Owner, at: AtJob) -> Result<Response, Error> {
    let app = &visit.app;
    let times = Times { zone: home(app), now: app.clock.now(), dates: visit.dates() };
    let job = db::job::list::find(&mut *app.connection().await?, at.0.0).await?.ok_or(Error::NotFound)?;
    visit.page(&JobPage::new(visit.shell("settings"), &job, &times))
}

#[cfg(test)]
impl JobPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let times =
            Times { zone: jiff::tz::TimeZone::UTC, now, dates: crate::domain::dates::DateFormat::default() };
        let failed = Listed {
            id: uuid::Uuid::from_u128(1),
            kind: "mail.test".to_owned(),
            state: "dead".to_owned(),
            discarded: false,
            attempts: 5,
            max_attempts: 5,
            last_error: Some(format!("The mail server x refused the mail (550 {}).", "no ".repeat(150))),
            run_after: now,
            created_at: now,
            finished_at: Some(now),
            sent_at: None,
            whom: Some(format!("{}@example.org", "a".repeat(60))),
            title: None,
            once_key: None,
        };
        let waiting = Listed {
            state: "waiting".to_owned(),
            title: Some("t".repeat(200)),
            finished_at: None,
            ..failed.clone()
        };
        let discarded = Listed { state: "done".to_owned(), discarded: true, ..failed.clone() };
        let sent = Listed {
            state: "done".to_owned(),
            last_error: None,
            sent_at: Some(now),
            once_key: Some("k".repeat(120)),
            ..failed.clone()
        };
        [("failed", failed), ("waiting", waiting), ("discarded", discarded), ("sent", sent)]
            .map(|(name, job)| (format!("job-{name}"), Self::new(Shell::sample("settings"), &job, &times)))
            .to_vec()
    }
}
