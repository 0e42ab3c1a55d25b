//! `GET /tanks/{id}`: how the tank is, what to do, its latest values and one chart.

use askama::Template;

use crate::pages::parts::{Fact, Markup, Pick, State};
use crate::pages::shell::Shell;

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

/// Toxic ammonia, estimated.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Where it stands.
    pub state: State,
    /// The value with its unit.
    pub value: String,
    /// What it was estimated from.
    pub inputs: String,
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
    /// What it tracks, as an enumeration.
    pub tracked: String,
    /// How many of the tracked parameters were ever measured.
    pub measured: usize,
    /// What to do, worst first.
    pub todo: Vec<Todo>,
    /// The latest values, in the tank's order.
    pub readouts: Vec<Readout>,
    /// Toxic ammonia, when it can be estimated.
    pub estimate: Option<Estimate>,
    /// The chart.
    pub chart: Option<ChartView>,
}

#[cfg(test)]
mod sample;
