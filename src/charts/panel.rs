//! One parameter's panel: band, grid, line, marks, and what the pointer reads.

use std::borrow::Cow;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::shape::{runs, thinned};
use super::svg::{Path, Tenths, Writer};
use super::text::{Day, Number, UnitOf};
use super::time::{self, Times};
use super::trace::{self, Spot};
use super::value::{self, Values};
use super::{Point, Series, State, Window};

/// A zone lower than this has no room for its name.
const WORD: Tenths = 140;

/// Where a panel is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub(super) left: Tenths,
    pub(super) right: Tenths,
    pub(super) top: Tenths,
    pub(super) bottom: Tenths,
    /// Of the whole drawing.
    pub(super) width: Tenths,
}

/// What a panel is drawn from.
pub(super) struct Panel<'a> {
    series: &'a Series,
    window: &'a Window,
    times: &'a Times,
    values: Values,
    places: Places,
}

impl<'a> Panel<'a> {
    pub(super) fn new(
        series: &'a Series,
        window: &'a Window,
        times: &'a Times,
        values: Values,
        places: Places,
    ) -> Self {
        Self { series, window, times, values, places }
    }

    pub(super) fn draw(
        &self,
        out: &mut Writer,
        points: Cow<'_, [Point]>,
        times: &[time::Tick],
        values: &[value::Tick],
    ) {
        let Places { left, right, .. } = self.places;
        let points = thinned(points, right - left, |point| self.times.x(point.at));
        let spots: Vec<_> = points.iter().map(|point| self.spot(point)).collect();
        let runs = runs(&points, self.window);

        out.raw("<g class=\"plot-panel\"");
        self.draw_readings(out, &spots);
        out.raw(">");
        self.draw_band(out);
        self.draw_grid(out, times, values);
        trace::draw_envelope(out, &spots, &runs);
        trace::draw_line(out, &spots, &runs);
        trace::draw_marks(out, &spots, &runs);
        self.draw_head(out, &spots);
        out.raw("</g>");
    }

