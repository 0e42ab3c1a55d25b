//! `GET /tanks/{id}`: how the tank is, what to do, its latest values and one chart.

mod chart;
mod gather;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use self::chart::{Chosen, address};
use self::gather::Shown;
use super::{AtTank, Seen, facts, health, href, reason};
use crate::db::overview::Overview;
use crate::db::photo::Named;
use crate::db::tank::More;
use crate::db::{self, animal, series};
use crate::domain::id::ParameterId;
use crate::domain::photo::Subject;
use crate::domain::span::Span;
use crate::http::error::Error;
use crate::pages::alert::{self, OpenAlert};
use crate::pages::animal::stock::{self, StockView};
use crate::pages::care::quick::{self, QuickCare};
use crate::pages::estimate::{self, Estimate};
use crate::pages::markdown;
use crate::pages::parts::{Fact, Markup, Pick, State};
use crate::pages::photo::Gallery;
use crate::pages::shell::Shell;
use crate::pages::task::due::{self, DueList};
use crate::pages::text;
use crate::pages::timeline::{self, Timeline};
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

/// A tank that was taken down.
#[derive(Clone, Debug)]
pub struct Down {
    /// The day, in words.
    pub day: String,
    /// The day, for machines.
    pub iso: String,
    /// Why; may be empty.
    pub reason: String,
    /// Who took it down; may be empty.
    pub by: String,
    /// The address that takes it back into use.
    pub restore: String,
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
    /// Equipment and notes; may be empty.
    pub notes: Markup,
    /// It was taken down: nothing is logged any more.
    pub down: Option<Down>,
    /// Where it is edited.
    pub edit_href: String,
    /// Where it is said what it tracks.
    pub parameters_href: String,
    /// Its photos.
    pub photos: Gallery,
    /// What lives in it.
    pub stock: StockView,
    /// What is an alert.
    pub alerts: Vec<OpenAlert>,
    /// Where it is said what raises one.
    pub alerts_href: String,
    /// Duties that are overdue or due today.
    pub due: DueList,
    /// What is done every week, one tap each.
    pub quick: QuickCare,
    /// What happened last.
    pub timeline: Timeline,
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
    let catalogue = &*app.catalogue().await?;
    let mut db = app.connection().await?;
    let overview = at.overview(&mut db, now).await?;
    let more = db::tank::more(&mut db, at.0).await?.ok_or(Error::NotFound)?;
    let seen = Seen::all(&overview, catalogue, visit.units());
    let health = health(&seen, now);
    let asked = Typed(asked);
    let worst = health.reasons.first().map(|reason| reason.parameter);
    let chosen = choose(&seen, asked.get("parameter"), worst)
        .map(|seen| Chosen { seen, span: asked.get("range").parse().unwrap_or_default() });
    let chart = match &chosen {
        Some(one) => {
            let points = series::points(&mut db, at.0, one.seen.parameter.id, one.span, now).await?;
            Some(chart::view(one, &points, &seen, &overview, now, visit.dates()))
        }
        None => None,
    };
    let named = Named { name: overview.tank.name.clone(), zone: overview.tank.zone.clone() };
    let photos = Gallery::of(&visit, &mut db, Subject::Tank(at.0), &named).await?;
    let stock = animal::stock(&mut db, at.0, stock::SHOWN).await?;
    let alerts = alert::open(&visit, &mut db, catalogue, &overview.tank).await?;
    let due = due::of_tank(&visit, &mut db, &overview.tank).await?;
    let quick = quick::gather(&visit, &mut db, &overview.tank).await?;
    let timeline = timeline::newest(&visit, &mut db, &overview.tank).await?;
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
        shell: if overview.tank.decommissioned_on.is_none() {
            Shell { log_href: log_href.clone(), ..visit.shell("tanks") }
        } else {
            visit.shell("tanks")
        },
        name: overview.tank.name.clone(),
        facts: facts(&visit, &overview, catalogue),
        state: health.state.into(),
        reason: reason(&health, &seen),
        log_href,
        charts_href: format!("{}/charts", href(at.0)),
        history_href: format!("{}/history", href(at.0)),
        tracked: text::list(&seen.iter().map(|seen| seen.parameter.name.as_str()).collect::<Vec<_>>()),
        measured: seen.iter().filter(|seen| seen.tracked.latest.is_some()).count(),
        // Nobody has to do anything for a tank that is no more.
        todo: if overview.tank.decommissioned_on.is_none() {
            gather::todo(&health, &seen, link)
        } else {
            Vec::new()
        },
        readouts: readouts.collect(),
        estimates: estimate::of_latest(&seen, &overview, catalogue),
        chart,
        notes: more.notes.as_deref().map(markdown::render).unwrap_or_default(),
        down: down(&visit, &overview, more),
        edit_href: format!("{}/edit", href(at.0)),
        parameters_href: format!("{}/parameters", href(at.0)),
        photos,
        stock: StockView::new(at.0, stock, overview.tank.decommissioned_on.is_none()),
        alerts,
        alerts_href: alert::href(at.0),
        due,
        quick,
        timeline,
    })
}

fn down(visit: &Visit, overview: &Overview, more: More) -> Option<Down> {
    let day = overview.tank.decommissioned_on?;
    Some(Down {
        day: visit.dates().day(day),
        iso: day.to_string(),
        reason: more.reason.unwrap_or_default(),
        by: more.decommissioned_by.unwrap_or_default(),
        restore: format!("{}/restore", href(overview.tank.id)),
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
