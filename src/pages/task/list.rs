//! `GET /tasks`: what is overdue, due today and in the next fourteen days; all tasks, and those put away.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use super::due::{self, DueRow};
use super::often;
use crate::db;
use crate::db::task::{Places, Show, Task};
use crate::domain::cursor::Cursor;
use crate::domain::id::TankId;
use crate::domain::task::Standing;
use crate::http::error::Error;
use crate::pages::parts::Pick;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How many tasks a page has.
const SIZE: usize = 50;

/// A group of duties under one heading.
#[derive(Clone, Debug)]
pub struct Group {
    /// `Overdue`, `Today`, `The next 14 days`.
    pub title: &'static str,
    /// Its id in the page.
    pub id: &'static str,
    /// The duties.
    pub rows: Vec<DueRow>,
}

/// A line of all tasks.
#[derive(Clone, Debug)]
pub struct TaskLine {
    /// The task.
    pub row: DueRow,
    /// How often it comes.
    pub often: String,
    /// `Paused`, or why it is not due; may be empty.
    pub rests: &'static str,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "task/list.html")]
pub struct TasksPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Due, all, archived.
    pub shows: Vec<Pick>,
    /// The tanks to narrow it to; none when there is nothing to choose.
    pub places: Vec<Pick>,
    /// What is due, in groups. Empty when all tasks are shown.
    pub groups: Vec<Group>,
    /// All tasks. Empty when what is due is shown.
    pub lines: Vec<TaskLine>,
    /// The form for a new one.
    pub new_href: String,
    /// What an empty page says.
    pub nothing: &'static str,
    /// The page before; may be empty.
    pub before: String,
    /// The page after; may be empty.
    pub after: String,
}

/// What the address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Due,
    All,
    Archived,
}

impl Asked {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Due, "due", "Due"),
        (Self::All, "all", "All tasks"),
        (Self::Archived, "archived", "Archived"),
    ];

    fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|(_, code, _)| *code == text).map_or(Self::Due, |(asked, ..)| asked)
    }

    fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(asked, ..)| *asked == self).map_or("due", |(_, code, _)| code)
    }
}

fn address(asked: Asked, place: &str, at: Option<Cursor>) -> String {
    let mut parts = Vec::new();
    if asked != Asked::Due {
        parts.push(format!("show={}", asked.code()));
    }
    if !place.is_empty() {
        parts.push(format!("tank={place}"));
    }
    parts.extend(at.map(|at| format!("at={at}")));
    if parts.is_empty() { "/tasks".to_owned() } else { format!("/tasks?{}", parts.join("&")) }
}

/// Shows tasks: `show` is `due`, `all` or `archived`, `tank` a tank's id or `household`, `at` a place in the list.
/// Anything unknown in them is as if it were not there.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let typed = Typed(asked);
    let asked = Asked::parse(typed.get("show"));
    let from: Option<Cursor> = typed.get("at").parse().ok();
    let mut db = visit.app.connection().await?;
    let tanks = super::new::tanks(&mut db).await?;
    let tank = typed.get("tank").parse::<TankId>().ok();
    let (place, places) = match tank.filter(|tank| tanks.iter().any(|known| known.id == *tank)) {
        Some(tank) => (tank.to_string(), Places::Tank(tank)),
        None if typed.get("tank") == "household" => ("household".to_owned(), Places::Household),
        None => (String::new(), Places::All),
    };
    let link = |cursor: Option<Cursor>| cursor.map(|at| address(asked, &place, Some(at))).unwrap_or_default();
    let (mut groups, mut lines) = (Vec::new(), Vec::new());
    let (before, after) = match asked {
        Asked::Due => {
            let page = db::task::coming(&mut db, places, due::horizon(&visit), from, SIZE).await?;
            groups = grouped(page.rows.iter().map(|task| due::row(&visit, task, true)));
            (link(page.older), link(page.newer))
        }
        Asked::All | Asked::Archived => {
            let show = if asked == Asked::All { Show::Kept } else { Show::Archived };
            let page = db::task::list(&mut db, places, show, from, SIZE).await?;
            lines = page.rows.iter().map(|task| line(&visit, task)).collect();
            (link(page.newer), link(page.older))
        }
    };
    let pick = |(one, _, label): (Asked, &str, &str)| Pick {
        href: address(one, &place, None),
        label: label.to_owned(),
        chosen: one == asked,
    };
    let at = |code: &str, label: &str| Pick {
        href: address(asked, code, None),
        label: label.to_owned(),
        chosen: code == place,
    };
    let mut narrow = vec![at("", "Everywhere")];
    narrow.extend(tanks.iter().map(|tank| at(&tank.id.to_string(), &tank.name)));
    narrow.push(at("household", "Household"));
    let new_href = match places {
        Places::Tank(tank) => format!("/tasks/new?tank={tank}"),
        Places::All | Places::Household => "/tasks/new".to_owned(),
    };
    visit.page(&TasksPage {
        shell: visit.shell("tasks"),
        shows: Asked::ALL.map(pick).to_vec(),
        places: if tanks.is_empty() { Vec::new() } else { narrow },
        groups,
        lines,
        new_href,
        nothing: nothing(asked, places),
        before,
        after,
    })
}

