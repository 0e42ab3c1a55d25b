//! `GET /settings/log`.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use crate::db;
use crate::db::audit::Line;
use crate::domain::audit::Act;
use crate::domain::cursor::Cursor;
use crate::domain::id::KeeperId;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// A line.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// What happened.
    pub what: String,
    /// More of it; may be empty.
    pub detail: String,
    /// By whom, from where.
    pub by: String,
    /// When, for people.
    pub when: String,
    /// When, for programs.
    pub iso: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "audit/list.html")]
pub struct LogPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Whose lines alone are shown; empty for everybody's.
    pub about: String,
    /// The lines, the newest first.
    pub rows: Vec<LogRow>,
    /// The page of newer lines; may be empty.
    pub newer: String,
    /// The page of older lines; may be empty.
    pub older: String,
}

/// Shows the log: `keeper` narrows it to what concerns one, `at` is a place in it. Anything unknown in them is as if it
/// were not there.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn handle(
    visit: Visit,
    _: Owner,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let typed = Typed(asked);
    let from: Option<Cursor> = typed.get("at").parse().ok();
    let mut db = visit.app.connection().await?;
    let about = match typed.get("keeper").parse::<KeeperId>() {
        Ok(keeper) => db::keeper::find(&mut db, keeper).await?,
        Err(_) => None,
    };
    let keeper = about.as_ref().map(|keeper| keeper.id);
    let page = db::audit::page(&mut db, keeper, from).await?;
    let narrow = keeper.map(|keeper| format!("keeper={keeper}&")).unwrap_or_default();
    let link = |at: Option<Cursor>| at.map(|at| format!("/settings/log?{narrow}at={at}")).unwrap_or_default();
    visit.page(&LogPage {
        shell: visit.shell("settings"),
        about: about.map(|keeper| keeper.display_name).unwrap_or_default(),
        rows: page.rows.iter().map(|line| row(&visit, line)).collect(),
        newer: link(page.newer),
        older: link(page.older),
    })
}

fn row(visit: &Visit, line: &Line) -> LogRow {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let what = Act::from_name(&line.act).map_or_else(|| line.act.clone(), |act| act.label().to_owned());
    let subject = line.subject.as_ref().filter(|subject| Some(*subject) != line.actor.as_ref());
    let mut by = line.actor.clone().unwrap_or_else(|| "Nobody who was signed in".to_owned());
    if let Some(addr) = line.addr {
        by = format!("{by}, from {addr}");
    }
    LogRow {
        what: subject.map_or_else(|| what.clone(), |subject| format!("{what}: {subject}")),
        detail: line.detail.clone().unwrap_or_default(),
        by,
        when: text::when(line.at, &home, now, visit.dates()),
        iso: line.at.to_string(),
    }
}

#[cfg(test)]
impl LogPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |what: &str, detail: &str| LogRow {
            what: what.to_owned(),
            detail: detail.to_owned(),
            by: "Ana, from 2001:db8::1:2:3:4".to_owned(),
            when: "today 11:00".to_owned(),
            iso: "2026-11-23T10:00:00Z".to_owned(),
        };
        let empty = Self {
            shell: Shell::sample("settings"),
            about: String::new(),
            rows: vec![],
            newer: String::new(),
            older: String::new(),
        };
        let full = Self {
            rows: vec![
                row("Invited", "somebody.with.a.long.address@a-long-domain.example.org, as keeper"),
                row(&format!("Changed a role: {}", "W".repeat(64)), "to owner"),
                row("Signed in", ""),
            ],
            older: "/settings/log?at=o1.2".to_owned(),
            newer: "/settings/log?at=n1.2".to_owned(),
            ..empty.clone()
        };
        vec![
            ("log-empty".to_owned(), empty),
            ("log-keeper".to_owned(), Self { about: "Ana".to_owned(), ..full.clone() }),
            ("log".to_owned(), full),
        ]
    }
}
