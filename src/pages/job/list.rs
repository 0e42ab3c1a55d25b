//! `GET /settings/jobs`: whether background work is done, and the jobs themselves.

use std::time::Duration;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use jiff::{SignedDuration, Timestamp};

use super::row::{JobRow, Times, row};
use crate::db;
use crate::db::job::Backlog;
use crate::db::worker::Seen;
use crate::domain::cursor::Cursor;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::jobs;
use crate::jobs::housekeeping::JOB_DAYS;
use crate::jobs::worker::Options;
use crate::pages::parts::{Fact, Pick, State};
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How long Redis may take to answer.
const WITHIN: Duration = Duration::from_secs(1);
/// A worker that has not shown itself for so long is gone: it does every twenty seconds.
const GONE: SignedDuration = SignedDuration::from_secs(90);

/// The states to choose from: as the row has it, and in words.
const STATES: [(&str, &str); 4] =
    [("dead", "Failed"), ("waiting", "Waiting"), ("running", "Running"), ("done", "Done")];

/// Something that background work needs, and how it is.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// The same in a word.
    pub word: &'static str,
    /// What that means.
    pub text: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "job/list.html")]
pub struct JobsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The workers and Redis.
    pub parts: Vec<Part>,
    /// How many jobs are in which state.
    pub counts: Vec<Fact>,
    /// The states to choose from.
    pub shows: Vec<Pick>,
    /// The jobs of the chosen state.
    pub rows: Vec<JobRow>,
    /// The page of newer jobs; may be empty.
    pub newer: String,
    /// The page of older jobs; may be empty.
    pub older: String,
    /// For how many days jobs that have ended are kept.
    pub days: i64,
}

fn address(state: &str, at: Option<Cursor>) -> String {
    match at {
        Some(at) => format!("/settings/jobs?state={state}&at={at}"),
        None => format!("/settings/jobs?state={state}"),
    }
}

/// How the workers are.
fn workers(seen: &[Seen], now: Timestamp) -> Part {
    let name = "Worker";
    let there = seen.iter().filter(|worker| now.duration_since(worker.seen_at) <= GONE).count();
    let ago = |worker: &Seen| text::count(now.duration_since(worker.seen_at).as_secs().max(0), "second");
    match seen.first() {
        Some(last) if there > 0 => {
            let count = text::count(i64::try_from(there).unwrap_or(i64::MAX), "worker");
            Part { name, state: State::Ok, word: "Running", text: format!("{count}, last seen {} ago.", ago(last)) }
        }
        Some(last) => Part {
            name,
            state: State::Act,
            word: "Not running",
            text: format!(
                "Last seen {} minutes ago. Jobs wait until a worker runs again: is safeharbor-worker started?",
                now.duration_since(last.seen_at).as_secs() / 60
            ),
        },
        None => Part {
            name,
            state: State::Act,
            word: "Not running",
            text: "None has shown itself in the last day. Jobs wait until one runs: is safeharbor-worker started?"
                .to_owned(),
        },
    }
}

/// How Redis is, as this process sees it. Nothing is lost without it.
fn redis(reachable: bool, lost_since: Option<String>) -> Part {
    let name = "Redis";
    if reachable {
        return Part { name, state: State::Ok, word: "Reachable", text: "Jobs start at once.".to_owned() };
    }
    let since = lost_since.map(|since| format!(" since {since}")).unwrap_or_default();
    let within = text::count(i64::try_from(Options::default().sweep.as_secs()).unwrap_or(i64::MAX), "second");
    Part {
        name,
        state: State::Watch,
        word: "Not reachable",
        text: format!(
            "Not reachable{since}: jobs start within {within}, when the worker looks by itself. None is lost."
        ),
    }
}

fn counts(backlog: &Backlog, times: &Times) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value };
    let due = match backlog.oldest_due {
        Some(oldest) => format!("{}, the oldest since {}", backlog.due, times.when(oldest)),
        None => backlog.due.to_string(),
    };
    vec![
        fact("Due", due),
        fact("For later", backlog.delayed.to_string()),
        fact("Running", backlog.running.to_string()),
        fact("Failed", backlog.dead.to_string()),
    ]
}

/// Shows how background work goes: `state` is one of the states, `at` a place in the list. Without a known state what
/// failed comes first, then what waits, then what is done.
///
/// # Errors
/// For keepers who are no owners, or when the database does not answer.
pub async fn handle(
    visit: Visit,
    _owner: Owner,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let (typed, app) = (Typed(asked), &visit.app);
    let times = Times { zone: home(app), now: app.clock.now(), dates: visit.dates() };
    let reachable = jobs::redis_ping(&app.settings.redis_url, WITHIN).await.is_ok();
    let backlog = db::job::backlog(&app.pool, times.now).await?;
    let mut db = app.connection().await?;
    let seen = db::worker::list(&mut db).await?;
    let state = STATES.iter().map(|(state, _)| *state).find(|state| *state == typed.get("state"));
    let state = state.unwrap_or(match backlog {
        Backlog { dead: 1.., .. } => "dead",
        Backlog { due: 1.., .. } | Backlog { delayed: 1.., .. } => "waiting",
        _ => "done",
    });
    let from: Option<Cursor> = typed.get("at").parse().ok();
    let page = db::job::list::in_state(&mut db, state, from).await?;
    drop(db);
    let link = |at: Option<Cursor>| at.map(|at| address(state, Some(at))).unwrap_or_default();
    let pick = |(one, label): (&str, &str)| Pick {
        href: address(one, None),
        label: label.to_owned(),
        chosen: one == state,
    };
    visit.page(&JobsPage {
        shell: visit.shell("settings"),
        parts: vec![
            workers(&seen, times.now),
            redis(reachable, app.wake.failing_since().map(|at| times.when(at))),
        ],
        counts: counts(&backlog, &times),
        shows: STATES.map(pick).to_vec(),
        rows: page.rows.iter().map(|job| row(job, &times)).collect(),
        newer: link(page.newer),
        older: link(page.older),
        days: JOB_DAYS,
    })
}

#[cfg(test)]
impl JobsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        let times =
            Times { zone: jiff::tz::TimeZone::UTC, now, dates: crate::domain::dates::DateFormat::default() };
        let seen = |ago| Seen { started_at: now, seen_at: now - SignedDuration::from_secs(ago) };
        let backlog = Backlog { due: 3, delayed: 12, running: 4, dead: 1_204, oldest_due: Some(now) };
        let page = Self {
            shell: Shell::sample("settings"),
            parts: vec![workers(&[seen(3), seen(5)], now), redis(true, None)],
            counts: counts(&backlog, &times),
            shows: STATES
                .map(|(state, label)| Pick {
                    href: address(state, None),
                    label: label.to_owned(),
                    chosen: state == "dead",
                })
                .to_vec(),
            rows: JobRow::samples(),
            newer: String::new(),
            older: "/settings/jobs?state=dead&at=o1".to_owned(),
            days: JOB_DAYS,
        };
        let mut empty = page.clone();
        empty.parts = vec![workers(&[], now), redis(false, Some("today 11:02".to_owned()))];
        empty.rows.clear();
        empty.older.clear();
        let mut gone = empty.clone();
        gone.parts[0] = workers(&[seen(600)], now);
        vec![("jobs".to_owned(), page), ("jobs-empty".to_owned(), empty), ("jobs-no-worker".to_owned(), gone)]
    }
}
