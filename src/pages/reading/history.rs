//! `GET /tanks/{id}/history`: a tank's readings one by one, the newest first, filtered by parameter and day.

use std::fmt::Write as _;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use http::StatusCode;
use jiff::Timestamp;

use super::back::Back;
use super::row::{ReadingRow, Scene, row};
use crate::db;
use crate::db::history::Filter;
use crate::db::series::BEFORE_ALL;
use crate::domain::cursor::Cursor;
use crate::domain::days::Days;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading/history.html")]
pub struct HistoryPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// This page without a filter.
    pub action: String,
    /// Its charts.
    pub charts_href: String,
    /// Its batch form.
    pub log_href: String,
    /// In which time days are counted.
    pub zone: String,
    /// The parameters to choose from.
    pub parameters: Vec<Choice>,
    /// The parameter.
    pub parameter: Field,
    /// The first day.
    pub from: Field,
    /// The last day.
    pub to: Field,
    /// Whether anything is filtered.
    pub filtered: bool,
    /// Readings, the newest first.
    pub rows: Vec<ReadingRow>,
    /// The page of newer readings; empty when there is none.
    pub newer: String,
    /// The page of older readings; empty when there is none.
    pub older: String,
    /// This very page, as the forms carry it to come back.
    pub back: String,
    /// The same as a query.
    pub back_query: String,
}

impl HistoryPage {
    /// What is wrong with the filter.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.parameter, &self.from, &self.to].into_iter().filter_map(Field::problem).collect()
    }
}

/// Shows a page of readings. A filter that makes no sense is said, and what is left of it holds.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let asked = Typed(asked);
    let now = visit.app.clock.now();
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let overview = at.everything(&mut db, now).await?;
    let zone = &overview.tank.zone;
    let seen = Seen::all(&overview, catalogue, visit.units());
    let key = asked.get("parameter");
    let chosen = seen.iter().find(|seen| seen.parameter.key == key);
    let (days, errors) = Days::read(asked.get("from"), asked.get("to"), zone);
    let filter = Filter {
        parameter: chosen.map(|seen| seen.parameter.id),
        from: days.start(zone).unwrap_or(BEFORE_ALL),
        until: days.end(zone).unwrap_or(Timestamp::MAX),
    };
    let cursor: Option<Cursor> = asked.get("at").parse().ok();
    let page = db::history::page(&mut db, at.0, &filter, cursor).await?;
    drop(db);
    let scene = Scene { zone, now, dates: visit.dates() };
    let rows = page.rows.iter().filter_map(|listed| {
        let seen = seen.iter().find(|seen| seen.parameter.id == listed.parameter)?;
        Some(row(listed, seen, &scene))
    });
    let kept = query(chosen.map_or("", |seen| &seen.parameter.key), &days);
    let action = format!("{}/history", href(at.0));
    let to = |cursor: Option<Cursor>| {
        cursor
            .map(|cursor| format!("{action}?{}", joined(&kept, &format!("at={cursor}"))))
            .unwrap_or_default()
    };
    let here = cursor.map_or_else(|| kept.clone(), |cursor| joined(&kept, &format!("at={cursor}")));
    let back = Back::history(&here);
    let unknown = (!key.is_empty() && chosen.is_none()).then_some("Choose one of the parameters.");
    let measured = seen.iter().filter(|seen| seen.tracked.latest.is_some());
    let view = HistoryPage {
        shell: visit.shell("tanks"),
        tank: overview.tank.name.clone(),
        tank_href: href(at.0),
        charts_href: format!("{}/charts", href(at.0)),
        log_href: format!("{}/readings/new", href(at.0)),
        zone: text::zone_now(zone, now),
        parameters: std::iter::once(Choice::new("", "All"))
            .chain(measured.map(|seen| Choice::new(seen.parameter.key.clone(), seen.parameter.name.clone())))
            .collect(),
        parameter: Field::text("parameter", "Parameter")
            .with(chosen.map_or("", |seen| &seen.parameter.key))
            .failing(unknown),
        from: day_field("from", "From", asked.get("from")).failing(errors.on("from")),
        to: day_field("to", "To", asked.get("to")).failing(errors.on("to")),
        filtered: !kept.is_empty(),
        rows: rows.collect(),
        newer: to(page.newer),
        older: to(page.older),
        back: back.as_str().to_owned(),
        back_query: back.as_query(),
        action,
    };
    let sound = view.problems().is_empty();
    visit.page_with(if sound { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &view)
}

/// A day that a filter may begin or end with.
pub(in crate::pages) fn day_field(name: &'static str, label: &'static str, value: &str) -> Field {
    Field { kind: "date", required: false, ..Field::text(name, label).with(value) }
}

/// The filter as a query: what was understood of it.
fn query(key: &str, days: &Days) -> String {
    let mut query = String::new();
    // Writing into a String cannot fail.
    if !key.is_empty() {
        let _ = write!(query, "parameter={key}");
    }
    for (name, day) in [("from", days.from), ("to", days.to)] {
        if let Some(day) = day {
            let _ = write!(query, "{}{name}={day}", if query.is_empty() { "" } else { "&" });
        }
    }
    query
}

fn joined(query: &str, more: &str) -> String {
    if query.is_empty() { more.to_owned() } else { format!("{query}&{more}") }
}

#[cfg(test)]
impl HistoryPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            action: "/tanks/reef/history".to_owned(),
            charts_href: "/tanks/reef/charts".to_owned(),
            log_href: "/tanks/reef/readings/new".to_owned(),
            zone: "Europe/Berlin (CET)".to_owned(),
            parameters: vec![Choice::new("", "All"), Choice::new("ph", "pH")],
            parameter: Field::text("parameter", "Parameter"),
            from: day_field("from", "From", ""),
            to: day_field("to", "To", ""),
            filtered: false,
            rows: (0..10).flat_map(|_| ReadingRow::samples()).collect(),
            newer: String::new(),
            older: "/tanks/reef/history?at=o1".to_owned(),
            back: "history".to_owned(),
            back_query: "?back=history".to_owned(),
        };
        let mut wrong = page.clone();
        wrong.rows.truncate(3);
        wrong.filtered = true;
        wrong.newer = "/tanks/reef/history?at=n1".to_owned();
        wrong.parameter = wrong.parameter.with("ph");
        wrong.to = day_field("to", "To", "2026-11-01").failing(Some("The last day is before the first."));
        let mut nothing = wrong.clone();
        nothing.to.error = None;
        nothing.rows.clear();
        let mut empty = page.clone();
        empty.rows.clear();
        [("history", page), ("history-wrong", wrong), ("history-nothing", nothing), ("history-empty", empty)]
            .map(|(name, page)| (name.to_owned(), page))
            .to_vec()
    }
}
