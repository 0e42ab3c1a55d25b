//! From points to places: which are shown, what shares a column, where the line breaks.

use std::borrow::Cow;
use std::ops::Range;

use jiff::SignedDuration;

use super::svg::Tenths;
use super::{Point, Series, Window};

/// Below this many tenths a column of its own cannot be told from its neighbour.
pub(super) const COLUMN: Tenths = 15;

/// The points inside the window in order of time. Borrows when they are in order already.
pub(super) fn in_window<'a>(series: &'a Series, window: &Window) -> Cow<'a, [Point]> {
    let points = &series.points;
    if points.is_sorted_by_key(|point| point.at) {
        let first = points.partition_point(|point| point.at < window.from);
        let end = points.partition_point(|point| point.at <= window.to);
        return Cow::Borrowed(points.get(first..end).unwrap_or_default());
    }
    let inside = |point: &&Point| window.from <= point.at && point.at <= window.to;
    let mut points: Vec<Point> = points.iter().filter(inside).cloned().collect();
    points.sort_by_key(|point| point.at);
    Cow::Owned(points)
}

/// Merges points that would share a column, keeping the lowest, the highest and the last, so that the size of
/// a drawing is bounded by its width however many points come in.
pub(super) fn thinned(
    points: Cow<'_, [Point]>,
    width: Tenths,
    x: impl Fn(&Point) -> Tenths,
) -> Cow<'_, [Point]> {
    let columns = usize::try_from(width / COLUMN).unwrap_or(0);
    if points.len() <= columns {
        return points;
    }
    let mut merged: Vec<Point> = Vec::with_capacity(columns + 1);
    let mut column = None;
    for point in points.iter() {
        let here = x(point) / COLUMN;
        match merged.last_mut() {
            Some(last) if column == Some(here) => {
                let (low, high) = (last.min.min(point.min), last.max.max(point.max));
                *last = Point { min: low, max: high, ..point.clone() };
            }
            _ => merged.push(point.clone()),
        }
        column = Some(here);
    }
    Cow::Owned(merged)
}

/// The runs of points that one line goes through.
///
/// A line between two readings claims that the value went that way. It breaks where nobody looked for much
/// longer than usual: more than three times the usual (median) pause, so that a weekly tester may skip two
/// weeks and a daily one a weekend; and more than two days, so that a few readings in one evening do not
/// make the next day a gap. In windows shorter than sixteen days two days would be most of the picture, so
/// there an eighth of the window is enough: three hours in a probe's day.
pub(super) fn runs(points: &[Point], window: &Window) -> Vec<Range<usize>> {
    let pauses = || points.windows(2).map(|two| two[1].at.duration_since(two[0].at));
    let mut sorted: Vec<SignedDuration> = pauses().collect();
    let middle = sorted.len() / 2;
    let usual = if sorted.is_empty() { SignedDuration::ZERO } else { *sorted.select_nth_unstable(middle).1 };
    let eighth = window.to.duration_since(window.from).abs() / 8;
    let limit = usual.saturating_mul(3).max(eighth.min(SignedDuration::from_hours(48)));

    let mut runs = Vec::new();
    let mut start = 0;
    for (index, pause) in pauses().enumerate() {
        if pause > limit {
            runs.push(start..index + 1);
            start = index + 1;
        }
    }
    if start < points.len() {
        runs.push(start..points.len());
    }
    runs
}
