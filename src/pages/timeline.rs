//! One timeline of a tank: readings, care, what happened to its animals.

pub mod show;

use axum::Router;
use axum::routing::get;
use jiff::civil::Date;
use sqlx::PgConnection;
use uuid::Uuid;

use super::care;
use super::tank::href as tank_href;
use super::text;
use super::visit::Visit;
use crate::db;
use crate::db::tank::Tank;
use crate::db::timeline::{AnimalEvent, Happened, Row, Value};
use crate::domain::care::Kind;
use crate::domain::cursor::Page;
use crate::domain::id::CareId;
use crate::domain::parameter::Catalogue;
use crate::domain::timeline::Filter;
use crate::domain::zone;
use crate::http::App;
use crate::http::error::Error;

/// How many values of a session a row names.
const VALUES: usize = 12;
/// How many rows the tank's page shows.
const NEWEST: usize = 8;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new().route("/tanks/{id}/timeline", get(show::handle))
}

/// A row.
#[derive(Clone, Debug)]
pub struct TimelineRow {
    /// What it is: `Readings`, `Livestock`; empty where the title begins with it.
    pub kind: &'static str,
    /// What happened.
    pub title: String,
    /// The page of it; may be empty.
    pub href: String,
    /// More of it, in small pieces.
    pub details: Vec<String>,
    /// The note on it; may be empty.
    pub note: String,
    /// The time of day.
    pub time: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who recorded it; may be empty.
    pub by: String,
}

/// A day's rows.
#[derive(Clone, Debug)]
pub struct TimelineDay {
    /// The day in words.
    pub heading: String,
    /// The day, for machines and as an id.
    pub iso: String,
    /// Its rows, the newest first.
    pub rows: Vec<TimelineRow>,
}

/// Rows by day, and where all of them are.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The newest day first.
    pub days: Vec<TimelineDay>,
    /// The whole timeline.
    pub href: String,
}

/// The address of a tank's timeline.
pub fn href(tank: &Tank) -> String {
    format!("{}/timeline", tank_href(tank.id))
}

/// The newest rows of a tank, for its page.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(visit: &Visit, db: &mut PgConnection, tank: &Tank) -> Result<Timeline, Error> {
    let page = db::timeline::page(db, tank.id, Filter::All, None, NEWEST).await?;
    let days = days(visit, db, tank, &page).await?;
    Ok(Timeline { days, href: href(tank) })
}

/// A page's rows by day, in the tank's zone.
async fn days(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    page: &Page<Row>,
) -> Result<Vec<TimelineDay>, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let sessions: Vec<Uuid> =
        page.rows.iter().filter(|row| row.what == Happened::Readings).map(|row| row.id).collect();
    let values = if sessions.is_empty() { Vec::new() } else { db::timeline::values(db, &sessions).await? };
    let mut days: Vec<(Date, TimelineDay)> = Vec::new();
    for row in &page.rows {
        let day = zone::day_of(row.at, &tank.zone);
        if days.last().is_none_or(|(last, _)| *last != day) {
            let heading = text::day(row.at, &tank.zone, visit.app.clock.now(), visit.dates());
            let rows = Vec::new();
            days.push((day, TimelineDay { heading: capital(&heading), iso: day.to_string(), rows }));
        }
        if let Some((_, day)) = days.last_mut() {
            day.rows.push(shown(visit, tank, catalogue, row, &values));
        }
    }
    Ok(days.into_iter().map(|(_, day)| day).collect())
}

