//! A job as lists show it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::href;
use crate::db::job::list::Listed;
use crate::domain::dates::DateFormat;
use crate::domain::id::JobId;
use crate::jobs::label::label;
use crate::pages::parts::State;
use crate::pages::text;

/// A line of a list.
#[derive(Clone, Debug)]
pub struct JobRow {
    /// Its page.
    pub href: String,
    /// Its kind in words, with the title of its message.
    pub title: String,
    /// The address that it is for; may be empty.
    pub whom: String,
    /// The mark and the colour.
    pub state: State,
    /// The word beside them.
    pub word: &'static str,
    /// What is to be known beside it: when, how often it was tried.
    pub notes: Vec<String>,
    /// Why the last attempt failed; may be empty.
    pub error: String,
}

/// How times are written.
#[derive(Clone, Debug)]
pub struct Times {
    /// The household's zone.
    pub zone: TimeZone,
    /// The present.
    pub now: Timestamp,
    /// How the keeper reads dates.
    pub dates: DateFormat,
}

impl Times {
    /// The instant in words.
    pub fn when(&self, at: Timestamp) -> String {
        text::when(at, &self.zone, self.now, self.dates)
    }
}

/// Whether a job of this kind is there to send a mail or message, so that its end says whether one went out.
fn sends_mail(kind: &str) -> bool {
    kind.starts_with("mail.")
}

/// Where a job stands, as mark and word.
pub fn standing(job: &Listed) -> (State, &'static str) {
    match job.state.as_str() {
        _ if job.discarded => (State::Stale, "Discarded"),
        "dead" => (State::Act, "Failed"),
        "running" => (State::New, "Running"),
        "waiting" if job.last_error.is_some() => (State::Watch, "Waiting"),
        "waiting" => (State::New, "Waiting"),
        _ if job.sent_at.is_some() => (State::Ok, "Sent"),
        _ if sends_mail(&job.kind) => (State::Stale, "Nothing sent"),
        _ => (State::Ok, "Done"),
    }
}

/// What it is, in words: `Mail: test`, `Message to a keeper: 2 tasks are due`.
pub fn title(job: &Listed) -> String {
    match &job.title {
        Some(title) => format!("{}: {title}", label(&job.kind)),
        None => label(&job.kind).to_owned(),
    }
}

/// `tried once`, `tried 3 of 8 times`.
pub fn tries(job: &Listed) -> String {
    match job.attempts {
        0 => "not tried yet".to_owned(),
        tried => format!("tried {tried} of {} times", job.max_attempts),
    }
}

/// When it is tried next; empty when it is not.
pub fn next(job: &Listed, times: &Times) -> String {
    match job.state.as_str() {
        "waiting" if job.run_after <= times.now => "now, when a worker is free".to_owned(),
        "waiting" => times.when(job.run_after),
        _ => String::new(),
    }
}

/// A line of a list.
pub fn row(job: &Listed, times: &Times) -> JobRow {
    let (state, word) = standing(job);
    let mut notes = vec![format!("asked for {}", times.when(job.created_at))];
    let ended = job.sent_at.or(job.finished_at);
    match job.state.as_str() {
        "waiting" => notes.extend([tries(job), format!("next try {}", next(job, times))]),
        "running" => notes.push(tries(job)),
        _ => {
            notes.extend(ended.map(|at| format!("ended {}", times.when(at))));
            notes.push(tries(job));
        }
    }
    JobRow {
        href: href(JobId(job.id)),
        title: title(job),
        whom: job.whom.clone().unwrap_or_default(),
        state,
        word,
        notes,
        error: job.last_error.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
impl JobRow {
    pub(in crate::pages) fn samples() -> Vec<Self> {
        let row = |title: &str, state, word, error: &str| Self {
            href: href(JobId(uuid::Uuid::from_u128(1))),
            title: title.to_owned(),
            whom: format!("{}@example.org", "a".repeat(60)),
            state,
            word,
            notes: vec!["asked for today 12:00".to_owned(), "tried 3 of 12 times".to_owned()],
            error: error.to_owned(),
        };
        vec![
            row(
                "Mail: test",
                State::Act,
                "Failed",
                &format!("The mail server refused the mail ({}).", "x".repeat(450)),
            ),
            row(&format!("Message to a keeper: {}", "t".repeat(120)), State::Watch, "Waiting", "It broke."),
            row("Housekeeping", State::Ok, "Done", ""),
        ]
    }
}
