//! `GET /sessions/{id}`: everything that was measured in one round, and what it tells together.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::db;
use crate::db::overview::LatestReading;
use crate::domain::id::SessionId;
use crate::http::error::Error;
use crate::pages::estimate::{self, Estimate, Taken};
use crate::pages::reading::At;
use crate::pages::reading::row::{ReadingRow, Scene, as_latest, row, session_href};
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading_session/show.html")]
pub struct SessionPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// All its readings.
    pub history_href: String,
    /// When it was taken, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who, how many, in which time: each in words.
    pub facts: Vec<String>,
    /// A note; may be empty.
    pub note: String,
    /// Its readings.
    pub rows: Vec<ReadingRow>,
    /// What they tell together.
    pub estimates: Vec<Estimate>,
    /// The form of its time and note.
    pub edit_href: String,
    /// Where a POST deletes all of it.
    pub delete_action: String,
}

/// The page of a session that was deleted.
#[derive(Clone, Debug, Template)]
#[template(path = "reading_session/gone.html")]
pub struct GonePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// Where a POST brings it back.
    pub undo: Option<String>,
}

/// Shows a session; a deleted one can be brought back.
///
/// # Errors
/// When there never was such a session, or the database does not answer.
pub async fn handle(visit: Visit, At(id): At<SessionId>) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let Some(session) = db::reading_session::find(&mut db, id).await? else {
        let (tank, change) = db::reading_session::removed(&mut db, id).await?.ok_or(Error::NotFound)?;
        let tank = db::tank::find(&mut db, tank).await?.ok_or(Error::NotFound)?;
        let page = GonePage {
            shell: visit.shell("tanks"),
            tank_href: href(tank.id),
            tank: tank.name,
            undo: change.map(|change| format!("/readings/changes/{change}/undo")),
        };
        return visit.page_with(StatusCode::GONE, &page);
    };
    let overview = AtTank(session.tank).everything(&mut db, now).await?;
    drop(db);
    let seen = Seen::all(&overview, catalogue, visit.units());
    let scene = Scene { zone: &overview.tank.zone, now, dates: visit.dates() };
    let latest: Vec<(Seen<'_>, LatestReading)> = session
        .readings
        .iter()
        .filter_map(|listed| {
            let seen = seen.iter().find(|seen| seen.parameter.id == listed.parameter)?;
            Some((*seen, as_latest(listed)))
        })
        .collect();
    let taken = latest.iter().map(|(seen, reading)| Taken { seen: *seen, reading }).collect();
    let rows = session.readings.iter().filter_map(|listed| {
        let seen = seen.iter().find(|seen| seen.parameter.id == listed.parameter)?;
        Some(row(listed, seen, &scene))
    });
    let readings = i64::try_from(session.readings.len()).unwrap_or(i64::MAX);
    let by = session.by.map(|name| format!("logged by {name}"));
    let zone = Some(text::zone_now(&overview.tank.zone, session.taken_at));
    visit.page(&SessionPage {
        shell: visit.shell("tanks"),
        tank: overview.tank.name.clone(),
        tank_href: href(session.tank),
        history_href: format!("{}/history", href(session.tank)),
        when: scene.when(session.taken_at),
        iso: session.taken_at.to_string(),
        facts: [Some(text::count(readings, "reading")), by, zone].into_iter().flatten().collect(),
        note: session.note.unwrap_or_default(),
        rows: rows.collect(),
        estimates: estimate::all(taken, &overview, catalogue),
        edit_href: format!("{}/edit", session_href(id)),
        delete_action: format!("{}/delete", session_href(id)),
    })
}

#[cfg(test)]
impl SessionPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            history_href: "/tanks/reef/history".to_owned(),
            when: "today 18:30".to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            facts: ["5 readings", "logged by Ana", "Europe/Berlin (CET)"].map(str::to_owned).to_vec(),
            note: "after the water change".to_owned(),
            rows: ReadingRow::samples(),
            estimates: Estimate::samples(),
            edit_href: "/sessions/1/edit".to_owned(),
            delete_action: "/sessions/1/delete".to_owned(),
        };
        let mut one = page.clone();
        one.rows.truncate(1);
        one.note.clear();
        one.estimates.clear();
        vec![("session".to_owned(), page), ("session-one".to_owned(), one)]
    }
}

#[cfg(test)]
impl GonePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            undo: Some("/readings/changes/1/undo".to_owned()),
        };
        vec![("session-gone".to_owned(), page)]
    }
}
