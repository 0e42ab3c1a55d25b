//! The chart of one parameter, with the choices around it and the same as a table.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{ChartRow, ChartView};
use crate::charts::{self, Size, Window};
use crate::db::overview::Overview;
use crate::db::series;
use crate::domain::dates::DateFormat;
use crate::domain::span::Span;
use crate::pages::parts::{Fact, Markup, Pick};
use crate::pages::tank::{Seen, href};

/// What the chart shows: a parameter and how far back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen<'a> {
    pub(super) seen: Seen<'a>,
    pub(super) span: Span,
}

/// The address of a chart.
pub(super) fn address(overview: &Overview, key: &str, span: Span) -> String {
    format!("{}?parameter={key}&range={}#chart", href(overview.tank.id), span.as_str())
}

/// Draws the points, in the unit shown.
pub(super) fn view(
    chosen: &Chosen<'_>,
    points: &[series::Point],
    seen: &[Seen<'_>],
    overview: &Overview,
    now: Timestamp,
    dates: DateFormat,
) -> ChartView {
    let Chosen { seen: one, span } = chosen;
    let key = &one.parameter.key;
    let series = one.series(points);
    let from = span.start(now).or(points.first().map(|point| point.at)).unwrap_or(now);
    let window = Window { from, to: now, zone: overview.tank.zone.clone(), dates };
    let svg =
        [Size::Phone, Size::Wide].map(|size| charts::line(std::slice::from_ref(&series), &[], &window, size));
    let rows = charts::rows(&series, &window);
    ChartView {
        title: format!("{}, {}", one.parameter.name, span.label()),
        name: one.parameter.name.clone(),
        parameters: seen
            .iter()
            .filter(|seen| seen.tracked.latest.is_some())
            .map(|seen| Pick {
                href: address(overview, &seen.parameter.key, *span),
                label: seen.parameter.name.clone(),
                chosen: seen.parameter.id == one.parameter.id,
            })
            .collect(),
        spans: Span::ALL
            .map(|each| Pick {
                href: address(overview, key, each),
                label: each.short().to_owned(),
                chosen: each == *span,
            })
            .to_vec(),
        all_href: address(overview, key, Span::All),
        facts: facts(one, points),
        svg: Markup(svg.iter().map(charts::Svg::as_str).collect()),
        columns: ["Lowest", "Highest", "Last"].map(str::to_owned).to_vec(),
        rows: rows
            .into_iter()
            .map(|row| ChartRow {
                when: row.day,
                iso: row.date.to_string(),
                cells: vec![row.min, row.max, row.last],
            })
            .collect(),
    }
}

fn facts(seen: &Seen<'_>, points: &[series::Point]) -> Vec<Fact> {
    let lowest = points.iter().map(|point| point.min).min();
    let highest = points.iter().map(|point| point.max).max();
    let fact = |label: &str, value: Option<Decimal>| {
        let shown = seen.unit.with_symbol(&seen.unit.show_canonical(value?));
        Some(Fact { label: label.to_owned(), value: shown })
    };
    [fact("Lowest", lowest), fact("Highest", highest)].into_iter().flatten().collect()
}
