//! `GET /tanks/{id}/charts`: any of a tank's parameters in panels over one time axis, with what happened there.

mod gather;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use http::StatusCode;

use self::gather::Asked;
use super::marks;
use crate::charts::Window;
use crate::db;
use crate::db::series::{self, BEFORE_ALL};
use crate::domain::id::ParameterId;
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::parts::{Markup, Pick};
use crate::pages::reading::history::day_field;
use crate::pages::reading::row::Scene;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// A parameter to tick.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Is it shown?
    pub chosen: bool,
}

/// A day of the table.
#[derive(Clone, Debug)]
pub struct DayRow {
    /// The day in words.
    pub day: String,
    /// The day, for machines.
    pub iso: String,
    /// A value a column; empty where nothing was measured.
    pub cells: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// What.
    pub label: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "chart/show.html")]
pub struct ChartsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// This page.
    pub action: String,
    /// Its readings one by one.
    pub history_href: String,
    /// Its batch form.
    pub log_href: String,
    /// What is shown, in words: `pH and KH, the last 30 days`.
    pub title: String,
    /// In which time days are counted.
    pub zone: String,
    /// When the page was made: for a sheet of paper.
    pub made: String,
    /// The parameters that were measured.
    pub offered: Vec<Offered>,
    /// The spans, each a link that keeps the parameters.
    pub spans: Vec<Pick>,
    /// The span's name, for the form.
    pub range: String,
    /// What is wrong with the choice of parameters.
    pub unknown: Option<String>,
    /// The first day.
    pub from: Field,
    /// The last day.
    pub to: Field,
    /// The pictures, each with a few panels.
    pub figures: Vec<Markup>,
    /// The table's columns after the first.
    pub columns: Vec<String>,
    /// The same as a table, the newest day first.
    pub rows: Vec<DayRow>,
    /// What the marks are, the newest first.
    pub happened: Vec<Happened>,
    /// All of it, whatever the span.
    pub all_href: String,
}

impl ChartsPage {
    /// What is wrong with what was asked for.
    pub fn problems(&self) -> Vec<Problem> {
        let unknown =
            self.unknown.as_ref().map(|text| Problem { target: "parameters".to_owned(), text: text.clone() });
        unknown.into_iter().chain(self.from.problem()).chain(self.to.problem()).collect()
    }
}

/// Shows the parameters that are asked for, or else the first few that the tank tracks.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let typed = Typed(asked);
    let now = visit.app.clock.now();
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let overview = at.everything(&mut db, now).await?;
    let zone = &overview.tank.zone;
    let mut seen = Seen::all(&overview, catalogue, visit.units());
    seen.retain(|seen| seen.tracked.latest.is_some());
    let asked = Asked::read(&typed, &seen, zone);
    let (from, to) = asked.instants(zone, now);
    let ids: Vec<ParameterId> = asked.chosen.iter().map(|seen| seen.parameter.id).collect();
    let points = if ids.is_empty() || from.is_some_and(|from| to < from) {
        std::collections::HashMap::new()
    } else {
        series::between(&mut db, at.0, &ids, from.unwrap_or(BEFORE_ALL), to).await?
    };
    let first = points.values().filter_map(|points| points.first()).map(|point| point.at).min();
    let window = Window { from: from.or(first).unwrap_or(now), to, zone: zone.clone(), dates: visit.dates() };
    let marks = if points.is_empty() {
        Vec::new()
    } else {
        db::marks::between(&mut db, at.0, window.from, window.to).await?
    };
    drop(db);
    let scene = Scene { zone, now, dates: visit.dates() };
    let events: Vec<_> = marks.iter().map(marks::event).collect();
    let drawn = gather::series(&asked.chosen, &points);
    let rows = gather::rows(&drawn, &window);
    let happened = events.iter().rev().map(|event| Happened {
        when: scene.when(event.at),
        iso: event.at.to_string(),
        label: event.label.clone(),
    });
    let action = format!("{}/charts", href(at.0));
    let day_error = |name: &str| asked.errors.on(name);
    let view = ChartsPage {
        shell: visit.shell("tanks"),
        tank: overview.tank.name.clone(),
        tank_href: href(at.0),
        history_href: format!("{}/history", href(at.0)),
        log_href: format!("{}/readings/new", href(at.0)),
        title: asked.title(visit.dates()),
        zone: text::zone_now(zone, now),
        made: visit.dates().minute(zone.to_datetime(now)),
        offered: seen
            .iter()
            .map(|seen| Offered {
                key: seen.parameter.key.clone(),
                name: seen.parameter.name.clone(),
                chosen: ids.contains(&seen.parameter.id),
            })
            .collect(),
        spans: asked.spans(&action),
        range: asked.span.as_str().to_owned(),
        unknown: day_error("parameter").map(str::to_owned),
        from: day_field("from", "From", typed.get("from")).failing(day_error("from")),
        to: day_field("to", "To", typed.get("to")).failing(day_error("to")),
        figures: if points.is_empty() { Vec::new() } else { gather::figures(&drawn, &events, &window) },
        columns: drawn.iter().map(gather::column).collect(),
        rows,
        happened: happened.collect(),
        all_href: asked.all(&action),
        action,
    };
    let sound = view.problems().is_empty();
    visit.page_with(if sound { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &view)
}

