//! What is asked for, and what is drawn of it.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::DayRow;
use crate::charts::{self, Band, Event, Point, Series, Size, Window};
use crate::db::series;
use crate::domain::dates::DateFormat;
use crate::domain::days::Days;
use crate::domain::field::FieldErrors;
use crate::domain::id::ParameterId;
#[cfg(test)]
use crate::domain::number::Digits;
use crate::domain::span::Span;
use crate::pages::parts::{Markup, Pick};
use crate::pages::tank::Seen;
use crate::pages::text;
use crate::pages::typed::Typed;

/// How many parameters are shown when none is asked for: a screen or two of a phone.
const FIRST: usize = 4;
/// Panels in one picture. With their axis they fit on a sheet of paper.
const PANELS: usize = 6;

/// What the address asks for, as far as it was understood.
pub(super) struct Asked<'a> {
    pub(super) chosen: Vec<Seen<'a>>,
    pub(super) span: Span,
    pub(super) days: Days,
    pub(super) errors: FieldErrors,
    /// Named in the address, to be kept in links.
    by_name: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn read(typed: &Typed, seen: &[Seen<'a>], zone: &TimeZone) -> Self {
        let (days, mut errors) = Days::read(typed.get("from"), typed.get("to"), zone);
        let keys: Vec<&str> = typed.all("parameter").filter(|key| !key.is_empty()).collect();
        let is_known = |key: &&str| seen.iter().any(|seen| seen.parameter.key == **key);
        if !keys.iter().all(is_known) {
            errors.push("parameter", "Choose among what was measured in this tank.");
        }
        let mut chosen: Vec<_> =
            seen.iter().filter(|seen| keys.contains(&seen.parameter.key.as_str())).copied().collect();
        let by_name = !chosen.is_empty();
        if !by_name {
            chosen = seen.iter().take(FIRST).copied().collect();
        }
        Self { chosen, span: typed.get("range").parse().unwrap_or_default(), days, errors, by_name }
    }

    fn by_days(&self) -> bool {
        self.days != Days::default()
    }

    /// From when (none: from the first reading) to when, both included.
    pub(super) fn instants(&self, zone: &TimeZone, now: Timestamp) -> (Option<Timestamp>, Timestamp) {
        if !self.by_days() {
            return (self.span.start(now), now);
        }
        let last = |end: Timestamp| end.checked_sub(SignedDuration::from_micros(1)).unwrap_or(end);
        (self.days.start(zone), self.days.end(zone).map_or(now, last).min(now))
    }

    /// `pH and KH, the last 30 days`.
    pub(super) fn title(&self, dates: DateFormat) -> String {
        let names: Vec<&str> = self.chosen.iter().map(|seen| seen.parameter.name.as_str()).collect();
        let span = match (self.days.from, self.days.to) {
            (None, None) => self.span.label().to_owned(),
            (Some(from), None) => format!("since {}", dates.day(from)),
            (None, Some(to)) => format!("up to {}", dates.day(to)),
            (Some(from), Some(to)) if from == to => dates.day(from),
            (Some(from), Some(to)) => format!("{} to {}", dates.day(from), dates.day(to)),
        };
        if names.is_empty() { span } else { format!("{}, {span}", text::list(&names)) }
    }

    /// Links to the spans, which keep the parameters.
    pub(super) fn spans(&self, action: &str) -> Vec<Pick> {
        let pick = |span: Span| Pick {
            href: self.link(action, span),
            label: span.short().to_owned(),
            chosen: span == self.span && !self.by_days(),
        };
        Span::ALL.map(pick).to_vec()
    }

    /// The link to everything there is.
    pub(super) fn all(&self, action: &str) -> String {
        self.link(action, Span::All)
    }

    fn link(&self, action: &str, span: Span) -> String {
        let mut link = format!("{action}?range={}", span.as_str());
        for seen in self.chosen.iter().filter(|_| self.by_name) {
            link.push_str("&parameter=");
            link.push_str(&seen.parameter.key);
        }
        link
    }
}

