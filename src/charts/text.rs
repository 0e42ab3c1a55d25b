//! The words: numbers, days, the summary and the rows of the table that says what the chart shows.

use std::fmt;

use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;

use super::shape::in_window;
use super::{Point, Series, State, Window};
use crate::domain::dates::DateFormat;
use crate::domain::number::{self, Digits};

/// A day of the table that is the chart's text alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The day in the tank's zone, for `<time datetime>`.
    pub date: Date,
    /// The day as it is shown: "Mon 23 Nov", with the year when it is another than the window's last.
    pub day: String,
    /// The lowest value, without its unit.
    pub min: String,
    /// The highest value.
    pub max: String,
    /// The last value; "<0.02" when below detection.
    pub last: String,
}

/// A value as it is written, and whether it is below detection.
pub(super) struct Number(pub(super) Decimal, pub(super) Digits, pub(super) bool);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(value, digits, below) = *self;
        if below {
            f.write_str("<")?;
        }
        f.write_str(&number::show(value, digits))
    }
}

/// What is written behind a value: nothing when the unit is the name itself, as with pH.
pub(super) struct UnitOf<'a>(pub(super) &'a Series);

impl fmt::Display for UnitOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Series { name, unit, .. } = self.0;
        if unit.is_empty() || unit == name { Ok(()) } else { write!(f, " {unit}") }
    }
}

/// "Mon 23 Nov", and the year unless it is the given one; "Mon Nov 23" and "Mon 2026-11-23" for who reads so.
pub(super) struct Day(pub(super) Date, pub(super) i16, pub(super) DateFormat);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(date, year, dates) = *self;
        let day = if date.year() == year { dates.short_day(date) } else { dates.day(date) };
        write!(f, "{} {day}", weekday(date))
    }
}

pub(super) fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

pub(super) fn month(date: Date) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(date.month() - 1).ok().and_then(|index| NAMES.get(index)).copied().unwrap_or("")
}

/// The lowest and highest value of some points.
pub(super) fn extremes<'a>(points: impl IntoIterator<Item = &'a Point>) -> Option<(Decimal, Decimal)> {
    points.into_iter().fold(None, |found, point| {
        let low = point.min.min(point.max).min(point.last);
        let high = point.max.max(point.min).max(point.last);
        Some(found.map_or((low, high), |(lowest, highest): (Decimal, Decimal)| {
            (lowest.min(low), highest.max(high))
        }))
    })
}

/// The chart in a sentence: "pH, 30 days: 7.9 to 8.3, last 8.1 on Mon 23 Nov".
pub fn summary(series: &Series, window: &Window) -> String {
    let points = in_window(series, window);
    sentence(series, window, &points)
}

pub(super) fn sentence(series: &Series, window: &Window, points: &[Point]) -> String {
    let (name, unit, span) = (&series.name, UnitOf(series), Span(window));
    let number = |value, below| Number(value, series.digits, below);
    let (Some(last), Some((low, high))) = (points.last(), extremes(points)) else {
        return format!("{name}, {span}: no readings");
    };
    let day = Day(window.zone.to_datetime(last.at).date(), window.year(), window.dates);
    let value = number(last.last, last.below);
    let (low, high) = (number(low, false).to_string(), number(high, false).to_string());
    if points.len() == 1 && low == high {
        format!("{name}, {span}: one reading, {value}{unit} on {day}")
    } else if low == high {
        format!("{name}, {span}: {low}{unit} throughout, last {value}{unit} on {day}")
    } else {
        format!("{name}, {span}: {low} to {high}{unit}, last {value}{unit} on {day}")
    }
}

/// What a look at the chart tells beyond its sentence: "pH: ok from 7.8 to 8.5, 25 points, 3 in watch".
pub(super) struct Description<'a>(pub(super) &'a Series, pub(super) &'a [Point]);

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(series, points) = *self;
        let number = |value| Number(value, series.digits, false);
        write!(f, "{}: ", series.name)?;
        match (series.band.ok_low, series.band.ok_high) {
            (Some(low), Some(high)) => write!(f, "ok from {} to {}, ", number(low), number(high))?,
            (Some(low), None) => write!(f, "ok from {}, ", number(low))?,
            (None, Some(high)) => write!(f, "ok up to {}, ", number(high))?,
            (None, None) => {}
        }
        write!(f, "{} point{}", points.len(), if points.len() == 1 { "" } else { "s" })?;
        let count =
            |state| points.iter().filter(|point| series.band.state(point.last, point.below) == state).count();
        let below = points.iter().filter(|point| point.below).count();
        let of_note =
            [(count(State::Watch), "in watch"), (count(State::Act), "in act"), (below, "below detection")];
        for (count, words) in of_note.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {words}")?;
        }
        Ok(())
    }
}

/// "30 days", or "36 hours" for up to two days.
pub(super) struct Span<'a>(pub(super) &'a Window);

impl fmt::Display for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Half a unit is added: a window of 30 days over the end of summer time is 30 days, not 29.
        let seconds = self.0.to.duration_since(self.0.from).as_secs().abs();
        let (count, unit) = match seconds {
            ..=172_800 => ((seconds + 1_800) / 3_600, "hour"),
            _ => ((seconds + 43_200) / 86_400, "day"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl Window {
    /// The year of its end, which days need not repeat.
    pub(super) fn year(&self) -> i16 {
        self.zone.to_datetime(self.to).year()
    }
}

/// The days with readings, newest first, as the tank's zone counts them.
pub fn rows(series: &Series, window: &Window) -> Vec<Row> {
    let points = in_window(series, window);
    let date = |point: &Point| window.zone.to_datetime(point.at).date();
    let year = window.year();
    points
        .chunk_by(|one, next| date(one) == date(next))
        .rev()
        .filter_map(|day| {
            let (last, (low, high)) = (day.last()?, extremes(day)?);
            let date = date(last);
            Some(Row {
                date,
                day: Day(date, year, window.dates).to_string(),
                min: Number(low, series.digits, false).to_string(),
                max: Number(high, series.digits, false).to_string(),
                last: Number(last.last, series.digits, last.below).to_string(),
            })
        })
        .collect()
}