#[cfg(test)]
impl ChartsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let offered = |(key, name): (&str, &str)| Offered {
            key: key.to_owned(),
            name: name.to_owned(),
            chosen: key != "kh",
        };
        let pick = |label: &str| Pick {
            href: "/tanks/reef/charts?range=30d".to_owned(),
            label: label.to_owned(),
            chosen: label == "30 d",
        };
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            action: "/tanks/reef/charts".to_owned(),
            history_href: "/tanks/reef/history".to_owned(),
            log_href: "/tanks/reef/readings/new".to_owned(),
            title: "Temperature and pH, the last 30 days".to_owned(),
            zone: "Europe/Berlin (CET)".to_owned(),
            made: "23 Nov 2026, 18:30".to_owned(),
            offered: [("temperature", "Temperature"), ("ph", "pH"), ("kh", "KH")].map(offered).to_vec(),
            spans: ["24 h", "7 d", "30 d", "90 d", "1 y", "All"].map(pick).to_vec(),
            range: "30d".to_owned(),
            unknown: None,
            from: day_field("from", "From", ""),
            to: day_field("to", "To", ""),
            figures: gather::sample_figures(),
            columns: vec!["Temperature (°C)".to_owned(), "pH".to_owned()],
            rows: (0..5)
                .map(|day| DayRow {
                    day: format!("Mon {} Nov", 23 - day),
                    iso: format!("2026-11-{}", 23 - day),
                    cells: vec![
                        "25.1 to 25.6".to_owned(),
                        if day == 2 { String::new() } else { "8.1".to_owned() },
                    ],
                })
                .collect(),
            happened: vec![Happened {
                when: "yesterday 09:00".to_owned(),
                iso: "2026-11-22T08:00:00Z".to_owned(),
                label: "Water change 10 %".to_owned(),
            }],
            all_href: "/tanks/reef/charts?range=all".to_owned(),
        };
        let mut wrong = page.clone();
        wrong.from = day_field("from", "From", "x").failing(Some("This is not a day."));
        wrong.unknown = Some("Choose among what was measured in this tank.".to_owned());
        let mut nothing = page.clone();
        nothing.figures.clear();
        nothing.rows.clear();
        nothing.happened.clear();
        let mut empty = nothing.clone();
        empty.offered.clear();
        [("charts", page), ("charts-wrong", wrong), ("charts-nothing", nothing), ("charts-empty", empty)]
            .map(|(name, page)| (name.to_owned(), page))
            .to_vec()
    }
}
