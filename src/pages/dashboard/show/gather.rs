//! From what the database knows to what the dashboard says.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::{Attention, Mini, RecentSession, TankCard};
use crate::charts::{self, Band, Point, Series, Window};
use crate::db::overview::{self, Overview};
use crate::domain::dates::DateFormat;
use crate::domain::health;
use crate::domain::parameter::Catalogue;
use crate::domain::unit::Units;
use crate::pages::parts::{Markup, State};
use crate::pages::reading::row::session_href;
use crate::pages::tank::{Seen, health as health_of, href, reason};
use crate::pages::text;

/// What a card shows, in this order, as far as the tank tracks it.
const FIRST_GLANCE: [&str; 5] = ["temperature", "ph", "salinity", "kh", "nitrate"];
/// How many values a card has room for.
const VALUES: usize = 4;
/// From so many tanks on, cards say the state and the reason only: the page stays quick to read and to load.
pub(super) const CROWDED: usize = 13;

/// Tanks that ask for something, the worst first.
pub(super) fn attention(
    overviews: &[Overview],
    catalogue: &Catalogue,
    units: Units<'_>,
    now: Timestamp,
) -> Vec<Attention> {
    let mut attention: Vec<_> = overviews
        .iter()
        .filter_map(|overview| {
            let health = health_of(&Seen::all(overview, catalogue, units), now);
            let state = State::from(health.state);
            let worst = health.reasons.iter().filter(|reason| reason.state == health.state);
            let texts: Vec<_> = worst.map(|reason| reason.text.as_str()).collect();
            state.is_trouble().then(|| Attention {
                state,
                tank: overview.tank.name.clone(),
                href: href(overview.tank.id),
                text: texts.join("; "),
            })
        })
        .collect();
    attention.sort_by_key(|item| std::cmp::Reverse(item.state));
    attention
}

/// A tank's card.
pub(super) fn card(
    overview: &Overview,
    tanks: usize,
    catalogue: &Catalogue,
    units: Units<'_>,
    now: Timestamp,
) -> TankCard {
    let seen = Seen::all(overview, catalogue, units);
    let health = health_of(&seen, now);
    let first = FIRST_GLANCE.iter().filter_map(|key| seen.iter().find(|seen| seen.parameter.key == *key));
    let minis = first.filter_map(|seen| mini(seen, overview, now)).take(VALUES);
    TankCard {
        name: overview.tank.name.clone(),
        href: href(overview.tank.id),
        state: health.state.into(),
        reason: reason(&health, &seen),
        cover: None,
        minis: if tanks < CROWDED { minis.collect() } else { Vec::new() },
    }
}

fn mini(seen: &Seen<'_>, overview: &Overview, now: Timestamp) -> Option<Mini> {
    let latest = seen.tracked.latest.as_ref()?;
    let standing = health::of_parameter(&seen.tracked.input(seen.parameter, seen.unit), now);
    Some(Mini {
        name: seen.parameter.name.clone(),
        value: seen.value(latest),
        unit: seen.symbol().to_owned(),
        state: standing.state.into(),
        spark: spark(seen, overview, now),
    })
}

/// A month in a line, in the unit shown. One point is no line.
fn spark(seen: &Seen<'_>, overview: &Overview, now: Timestamp) -> Markup {
    let days = i32::from(overview::SPARKLINE_DAYS);
    let at = |day: i32| now.checked_sub(SignedDuration::from_hours(24 * i64::from(days - 1 - day)));
    let in_unit = |value: Decimal| seen.unit.from_canonical(value);
    let points: Vec<_> = seen
        .tracked
        .sparkline
        .iter()
        .filter_map(|point| {
            let value = in_unit(Decimal::from_f64_retain(point.value)?)?;
            Some(Point::single(at(point.day).ok()?, value, false))
        })
        .collect();
    let Some(from) = at(0).ok().filter(|_| points.len() > 1) else { return Markup::default() };
    let range = &seen.tracked.range;
    let series = Series {
        name: seen.parameter.name.clone(),
        unit: seen.symbol().to_owned(),
        digits: seen.unit.digits(),
        band: Band {
            act_low: range.act_low.and_then(in_unit),
            ok_low: range.ok_low.and_then(in_unit),
            ok_high: range.ok_high.and_then(in_unit),
            act_high: range.act_high.and_then(in_unit),
        },
        points,
    };
    let window = Window { from, to: now, zone: overview.tank.zone.clone(), dates: DateFormat::default() };
    Markup(charts::sparkline(&series, &window).as_str().to_owned())
}

/// What was logged last, each in its tank's zone.
pub(super) fn recent(
    sessions: &[overview::RecentSession],
    overviews: &[Overview],
    now: Timestamp,
    dates: DateFormat,
) -> Vec<RecentSession> {
    let tank = |session: &overview::RecentSession| {
        overviews.iter().map(|overview| &overview.tank).find(|tank| tank.id == session.tank)
    };
    sessions
        .iter()
        .filter_map(|session| {
            let tank = tank(session)?;
            Some(RecentSession {
                tank: tank.name.clone(),
                href: session_href(session.id),
                values: std::iter::once(text::count(session.readings, "reading"))
                    .chain(session.note.clone())
                    .collect(),
                when: text::when(session.taken_at, &tank.zone, now, dates),
                iso: session.taken_at.to_string(),
                by: session.recorded_by.clone().unwrap_or_default(),
            })
        })
        .collect()
}
