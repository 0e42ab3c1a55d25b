//! A household to look at: three tanks as keepers really run them, measured over two years. Everything follows from
//! the day it is made on, so the same day gives the same household.

mod noise;
mod planted;
mod reef;
mod routine;
mod tropical;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

pub use self::noise::Noise;
pub use self::routine::{DemoCare, DemoTask};
use crate::domain::tank::VolumeUnit;

/// A tank of the household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoTank {
    /// What the household calls it.
    pub name: &'static str,
    /// Its profile's key.
    pub profile: &'static str,
    /// Its size.
    pub volume: (i64, VolumeUnit),
    /// When it was set up.
    pub set_up_on: Date,
    /// What lies on the ground.
    pub substrate: &'static str,
    /// Equipment and notes, in Markdown.
    pub notes: &'static str,
    /// The keys of what it tracks beside its profile's set.
    pub also: &'static [&'static str],
    /// The keys of what it does not track any more, once the tank has settled.
    pub not: &'static [&'static str],
    /// What lives in it, in the order in which it came.
    pub animals: Vec<DemoAnimal>,
    /// What was measured, the oldest first.
    pub sessions: Vec<DemoSession>,
    /// What was done for it, the oldest first.
    pub care: Vec<DemoCare>,
    /// What comes again.
    pub tasks: Vec<DemoTask>,
}

/// An animal or a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAnimal {
    /// Its name; may be empty.
    pub name: &'static str,
    /// What it is.
    pub species: &'static str,
    /// The same in Latin.
    pub latin: &'static str,
    /// How many came.
    pub quantity: u32,
    /// When, in the tank's own time.
    pub at: DateTime,
    /// What happened since, in order.
    pub events: Vec<(DateTime, DemoEvent, &'static str)>,
}

/// What happened to an animal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoEvent {
    /// More came, or were born.
    Added(u32),
    /// Some died.
    Died(u32),
    /// Some went to another household.
    Rehomed(u32),
    /// Something was seen.
    Note,
    /// Something about their health.
    Health,
}

/// Readings taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSession {
    /// When, in the tank's own time.
    pub at: DateTime,
    /// What the keeper wrote about it; may be empty.
    pub note: &'static str,
    /// The values as a keeper types them: parameter, number, unit.
    pub values: Vec<(&'static str, String, &'static str)>,
}

/// The household's tanks, measured up to the evening before `today`.
pub fn tanks(today: Date) -> [DemoTank; 3] {
    [tropical::tank(today), reef::tank(today), planted::tank(today)]
}

/// Walks through a tank's life, day by day.
struct Life {
    noise: Noise,
    born: Date,
    sessions: Vec<DemoSession>,
}

impl Life {
    fn new(seed: u64, today: Date, days: i32) -> Self {
        Self { noise: Noise::new(seed), born: before(today, days), sessions: Vec::new() }
    }

    /// Readings of this day of the tank's life, some time in the evening.
    fn measure(&mut self, day: i32, note: &'static str, values: Vec<(&'static str, String, &'static str)>) {
        let (hour, minute) = (self.noise.below(4), self.noise.below(60));
        let at = before(self.born, -day).at(17 + hour, minute, 0, 0);
        self.sessions.push(DemoSession { at, note, values });
    }
}

/// An animal that came on this day of the tank's life, in the afternoon.
fn animal(
    life: &Life,
    day: i32,
    (name, species, latin): (&'static str, &'static str, &'static str),
    quantity: u32,
    events: &[(i32, DemoEvent, &'static str)],
) -> DemoAnimal {
    let at = |day: i32| before(life.born, -day).at(15, 30, 0, 0);
    let events = events.iter().map(|(day, what, note)| (at(*day), *what, *note)).collect();
    DemoAnimal { name, species, latin, quantity, at: at(day), events }
}

/// So many days before a day.
fn before(day: Date, days: i32) -> Date {
    day.saturating_sub(days.days())
}

/// A number with so many digits after the point, as one reads it off a kit whose steps are `step`.
fn read(value: f64, step: f64, digits: usize) -> String {
    let value = (value / step).round() * step;
    format!("{:.digits$}", value.max(0.0))
}

/// The same of what a kit shows only from `limit` on.
fn trace(value: f64, limit: f64, step: f64, digits: usize) -> String {
    if value < limit { format!("<{limit:.digits$}") } else { read(value, step, digits) }
}

/// A hump that rises from `from`, is `1` at `top` and is gone at `to`.
fn hump(day: f64, from: f64, top: f64, to: f64) -> f64 {
    let part = if day < top { (day - from) / (top - from) } else { (to - day) / (to - top) };
    let part = part.clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// The warmth of the room over the year: 1 in the middle of July, -1 in the middle of January.
fn season(born: Date, day: i32) -> f64 {
    let of_year = f64::from(before(born, -day).day_of_year());
    ((of_year - 197.0) / 365.25 * std::f64::consts::TAU).cos()
}

#[cfg(test)]
mod tests;
