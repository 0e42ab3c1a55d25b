//! Charts as server-made SVG, and the words that say the same. Pure: no HTTP, no SQL, no clock.
//!
//! - [`line()`] draws one or several parameters on one true time axis, a panel each;
//! - [`sparkline`] draws one parameter a few characters high;
//! - [`summary`] and [`rows`] are the text alternative.
//!
//! The SVG carries classes only, no `style` and no colours, so a strict content security policy holds and
//! light, dark and print are the style sheet's work (`assets/app.css`, section "plots"). Coordinates are
//! whole tenths of a pixel from the moment they are computed, so none can be `NaN` or leave the view box.

mod line;
mod mark;
mod panel;
mod shape;
mod spark;
mod svg;
mod text;
mod time;
mod trace;
mod value;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::domain::dates::DateFormat;
use crate::domain::number::Digits;

pub use line::line;
pub use spark::sparkline;
pub use svg::Svg;
pub use text::{Row, rows, summary};

/// One reading, or a bucket of readings: then `at` and `last` are those of the last one in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// When (the last of) it was taken.
    pub at: Timestamp,
    /// The lowest value, in the series' unit.
    pub min: Decimal,
    /// The highest value.
    pub max: Decimal,
    /// The last value, which the line goes through.
    pub last: Decimal,
    /// The last value is a detection limit: the truth is below it.
    pub below: bool,
}

impl Point {
    /// A single reading.
    pub const fn single(at: Timestamp, value: Decimal, below: bool) -> Self {
        Self { at, min: value, max: value, last: value, below }
    }
}

/// The range of a parameter: ok between the ok limits, watch up to the act limits, act beyond. Each side is
/// optional; limits belong to the better side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// Below it: act.
    pub act_low: Option<Decimal>,
    /// Below it: watch.
    pub ok_low: Option<Decimal>,
    /// Above it: watch.
    pub ok_high: Option<Decimal>,
    /// Above it: act.
    pub act_high: Option<Decimal>,
}

/// What is drawn of one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The parameter's name. Any text: it is escaped.
    pub name: String,
    /// The unit's symbol, empty for none. Any text.
    pub unit: String,
    /// How its values are written, as on every other page.
    pub digits: Digits,
    /// The range, in the same unit as the points.
    pub band: Band,
    /// In any order (ascending is fastest); those outside the window are left out.
    pub points: Vec<Point>,
}

/// The span of time that is shown, the zone its days are counted in, and how they are written.
#[derive(Clone, Debug)]
pub struct Window {
    /// The left edge.
    pub from: Timestamp,
    /// The right edge.
    pub to: Timestamp,
    /// The tank's zone.
    pub zone: TimeZone,
    /// How the keeper reads dates and times.
    pub dates: DateFormat,
}

/// What kind of thing happened; each has its own mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A water change, a dose, a cleaning.
    Care,
    /// An animal came, moved, died.
    Animal,
    /// Anything else.
    Note,
}

/// Something that happened at the tank, marked on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Its mark.
    pub kind: EventKind,
    /// What it was, in a few words. Any text.
    pub label: String,
}

/// The two widths a chart is made in. A page carries both and its style sheet shows one, so that text is
/// never scaled far from its own size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 360 units wide.
    Phone,
    /// 720 units wide.
    Wide,
}

/// How a value stands to its band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Watch,
    Act,
}

impl Band {
    fn state(&self, value: Decimal, below: bool) -> State {
        // "Below 0.02" is fine where only too much is bad, even if the limit itself would be too much.
        if below && self.ok_low.is_none() && self.act_low.is_none() {
            return State::Ok;
        }
        let under = |limit: Option<Decimal>| limit.is_some_and(|limit| value < limit);
        let over = |limit: Option<Decimal>| limit.is_some_and(|limit| value > limit);
        if under(self.act_low) || over(self.act_high) {
            State::Act
        } else if under(self.ok_low) || over(self.ok_high) {
            State::Watch
        } else {
            State::Ok
        }
    }

    fn limits(&self) -> [Option<Decimal>; 4] {
        [self.act_low, self.ok_low, self.ok_high, self.act_high]
    }
}

#[cfg(test)]
mod tests;
