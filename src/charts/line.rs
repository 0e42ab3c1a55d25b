//! The line chart: a panel for each parameter over one time axis.

use super::mark;
use super::panel::{Panel, Places};
use super::svg::{Path, Svg, Tenths, Writer};
use super::text::{self, Description, Span};
use super::time::{self, Times};
use super::value::Values;
use super::{Event, EventKind, Series, Size, Window};

/// Text on the axes, in tenths; the style sheet sets the same (`.plot text`).
const FONT: Tenths = 120;
/// A panel's head: its name and what the pointer is on, or else the last value.
const HEAD: Tenths = 260;
/// Between two panels.
const BETWEEN: Tenths = 160;
/// The strip with the marks of events.
const EVENTS: Tenths = 170;
/// The labels of the time axis.
const FOOT: Tenths = 210;
/// Right of the plot, for the last mark's half.
const RIGHT: Tenths = 60;
/// Marks nearer than this lie on each other and become one.
const MARK_PITCH: Tenths = 80;

impl Size {
    const fn width(self) -> Tenths {
        match self {
            Self::Phone => 3600,
            Self::Wide => 7200,
        }
    }

    /// The height of a plot: alone, it may be tall; among others, it shares the screen.
    const fn plot(self, panels: usize) -> Tenths {
        match (self, panels) {
            (Self::Phone, ..=1) => 1600,
            (Self::Phone, _) => 900,
            (Self::Wide, ..=1) => 2400,
            (Self::Wide, _) => 1200,
        }
    }
}

/// Draws parameters over the window, with events marked under them.
///
/// About 3 KB for a month of daily readings; never more than about 25 KB a panel, whatever the number of
/// points.
pub fn line(series: &[Series], events: &[Event], window: &Window, size: Size) -> Svg {
    let (width, plot) = (size.width(), size.plot(series.len()));
    let events = in_window(events, window);
    let strip = if events.is_empty() { 0 } else { EVENTS };

    let shown: Vec<_> = series.iter().map(|series| super::shape::in_window(series, window)).collect();
    let axes: Vec<_> = series
        .iter()
        .zip(&shown)
        .zip((0..).step_by(as_usize(HEAD + plot + BETWEEN)))
        .map(|((series, points), offset)| {
            let top = Tenths::try_from(offset).unwrap_or(Tenths::MAX / 2) + HEAD;
            let data = text::extremes(points.iter());
            let values = Values::new(data, &series.band, series.digits, top, top + plot);
            (top, values, values.ticks(if plot < 1500 { 4 } else { 6 }, series.digits))
        })
        .collect();
    let labels = axes.iter().flat_map(|(_, _, ticks)| ticks).map(|tick| time::width(&tick.label, FONT));
    let left = labels.max().unwrap_or(0).clamp(200, 800) + 60;
    let right = width - RIGHT;
    let bottom = axes.last().map_or(HEAD, |(top, ..)| top + plot);
    let height = bottom + strip + FOOT;
    let times = Times::new(window, left, right);
    let ticks = time::ticks(window, &times, FONT, width);

    let points: usize = shown.iter().map(|points| points.len().min(480)).sum();
    let mut out = Writer::with_capacity(2_000 + 1_200 * series.len() + 48 * points);
    out.raw(match size {
        Size::Phone => "<svg class=\"plot plot-phone\" role=\"img\" viewBox=\"0 0 ",
        Size::Wide => "<svg class=\"plot plot-wide\" role=\"img\" viewBox=\"0 0 ",
    });
    out.pair(width, height).raw("\"><title>");
    for (index, (series, points)) in series.iter().zip(&shown).enumerate() {
        if index > 0 {
            out.raw(". ");
        }
        out.text(text::sentence(series, window, points));
    }
    if series.is_empty() {
        out.text(Span(window)).raw(": nothing to show");
    }
    out.raw("</title><desc>");
    for (index, (series, points)) in series.iter().zip(&shown).enumerate() {
        out.raw(if index > 0 { ". " } else { "" }).text(Description(series, points));
    }
    match events.len() {
        0 => {}
        1 => _ = out.raw(". 1 event is marked"),
        count => _ = out.raw(". ").text(count).raw(" events are marked"),
    }
    out.raw("</desc>");

    for ((series, points), (top, values, value_ticks)) in series.iter().zip(shown).zip(axes) {
        let places = Places { left, right, top, bottom: top + plot, width };
        Panel::new(series, window, &times, values, places).draw(&mut out, points, &ticks, &value_ticks);
    }
    if !series.is_empty() {
        draw_events(&mut out, &events, &times, HEAD, bottom);
    }
    draw_axis(&mut out, &ticks, (left, right, bottom), bottom + strip);
    out.raw("</svg>");
    out.finish()
}

fn as_usize(tenths: Tenths) -> usize {
    usize::try_from(tenths).unwrap_or(1)
}

fn in_window<'a>(events: &'a [Event], window: &Window) -> Vec<&'a Event> {
    let mut events: Vec<_> =
        events.iter().filter(|event| window.from <= event.at && event.at <= window.to).collect();
    events.sort_by_key(|event| event.at);
    events
}

fn draw_axis(
    out: &mut Writer,
    ticks: &[time::Tick],
    (left, right, bottom): (Tenths, Tenths, Tenths),
    below: Tenths,
) {
    out.raw("<path class=\"plot-axis\" d=\"");
    let mut path = Path::new(out);
    path.move_to(left, bottom);
    path.line_to(right, bottom);
    for tick in ticks {
        path.move_to(tick.x, bottom);
        path.line_to(tick.x, bottom + 40);
    }
    out.raw("\"/><g class=\"plot-times\">");
    for tick in ticks {
        let Some(label) = &tick.label else { continue };
        out.raw(if tick.major { "<text class=\"plot-major\" x=\"" } else { "<text x=\"" });
        out.number(tick.label_x).raw("\" y=\"").number(below + 165).raw("\">").text(label).raw("</text>");
    }
    out.raw("</g>");
}

/// A mark for each event on the strip under the plots, and a hairline up through them. Events that lie on
/// each other share a mark, which names them all.
fn draw_events(out: &mut Writer, events: &[&Event], times: &Times, top: Tenths, bottom: Tenths) {
    let mut rest = events;
    while let Some(first) = rest.first() {
        let x = times.x(first.at);
        let together = rest.partition_point(|event| times.x(event.at) - x < MARK_PITCH).max(1);
        let (here, after) = rest.split_at(together);
        rest = after;
        let y = bottom + 100;
        out.raw("<g class=\"plot-event\"><title>");
        for (index, event) in here.iter().enumerate() {
            out.raw(if index > 0 { "\n" } else { "" }).text(&event.label);
        }
        out.raw("</title><path class=\"plot-since\" d=\"");
        let mut path = Path::new(out);
        path.move_to(x, top);
        path.line_to(x, bottom);
        let several = here.iter().any(|event| event.kind != first.kind);
        let (class, mark) = match first.kind {
            _ if several => ("\"/><path class=\"plot-note\" d=\"", mark::PLUS),
            EventKind::Care => ("\"/><path class=\"plot-care\" d=\"", mark::DROP),
            EventKind::Animal => ("\"/><path class=\"plot-animal\" d=\"", mark::FISH),
            EventKind::Note => ("\"/><path class=\"plot-note\" d=\"", mark::SQUARE),
        };
        out.raw(class);
        Path::new(out).mark(x, y, mark);
        out.raw("\"/></g>");
    }
}
