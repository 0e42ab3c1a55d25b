//! `GET /tanks/{id}`: how the tank is, what to do, its latest values and one chart.

mod chart;
mod gather;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use self::chart::{Chosen, address};
use self::gather::Shown;
use super::{AtTank, Seen, facts, health, href, reason};
use crate::db::series;
use crate::domain::id::ParameterId;
use crate::domain::span::Span;
use crate::http::error::Error;
use crate::pages::estimate::{self, Estimate};
use crate::pages::parts::{Fact, Markup, Pick, State};
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// One line of what to do.
#[derive(Clone, Debug)]
pub struct Todo {
    /// Watch, act or stale.
    pub state: State,
    /// What it is about: `Nitrate 5.8 ppm`.
    pub title: String,
    /// Why: `above the range up to 5 ppm`.
    pub text: String,
    /// Where to look.
    pub href: String,
}

/// Which way a value went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Up.
    Up,
    /// Down.
    Down,
    /// The same.
    Level,
}

/// How a value moved since the one before.
#[derive(Clone, Debug)]
pub struct Trend {
    /// Which way.
    pub way: Way,
    /// How much, in words: `up 0.2`.
    pub text: String,
}

impl Trend {
    /// The icon's name.
    pub const fn icon(&self) -> &'static str {
        match self.way {
            Way::Up => "up",
            Way::Down => "down",
            Way::Level => "level",
        }
    }
}

/// A parameter's latest value.
#[derive(Clone, Debug)]
pub struct Readout {
    /// The parameter's name.
    pub name: String,
    /// Its chart.
    pub href: String,
    /// Is it the one in the chart?
    pub chosen: bool,
    /// The value, with `<` when below detection; empty when never measured.
    pub value: String,
    /// The unit's symbol; may be empty.
    pub unit: String,
    /// Where it stands.
    pub state: State,
    /// The range as a picture; may be empty.
    pub gauge: Markup,
    /// How it moved.
    pub trend: Option<Trend>,
    /// When it was measured, in words; empty when never.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// The range in words, to follow the state's word: `8.1–8.4`, or `OK up to 5`.
    pub range: String,
}

/// A row of the chart's table.
#[derive(Clone, Debug)]
pub struct ChartRow {
    /// When, in words.
    pub when: String,
    /// The instant or day, for machines.
    pub iso: String,
    /// The values, one a column.
    pub cells: Vec<String>,
}

/// One chart and the choices around it.
#[derive(Clone, Debug)]
pub struct ChartView {
    /// `pH, last 30 days`.
    pub title: String,
    /// The parameter's name within a sentence.
    pub name: String,
    /// The parameters to choose from.
    pub parameters: Vec<Pick>,
    /// The spans to choose from.
    pub spans: Vec<Pick>,
    /// All of it, whatever the span.
    pub all_href: String,
    /// Lowest, highest, last.
    pub facts: Vec<Fact>,
    /// The picture.
    pub svg: Markup,
    /// The table's columns after the first.
    pub columns: Vec<String>,
    /// The same as a table, newest first.
    pub rows: Vec<ChartRow>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/show.html")]
pub struct TankPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub name: String,
    /// Profile, volume, age, zone: each in words.
    pub facts: Vec<String>,
    /// Its health.
    pub state: State,
    /// Why, as a sentence.
    pub reason: String,
    /// Its batch form.
    pub log_href: String,
    /// Its charts.
    pub charts_href: String,
    /// All its readings.
    pub history_href: String,
    /// What it tracks, as an enumeration.
    pub tracked: String,
    /// How many of the tracked parameters were ever measured.
    pub measured: usize,
    /// What to do, worst first.
    pub todo: Vec<Todo>,
    /// The latest values, in the tank's order.
    pub readouts: Vec<Readout>,
    /// Toxic ammonia and CO₂, when they can be estimated.
    pub estimates: Vec<Estimate>,
    /// The chart.
    pub chart: Option<ChartView>,
}

/// Shows a tank, with the chart that `parameter` and `range` ask for; anything unknown in them is as if it
/// were not there.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let catalogue = app.catalogue().await?;
    let mut db = app.connection().await?;
    let overview = at.overview(&mut db, now).await?;
    let seen = Seen::all(&overview, catalogue, visit.units());
    let health = health(&seen, now);
    let asked = Typed(asked);
    let worst = health.reasons.first().map(|reason| reason.parameter);
    let chosen = choose(&seen, asked.get("parameter"), worst)
        .map(|seen| Chosen { seen, span: asked.get("range").parse().unwrap_or_default() });
    let chart = match &chosen {
        Some(one) => {
            let points = series::points(&mut db, at.0, one.seen.parameter.id, one.span, now).await?;
            Some(chart::view(one, &points, &seen, &overview, now))
        }
        None => None,
    };
    drop(db);
    let span = chosen.map_or_else(Span::default, |chosen| chosen.span);
    let link = |key: &str| address(&overview, key, span);
    let is_chosen = |seen: &Seen<'_>| chosen.is_some_and(|one| one.seen.parameter.id == seen.parameter.id);
    let log_href = format!("{}/readings/new", href(at.0));
    let readouts = seen.iter().map(|seen| {
        let shown = Shown { zone: &overview.tank.zone, now, dates: visit.dates() };
        gather::readout(seen, &shown, link(&seen.parameter.key), is_chosen(seen))
    });
    visit.page(&TankPage {
        shell: Shell { log_href: log_href.clone(), ..visit.shell("tanks") },
        name: overview.tank.name.clone(),
        facts: facts(&visit, &overview, catalogue),
        state: health.state.into(),
        reason: reason(&health, &seen),
        log_href,
        charts_href: format!("{}/charts", href(at.0)),
        history_href: format!("{}/history", href(at.0)),
        tracked: text::list(&seen.iter().map(|seen| seen.parameter.name.as_str()).collect::<Vec<_>>()),
        measured: seen.iter().filter(|seen| seen.tracked.latest.is_some()).count(),
        todo: gather::todo(&health, &seen, link),
        readouts: readouts.collect(),
        estimates: estimate::of_latest(&seen, &overview, catalogue),
        chart,
    })
}

/// The parameter asked for, else what is worst, else the first that was measured.
fn choose<'a>(seen: &[Seen<'a>], key: &str, worst: Option<ParameterId>) -> Option<Seen<'a>> {
    let measured = || seen.iter().filter(|seen| seen.tracked.latest.is_some());
    measured()
        .find(|seen| seen.parameter.key == key)
        .or_else(|| measured().find(|seen| Some(seen.parameter.id) == worst))
        .or_else(|| measured().next())
        .copied()
}

#[cfg(test)]
mod sample;