fn shown(visit: &Visit, tank: &Tank, catalogue: &Catalogue, row: &Row, values: &[Value]) -> TimelineRow {
    let of_session = || values.iter().filter(|value| value.session == row.id);
    let (kind, title, href, details) = match &row.what {
        Happened::Readings => {
            let count = i64::try_from(of_session().count()).unwrap_or(i64::MAX);
            let named = of_session().take(VALUES).filter_map(|value| in_words(catalogue, value));
            ("Readings", text::count(count, "reading"), session_href(row.id), named.collect())
        }
        Happened::Care(what) => {
            let title = if what.kind == Kind::Note { String::new() } else { what.summary() };
            let details = what.other_way(tank.volume).into_iter().collect();
            // Not twice the same words.
            let kind = Some(what.kind.label()).filter(|label| !title.starts_with(label));
            (kind.unwrap_or_default(), title, care::href(CareId(row.id)), details)
        }
        Happened::Animals(event) => {
            ("Livestock", animals(event), format!("/livestock/{}", event.animal), Vec::new())
        }
        Happened::Decommissioned => {
            ("Tank", format!("{} was taken out of use", tank.name), String::new(), Vec::new())
        }
        Happened::Restored => ("Tank", format!("{} is in use again", tank.name), String::new(), Vec::new()),
    };
    let note = row.note.clone().unwrap_or_default();
    // A note is what it says.
    let (title, note) = if title.is_empty() { (note, String::new()) } else { (title, note) };
    TimelineRow {
        kind,
        title,
        href,
        details,
        note,
        time: visit.dates().time(tank.zone.to_datetime(row.at).time()),
        iso: row.at.to_string(),
        by: row.by.clone().unwrap_or_default(),
    }
}

/// Where readings taken together can be seen.
fn session_href(session: Uuid) -> String {
    format!("/sessions/{session}")
}

/// `pH 8.1`, `Nitrate <0.5 ppm`: as entered.
fn in_words(catalogue: &Catalogue, value: &Value) -> Option<String> {
    let parameter = catalogue.parameter(value.parameter)?;
    let unit = parameter.unit(&value.unit)?;
    let below = if value.below { "<" } else { "" };
    let shown = unit.with_symbol(&format!("{below}{}", unit.show(value.entered)));
    Some(format!("{} {shown}", parameter.name))
}

/// What happened to animals, in a few words.
fn animals(event: &AnimalEvent) -> String {
    let who = match event.quantity {
        Some(many @ 2..) => format!("{many} × {}", event.name),
        _ => event.name.clone(),
    };
    let other = event.other_tank.as_deref();
    match (event.kind.as_str(), event.came, other) {
        ("acquired", ..) | ("moved", true, None) => format!("{who} came"),
        ("added", ..) => format!("{who} added"),
        ("moved", true, Some(from)) => format!("{who} came from {from}"),
        ("moved", false, Some(to)) => format!("{who} moved to {to}"),
        ("moved", false, None) => format!("{who} moved"),
        ("died", ..) => format!("{who} died"),
        ("rehomed", ..) => format!("{who} rehomed"),
        ("health", ..) => format!("{}: health", event.name),
        _ => event.name.clone(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
impl Timeline {
    pub(in crate::pages) fn sample() -> Self {
        let row = |kind, title: &str, details: &[&str], note: &str| TimelineRow {
            kind,
            title: title.to_owned(),
            href: "/care/1".to_owned(),
            details: details.iter().map(|&detail| detail.to_owned()).collect(),
            note: note.to_owned(),
            time: "18:30".to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            by: "Ana".to_owned(),
        };
        let day = |heading: &str, iso: &str, rows| TimelineDay {
            heading: heading.to_owned(),
            iso: iso.to_owned(),
            rows,
        };
        Self {
            days: vec![
                day(
                    "Today",
                    "2026-11-23",
                    vec![
                        row("", "Water change 10 %", &["about 24 L"], "with the blue hose"),
                        row(
                            "Readings",
                            "6 readings",
                            &["Temperature 25.4 °C", "pH 8.10", "Nitrate <0.5 ppm", "KH 8.2 dKH"],
                            "before the change",
                        ),
                    ],
                ),
                day(
                    "19 Nov",
                    "2026-11-19",
                    vec![
                        row("Livestock", "5 × Neon tetra came from Quarantine", &[], ""),
                        row("Note", "The heater hums.", &[], ""),
                        row("", "Dose 5 mL Alkalinity", &[], ""),
                    ],
                ),
            ],
            href: "/tanks/reef/timeline".to_owned(),
        }
    }
}
