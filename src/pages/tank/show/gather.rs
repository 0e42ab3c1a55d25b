//! From what the database knows to what the tank's page says.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::{Readout, Todo, Trend, Way};
use crate::db::overview::LatestReading;
use crate::domain::dates::DateFormat;
use crate::domain::health::{self, Health};
use crate::domain::number;
use crate::domain::range::Range;
use crate::pages::gauge;
use crate::pages::parts::{Markup, State};
use crate::pages::tank::Seen;
use crate::pages::text;

/// What to do, the worst first.
pub(super) fn todo(health: &Health, seen: &[Seen<'_>], link: impl Fn(&str) -> String) -> Vec<Todo> {
    health
        .reasons
        .iter()
        .filter_map(|reason| {
            let seen = seen.iter().find(|seen| seen.parameter.id == reason.parameter)?;
            let state = State::from(reason.state);
            Some(Todo {
                state,
                title: reason.text.clone(),
                text: match seen.tracked.range.ok_in_words(seen.unit) {
                    _ if state == State::Stale => "Measure it again.".to_owned(),
                    Some(range) => format!("OK is {}.", seen.unit.with_symbol(&range)),
                    None => String::new(),
                },
                href: link(&seen.parameter.key),
            })
        })
        .collect()
}

/// In which time, and how, instants are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
    pub(super) dates: DateFormat,
}

/// A parameter's latest value.
pub(super) fn readout(
    seen: &Seen<'_>,
    Shown { zone, now, dates }: &Shown<'_>,
    href: String,
    chosen: bool,
) -> Readout {
    let latest = seen.tracked.latest.as_ref();
    let standing = health::of_parameter(&seen.tracked.input(seen.parameter, seen.unit), *now);
    let state = State::from(standing.state);
    let range = seen.tracked.range.ok_in_words(seen.unit).unwrap_or_default();
    Readout {
        name: seen.parameter.name.clone(),
        href,
        chosen,
        value: latest.map(|latest| seen.value(latest)).unwrap_or_default(),
        unit: seen.symbol().to_owned(),
        state,
        gauge: latest.map(|latest| strip(&seen.tracked.range, latest)).unwrap_or_default(),
        trend: latest.and_then(|latest| trend(seen, latest)),
        when: latest.map(|latest| text::when(latest.taken_at, zone, *now, *dates)).unwrap_or_default(),
        iso: latest.map(|latest| latest.taken_at.to_string()).unwrap_or_default(),
        range: if state == State::Ok || range.is_empty() { range } else { format!("OK {range}") },
    }
}

fn strip(range: &Range, latest: &LatestReading) -> Markup {
    let float = |value: Option<Decimal>| value.and_then(|value| value.to_f64());
    let Some(value) = latest.value.to_f64() else { return Markup::default() };
    let [act_low, ok_low, ok_high, act_high] =
        [range.act_low, range.ok_low, range.ok_high, range.act_high].map(float);
    gauge::draw(act_low, ok_low, ok_high, act_high, value)
}

/// How the value moved since the day measured before. Nothing is said of a first value, or of one that is
/// below detection now.
fn trend(seen: &Seen<'_>, latest: &LatestReading) -> Option<Trend> {
    let [.., before, _] = seen.tracked.sparkline.as_slice() else { return None };
    if latest.below {
        return None;
    }
    let now = seen.unit.from_canonical(latest.value)?;
    let before = seen.unit.from_canonical(Decimal::from_f64_retain(before.value)?)?;
    let step = seen.unit.show((now - before).abs());
    let text = number::plainly(step.parse().ok()?);
    Some(match (text.as_str(), now > before) {
        ("0", _) => Trend { way: Way::Level, text: "steady".to_owned() },
        (step, true) => Trend { way: Way::Up, text: format!("up {step}") },
        (step, false) => Trend { way: Way::Down, text: format!("down {step}") },
    })
}
