//! The sparkline: one parameter's way, a few characters high.

use super::shape::{in_window, runs, thinned};
use super::svg::{Path, Svg, Tenths, Writer};
use super::text;
use super::time::Times;
use super::trace::draw_runs;
use super::value::Values;
use super::{Series, State, Window, mark};

const WIDTH: Tenths = 720;
const HEIGHT: Tenths = 240;
/// Room for half the last mark.
const MARGIN: Tenths = 30;
/// More columns than this cannot be told apart on a phone.
const COLUMNS: Tenths = 60;

/// Draws the ok band, the line and the last point; under 1 KB. It is named by its summary.
pub fn sparkline(series: &Series, window: &Window) -> Svg {
    let points = in_window(series, window);
    let (left, right, top, bottom) = (MARGIN, WIDTH - MARGIN, MARGIN, HEIGHT - MARGIN);
    let times = Times::new(window, left, right);
    let mut out = Writer::with_capacity(1_000);
    out.raw("<svg class=\"spark\" role=\"img\" viewBox=\"0 0 ").pair(WIDTH, HEIGHT).raw("\"><title>");
    out.text(text::sentence(series, window, &points)).raw("</title>");

    let values = Values::new(text::extremes(points.iter()), &series.band, series.digits, top, bottom);
    let band = &series.band;
    if band.ok_low.is_some() || band.ok_high.is_some() {
        let upper = band.ok_high.map_or(0, |limit| values.y(limit));
        let lower = band.ok_low.map_or(HEIGHT, |limit| values.y(limit));
        if upper < lower {
            out.raw("<path class=\"spark-ok\" d=\"M0 ").number(upper).raw("h72v").number(lower - upper);
            out.raw("h-72z\"/>");
        }
    }

    let column = super::shape::COLUMN;
    let points = thinned(points, COLUMNS * column, |point| {
        (times.x(point.at) - left) * COLUMNS / (right - left) * column
    });
    let places = || points.iter().map(|point| (times.x(point.at), values.y(point.last)));
    let runs = runs(&points, window);
    if runs.iter().any(|run| run.len() > 1) {
        out.raw("<path class=\"spark-line\" d=\"");
        draw_runs(&mut out, places(), &runs);
        out.raw("\"/>");
    }
    if let (Some(last), Some((x, y))) = (points.last(), places().next_back()) {
        out.raw(match band.state(last.last, last.below) {
            State::Ok => "<path class=\"spark-dot\" d=\"",
            State::Watch => "<path class=\"spark-dot spark-watch\" d=\"",
            State::Act => "<path class=\"spark-dot spark-act\" d=\"",
        });
        Path::new(&mut out).mark(x, y, mark::DOT);
        out.raw("\"/>");
    }
    out.raw("</svg>");
    out.finish()
}