const fn nothing(asked: Asked, places: Places) -> &'static str {
    match (asked, places) {
        (Asked::Due, _) => "Nothing is due in the next 14 days",
        (Asked::All, Places::All) => "No tasks yet",
        (Asked::All, _) => "No tasks here",
        (Asked::Archived, _) => "Nothing is archived",
    }
}

fn grouped(rows: impl Iterator<Item = DueRow>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let (title, id) = match row.standing {
            Standing::Overdue => ("Overdue", "overdue"),
            Standing::Today => ("Today", "today"),
            Standing::Coming => ("The next 14 days", "coming"),
        };
        // Days are those of each tank, so the order of instants may be another one here and there.
        match groups.iter_mut().find(|group| group.id == id) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { title, id, rows: vec![row] }),
        }
    }
    groups
}

fn line(visit: &Visit, task: &Task) -> TaskLine {
    TaskLine {
        row: due::row(visit, task, true),
        often: often(&task.schedule),
        rests: match task {
            task if task.paused_at.is_some() => "Paused",
            task if task.tank_is_down => "Not due: its tank is no longer in use",
            _ => "",
        },
    }
}

#[cfg(test)]
impl TasksPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let pick = |label: &str, chosen| Pick { href: "/tasks".to_owned(), label: label.to_owned(), chosen };
        let empty = Self {
            shell: Shell::sample("tasks"),
            shows: vec![pick("Due", true), pick("All tasks", false), pick("Archived", false)],
            places: vec![
                pick("Everywhere", true),
                pick("Reef by the window", false),
                pick("Household", false),
            ],
            groups: vec![],
            lines: vec![],
            new_href: "/tasks/new".to_owned(),
            nothing: "Nothing is due in the next 14 days",
            before: String::new(),
            after: String::new(),
        };
        let mut coming = due::DueList::sample("tasks").rows;
        coming.push(DueRow {
            standing: Standing::Coming,
            when: "Saturday 28 Nov 09:00".to_owned(),
            ..coming[0].clone()
        });
        let lines = coming
            .iter()
            .enumerate()
            .map(|(index, row)| TaskLine {
                row: row.clone(),
                often: "every 2 weeks on Saturday".to_owned(),
                rests: if index == 1 { "Paused" } else { "" },
            })
            .collect();
        let after = "/tasks?at=n1.2".to_owned();
        let due = Self { groups: grouped(coming.into_iter()), after: after.clone(), ..empty.clone() };
        let all = Self { lines, before: after.clone(), after, ..empty.clone() };
        vec![("tasks-empty".to_owned(), empty), ("tasks".to_owned(), due), ("tasks-all".to_owned(), all)]
    }
}
