//! `GET /tasks/{id}`: where a task stands, what can be done with it, and what was.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use sqlx::PgConnection;

use super::due::{self, DueRow};
use super::{AtTask, home, href, often, zone_in_words};
use crate::db;
use crate::db::task::{Event, EventKind, Task};
use crate::domain::cursor::Cursor;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::task::Snooze;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::care;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::tank::href as tank_href;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How many lines of history a page has.
const HISTORY: usize = 20;

/// A line of the history.
#[derive(Clone, Debug)]
pub struct TaskEvent {
    /// `Done`, `Skipped`, `Put off until tomorrow 09:00`.
    pub what: String,
    /// The day it was due.
    pub due: String,
    /// When, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who; may be empty.
    pub by: String,
    /// What was logged; may be empty.
    pub care_href: String,
    /// Was it taken back?
    pub undone: bool,
    /// Takes it back; empty when that cannot be done any more.
    pub undo: String,
}

/// Whether a task is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is due as it says.
    Live,
    /// It rests.
    Paused,
    /// It is put away.
    Archived,
    /// Its tank was taken down.
    TankDown,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "task/show.html")]
pub struct TaskPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The task as a line.
    pub task: DueRow,
    /// Whether it is live.
    pub life: Life,
    /// How often, what it logs, where.
    pub facts: Vec<Fact>,
    /// The notes, a paragraph each.
    pub notes: Vec<String>,
    /// When it was done, if not now.
    pub done_at: Field,
    /// The zone of that, for the script.
    pub zone: String,
    /// For how long it is put off.
    pub snooze: Field,
    /// The choices.
    pub snoozes: Vec<Choice>,
    /// What is wrong with the page's forms as a whole.
    pub error: Option<String>,
    /// Ids for the page's other forms.
    pub form_ids: [String; 3],
    /// What was done with it, the newest first.
    pub history: Vec<TaskEvent>,
    /// The page of newer lines; may be empty.
    pub newer: String,
    /// The page of older lines; may be empty.
    pub older: String,
}

impl TaskPage {
    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain(self.done_at.problem()).chain(self.snooze.problem()).collect()
    }
}

/// The page of a task, with what was typed into its forms and what is wrong with that.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    visit: &Visit,
    db: &mut PgConnection,
    task: &Task,
    from: Option<Cursor>,
    (typed, errors): (&Typed, &FieldErrors),
) -> Result<TaskPage, Error> {
    let (app, now) = (&visit.app, visit.app.clock.now());
    let home = home(app);
    let zone = task.zone(&home);
    let events = db::task::history(db, task.id, from, HISTORY).await?;
    let place = |cursor: Option<Cursor>| {
        cursor.map(|cursor| format!("{}?at={cursor}#history-title", href(task.id))).unwrap_or_default()
    };
    let (newer, older) = (place(events.newer), place(events.older));
    let last =
        events.rows.iter().find(|event| !event.undone).filter(|_| from.is_none()).map(|event| event.id);
    let mut facts = vec![Fact { label: "How often".to_owned(), value: often(&task.schedule) }];
    if let Some(care) = &task.care {
        facts.push(Fact { label: "Logs when done".to_owned(), value: care.summary() });
    }
    facts.push(Fact { label: "Times are those of".to_owned(), value: zone_in_words(visit, zone) });
    let typed_or = |name: &str, default: String| match typed.get(name) {
        "" => default,
        typed => typed.to_owned(),
    };
    let life = match task {
        task if task.archived_at.is_some() => Life::Archived,
        task if task.paused_at.is_some() => Life::Paused,
        task if task.tank_is_down => Life::TankDown,
        _ => Life::Live,
    };
    let shown = |event: &Event| history_line(visit, task, event, last == Some(event.id));
    Ok(TaskPage {
        shell: visit.shell("tasks"),
        task: due::row(visit, task, true),
        life,
        facts,
        notes: paragraphs(task.notes.as_deref()),
        done_at: Field {
            kind: "datetime-local",
            ..Field::text("done_at", "Done at")
                .with(typed_or("done_at", zone::field_value(now, zone)))
                .failing(errors.on("done_at"))
        },
        zone: zone::name(zone).to_owned(),
        snooze: Field::text("for", "Put it off for")
            .with(typed_or("for", Snooze::Days(1).code()))
            .failing(errors.on("for")),
        snoozes: Snooze::ALL.map(|snooze| Choice::new(snooze.code(), snooze.label())).to_vec(),
        error: errors.on(FORM).map(str::to_owned),
        form_ids: std::array::from_fn(|_| app.clock.uuid().to_string()),
        history: events.rows.iter().map(shown).collect(),
        newer,
        older,
    })
}

fn paragraphs(notes: Option<&str>) -> Vec<String> {
    notes
        .unwrap_or_default()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn history_line(visit: &Visit, task: &Task, event: &Event, can_undo: bool) -> TaskEvent {
    let (now, dates) = (visit.app.clock.now(), visit.dates());
    let home = home(&visit.app);
    let zone = task.zone(&home);
    TaskEvent {
        what: match event.kind {
            EventKind::Done => "Done".to_owned(),
            EventKind::Skipped => "Skipped".to_owned(),
            EventKind::Snoozed(until) => format!("Put off until {}", text::when(until, zone, now, dates)),
        },
        due: dates.day(event.due_on),
        when: text::when(event.at, zone, now, dates),
        iso: event.at.to_string(),
        by: event.by.clone().unwrap_or_default(),
        care_href: event.care.filter(|_| !event.undone).map(care::href).unwrap_or_default(),
        undone: event.undone,
        undo: if can_undo { format!("{}/undo/{}", href(task.id), event.id) } else { String::new() },
    }
}

/// Shows a task.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTask,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let task = at.find(&mut db).await?;
    let from = Typed(asked).get("at").parse().ok();
    let nothing = (&Typed::default(), &FieldErrors::new());
    let mut page = page(&visit, &mut db, &task, from, nothing).await?;
    page.shell.log_href =
        task.tank.map_or(page.shell.log_href, |tank| format!("{}/readings/new", tank_href(tank)));
    visit.page(&page)
}

#[cfg(test)]
mod sample;
