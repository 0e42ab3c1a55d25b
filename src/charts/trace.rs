//! What is drawn of the readings themselves: the span of buckets, the line, the marks.

use std::ops::Range;

use super::svg::{Path, Tenths, Writer};
use super::{Point, State, mark};

/// From this distance on each point gets a dot of its own.
const DOT_PITCH: Tenths = 70;

/// A point and where it is.
pub(super) struct Spot<'a> {
    pub(super) x: Tenths,
    pub(super) y: Tenths,
    pub(super) high: Tenths,
    pub(super) low: Tenths,
    pub(super) point: &'a Point,
    pub(super) state: State,
}

/// The span of buckets, behind the line.
pub(super) fn draw_envelope(out: &mut Writer, spots: &[Spot<'_>], runs: &[Range<usize>]) {
    if spots.iter().all(|spot| spot.high == spot.low) {
        return;
    }
    out.raw("<path class=\"plot-span\" d=\"");
    let mut path = Path::new(out);
    for run in runs.iter().filter_map(|run| spots.get(run.clone())) {
        for (index, spot) in run.iter().enumerate() {
            if index == 0 {
                path.move_to(spot.x, spot.high);
            } else {
                path.line_to(spot.x, spot.high);
            }
        }
        for spot in run.iter().rev() {
            path.line_to(spot.x, spot.low);
        }
        path.close();
    }
    out.raw("\"/>");
}

pub(super) fn draw_line(out: &mut Writer, spots: &[Spot<'_>], runs: &[Range<usize>]) {
    if runs.iter().all(|run| run.len() < 2) {
        return;
    }
    out.raw("<path class=\"plot-line\" d=\"");
    draw_runs(out, spots.iter().map(|spot| (spot.x, spot.y)), runs);
    out.raw("\"/>");
}

/// Dots where there is room for them and on points no line goes through; the last one always.
pub(super) fn draw_marks(out: &mut Writer, spots: &[Spot<'_>], runs: &[Range<usize>]) {
    let Some(last) = spots.last() else { return };
    let width = last.x - spots.first().map_or(last.x, |first| first.x);
    let pauses = Tenths::try_from(spots.len() - 1).unwrap_or(Tenths::MAX);
    let roomy = pauses == 0 || width / pauses >= DOT_PITCH;
    let alone = |index: usize| {
        let run = runs.binary_search_by_key(&index, |run| run.start).ok().and_then(|found| runs.get(found));
        run.is_some_and(|run| run.len() == 1)
    };
    let end = spots.len() - 1;
    let dotted = |index: usize| roomy || index == end || alone(index);

    for (state, class, mark) in [
        (State::Ok, "<path class=\"plot-dot\" d=\"", mark::DOT),
        (State::Watch, "<path class=\"plot-dot-watch\" d=\"", mark::DIAMOND),
        (State::Act, "<path class=\"plot-dot-act\" d=\"", mark::SQUARE),
    ] {
        let chosen =
            |index: usize, spot: &Spot<'_>| spot.state == state && !spot.point.below && dotted(index);
        draw_each(out, spots, class, mark, chosen);
    }
    draw_each(out, spots, "<path class=\"plot-below\" d=\"", mark::TRIANGLE, |index, spot| {
        spot.point.below && (roomy || index == end || alone(index))
    });
}

/// Lines through the points of each run.
pub(super) fn draw_runs(
    out: &mut Writer,
    places: impl Iterator<Item = (Tenths, Tenths)>,
    runs: &[Range<usize>],
) {
    let mut path = Path::new(out);
    let mut runs = runs.iter();
    let mut run = runs.next();
    for (index, (x, y)) in places.enumerate() {
        if run.is_some_and(|one| one.end <= index) {
            run = runs.next();
        }
        match run {
            Some(one) if one.len() < 2 => {}
            Some(one) if one.start == index => path.move_to(x, y),
            _ => path.line_to(x, y),
        }
    }
}

/// All marks of one kind in one path.
fn draw_each(
    out: &mut Writer,
    spots: &[Spot<'_>],
    class: &'static str,
    mark: &'static str,
    chosen: impl Fn(usize, &Spot<'_>) -> bool,
) {
    let mut chosen = spots.iter().enumerate().filter(|(index, spot)| chosen(*index, spot)).peekable();
    if chosen.peek().is_none() {
        return;
    }
    out.raw(class);
    let mut path = Path::new(out);
    for (_, spot) in chosen {
        path.mark(spot.x, spot.y, mark);
    }
    out.raw("\"/>");
}