    fn spot<'p>(&self, point: &'p Point) -> Spot<'p> {
        let y = self.values.y(point.last);
        let (high, low) = if point.min == point.max {
            (y, y)
        } else {
            (self.values.y(point.max).min(y), self.values.y(point.min).max(y))
        };
        let state = self.series.band.state(point.last, point.below);
        Spot { x: self.times.x(point.at), y, high, low, point, state }
    }

    /// For the script: places and texts of all points, in three lists of the same length. Texts are
    /// "14:05 8.12"; one that begins with `@` is the day of those after it.
    fn draw_readings(&self, out: &mut Writer, spots: &[Spot<'_>]) {
        if spots.is_empty() {
            return;
        }
        out.raw(" data-x=\"");
        for (index, spot) in spots.iter().enumerate() {
            out.raw(if index > 0 { " " } else { "" }).number(spot.x);
        }
        out.raw("\" data-y=\"");
        for (index, spot) in spots.iter().enumerate() {
            out.raw(if index > 0 { " " } else { "" }).number(spot.y);
        }
        out.raw("\" data-unit=\"").text(UnitOf(self.series)).raw("\" data-text=\"");
        let (year, dates) = (self.window.year(), self.window.dates);
        let mut day: Option<Date> = None;
        for (index, spot) in spots.iter().enumerate() {
            let at = self.window.zone.to_datetime(spot.point.at);
            out.raw(if index > 0 { "|" } else { "" });
            if day != Some(at.date()) {
                day = Some(at.date());
                out.raw("@").text(Day(at.date(), year, dates)).raw("|");
            }
            out.text(dates.time(at.time())).raw(" ");
            self.draw_value(out, spot.point);
        }
        out.raw("\"");
    }

    /// "8.1", "<0.02" or, for a bucket, "7.9 to 8.3".
    fn draw_value(&self, out: &mut Writer, point: &Point) {
        let digits = self.series.digits;
        if point.min == point.max {
            out.text(Number(point.last, digits, point.below));
        } else {
            out.text(Number(point.min, digits, false)).raw(" to ").text(Number(point.max, digits, false));
        }
    }

    /// The ok zone, and the watch zones beside it. Each says its name, so that it is not colour alone.
    fn draw_band(&self, out: &mut Writer) {
        let band = self.series.band;
        let Places { top, bottom, .. } = self.places;
        let y = |limit: Option<Decimal>, open: Tenths| limit.map_or(open, |limit| self.values.y(limit));
        if band.ok_low.is_none() && band.ok_high.is_none() {
            return;
        }
        let (ok_top, ok_bottom) = (y(band.ok_high, top), y(band.ok_low, bottom));
        if band.ok_high.is_some() {
            self.draw_zone(out, State::Watch, y(band.act_high, top), ok_top);
        }
        self.draw_zone(out, State::Ok, ok_top, ok_bottom);
        if band.ok_low.is_some() {
            self.draw_zone(out, State::Watch, ok_bottom, y(band.act_low, bottom));
        }
    }

    fn draw_zone(&self, out: &mut Writer, state: State, top: Tenths, bottom: Tenths) {
        let Places { left, right, .. } = self.places;
        if top >= bottom {
            return;
        }
        let (class, word) = match state {
            State::Ok => ("plot-ok", "ok"),
            State::Watch | State::Act => ("plot-watch", "watch"),
        };
        out.raw("<rect class=\"").raw(class).raw("\" x=\"").number(left).raw("\" y=\"").number(top);
        out.raw("\" width=\"").number(right - left).raw("\" height=\"").number(bottom - top).raw("\"/>");
        if bottom - top >= WORD {
            out.raw("<text class=\"plot-zone\" x=\"").number(left + 50).raw("\" y=\"");
            out.number(top + 115).raw("\">").raw(word).raw("</text>");
        }
    }

    fn draw_grid(&self, out: &mut Writer, times: &[time::Tick], values: &[value::Tick]) {
        let Places { left, right, top, bottom, .. } = self.places;
        out.raw("<path class=\"plot-grid\" d=\"");
        let mut path = Path::new(out);
        for tick in values {
            path.move_to(left, tick.y);
            path.line_to(right, tick.y);
        }
        for tick in times {
            path.move_to(tick.x, top);
            path.line_to(tick.x, bottom);
        }
        out.raw("\"/><g class=\"plot-values\">");
        for tick in values {
            out.raw("<text x=\"").number(left - 60).raw("\" y=\"").number(tick.y + 42).raw("\">");
            out.text(&tick.label).raw("</text>");
        }
        out.raw("</g>");
    }

    /// The name, and at the right the last value: the script writes there what the pointer is on.
    fn draw_head(&self, out: &mut Writer, spots: &[Spot<'_>]) {
        let Places { left, top, width, .. } = self.places;
        let (name, base) = (&self.series.name, top - 95);
        let Some(last) = spots.last() else {
            out.raw("<text class=\"plot-name\" x=\"0\" y=\"").number(base).raw("\">");
            out.text(shortened(name, width, 150)).raw("</text><text class=\"plot-none\" x=\"");
            out.number(left.midpoint(self.places.right)).raw("\" y=\"");
            out.number(top.midpoint(self.places.bottom) + 40).raw("\">No readings in this time</text>");
            return;
        };
        let at = self.window.zone.to_datetime(last.point.at);
        let dates = self.window.dates;
        let day = Day(at.date(), self.window.year(), dates);
        let value = Number(last.point.last, self.series.digits, last.point.below);
        let read = format!("{value}{}", UnitOf(self.series));
        let when = format!("{day} {}", dates.time(at.time()));
        let taken = time::width(&read, 150).saturating_add(time::width(&when, 120)).saturating_add(200);

        out.raw("<text class=\"plot-name\" x=\"0\" y=\"").number(base).raw("\">");
        out.text(shortened(name, width.saturating_sub(taken), 150)).raw("</text>");
        out.raw("<text class=\"plot-read\" x=\"").number(width - 20).raw("\" y=\"").number(base);
        out.raw("\"><tspan class=\"plot-value\">").text(shortened(&read, width / 2, 150));
        out.raw("</tspan> <tspan class=\"plot-when\">").text(when).raw("</tspan></text>");
    }
}

/// A text cut so that it fits.
fn shortened(text: &str, room: Tenths, font: Tenths) -> Cow<'_, str> {
    if time::width(text, font) <= room {
        return Cow::Borrowed(text);
    }
    let mut end = 0;
    for (index, character) in text.char_indices() {
        let next = index + character.len_utf8();
        if time::width(text.get(..next).unwrap_or(""), font) + font > room {
            break;
        }
        end = next;
    }
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or("")))
}