/// What is drawn, in the units shown.
pub(super) fn series(chosen: &[Seen<'_>], points: &HashMap<ParameterId, Vec<series::Point>>) -> Vec<Series> {
    chosen
        .iter()
        .map(|seen| seen.series(points.get(&seen.parameter.id).map_or(&[][..], Vec::as_slice)))
        .collect()
}

/// The pictures, both sizes of each.
pub(super) fn figures(series: &[Series], events: &[Event], window: &Window) -> Vec<Markup> {
    let figure = |some: &[Series]| {
        let sizes = [Size::Phone, Size::Wide].map(|size| charts::line(some, events, window, size));
        Markup(sizes.iter().map(charts::Svg::as_str).collect())
    };
    // As even as can be: seven panels are four and three, not six and one.
    let figures = series.len().div_ceil(PANELS).max(1);
    series.chunks(series.len().div_ceil(figures).max(1)).map(figure).collect()
}

/// The head of a column.
pub(super) fn column(series: &Series) -> String {
    if series.unit.is_empty() { series.name.clone() } else { format!("{} ({})", series.name, series.unit) }
}

/// The days on which anything was measured, the newest first, a column a parameter.
pub(super) fn rows(series: &[Series], window: &Window) -> Vec<DayRow> {
    let mut days: BTreeMap<Date, DayRow> = BTreeMap::new();
    for (column, one) in series.iter().enumerate() {
        for row in charts::rows(one, window) {
            let day = days.entry(row.date).or_insert_with(|| DayRow {
                day: row.day,
                iso: row.date.to_string(),
                cells: vec![String::new(); series.len()],
            });
            if let Some(cell) = day.cells.get_mut(column) {
                *cell = if row.min == row.max { row.last } else { format!("{} to {}", row.min, row.max) };
            }
        }
    }
    days.into_values().rev().collect()
}

impl Seen<'_> {
    /// These points as a chart draws them: in the unit shown, with the range that holds.
    pub(in crate::pages) fn series(&self, points: &[series::Point]) -> Series {
        let in_unit = |value: Decimal| self.unit.from_canonical(value);
        let drawn = points.iter().filter_map(|point| {
            Some(Point {
                at: point.at,
                min: in_unit(point.min)?,
                max: in_unit(point.max)?,
                last: in_unit(point.last)?,
                below: point.below,
            })
        });
        let range = &self.tracked.range;
        Series {
            name: self.parameter.name.clone(),
            unit: self.symbol().to_owned(),
            digits: self.unit.digits(),
            band: Band {
                act_low: range.act_low.and_then(in_unit),
                ok_low: range.ok_low.and_then(in_unit),
                ok_high: range.ok_high.and_then(in_unit),
                act_high: range.act_high.and_then(in_unit),
            },
            points: drawn.collect(),
        }
    }
}

/// A picture to look at.
#[cfg(test)]
pub(super) fn sample_figures() -> Vec<Markup> {
    let to: Timestamp = "2026-11-23T17:30:00Z".parse().unwrap();
    let from = Span::Month.start(to).unwrap();
    let window =
        Window { from, to, zone: TimeZone::get("Europe/Berlin").unwrap(), dates: DateFormat::default() };
    let line = |name: &str, unit: &str, base: i64, band: (i64, i64)| Series {
        name: name.to_owned(),
        unit: unit.to_owned(),
        digits: Digits::Fixed(1),
        band: Band {
            ok_low: Some(Decimal::new(band.0, 1)),
            ok_high: Some(Decimal::new(band.1, 1)),
            ..Band::default()
        },
        points: (0..20)
            .filter(|day| *day != 8)
            .map(|day| {
                let at = from + SignedDuration::from_hours(36 * day + 5);
                Point::single(at, Decimal::new(base + (day * 7) % 5, 1), false)
            })
            .collect(),
    };
    let series = [line("Temperature", "°C", 252, (244, 267)), line("pH", "", 79, (81, 84))];
    let event = |hours: i64, kind, label: &str| Event {
        at: to - SignedDuration::from_hours(hours),
        kind,
        label: label.to_owned(),
    };
    let events = [
        event(24 * 9, charts::EventKind::Care, "Water change 10 %"),
        event(24 * 4, charts::EventKind::Animal, "New: 6 × Neon tetra"),
    ];
    figures(&series, &events, &window)
}
