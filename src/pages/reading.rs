//! Readings: entered together at the tank.

pub mod choose;
pub mod create;
pub mod new;

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use rust_decimal::Decimal;

use self::new::{Entry, EntryUnit, NewReadingsPage, ReadingsForm};
use super::tank::{Seen, href};
use super::text;
use super::visit::Visit;
use crate::db::overview::Overview;
use crate::domain::dates::DateFormat;
use crate::domain::unit::ParameterUnit;
use crate::http::App;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/readings/new", get(new::handle).post(create::handle))
        .route("/readings/new", get(choose::handle))
}

/// An empty form for a tank.
fn form(
    form_id: String,
    seen: &[Seen<'_>],
    overview: &Overview,
    taken_at: &str,
    now: Timestamp,
    dates: DateFormat,
) -> ReadingsForm {
    let zone = &overview.tank.zone;
    let entries = seen.iter().map(|seen| entry(seen, overview, now, dates)).collect();
    let mut form = ReadingsForm::new(form_id, entries, taken_at);
    form.taken_at.hint = format!("In the tank's time: {}", text::zone_now(zone, now)).into();
    form
}

fn page(visit: &Visit, overview: &Overview, form: ReadingsForm) -> NewReadingsPage {
    let tank = &overview.tank;
    NewReadingsPage {
        shell: visit.shell("log"),
        tank: tank.name.clone(),
        tank_href: href(tank.id),
        action: format!("{}/readings/new", href(tank.id)),
        zone: crate::domain::zone::name(&tank.zone).to_owned(),
        form,
    }
}

fn entry(seen: &Seen<'_>, overview: &Overview, now: Timestamp, dates: DateFormat) -> Entry {
    let latest = seen.tracked.latest.as_ref();
    Entry {
        key: seen.parameter.key.clone(),
        name: seen.parameter.name.clone(),
        last: latest.map(|latest| seen.unit.with_symbol(&seen.value(latest))).unwrap_or_default(),
        last_day: latest
            .map(|latest| text::day(latest.taken_at, &overview.tank.zone, now, dates))
            .unwrap_or_default(),
        value: String::new(),
        unit: seen.unit.code.clone(),
        units: seen.parameter.units.iter().map(|unit| offered(seen, unit)).collect(),
        error: None,
        confirm: None,
    }
}

fn offered(seen: &Seen<'_>, unit: &ParameterUnit) -> EntryUnit {
    let range = &seen.tracked.range;
    // As they are shown: what reads the same as a bound counts as on it, here as in `domain::health`.
    let bound = |bound: Option<Decimal>| bound.map(|bound| unit.show_canonical(bound)).unwrap_or_default();
    let bands = if range.is_empty() {
        String::new()
    } else {
        [range.act_low, range.ok_low, range.ok_high, range.act_high].map(bound).join(",")
    };
    EntryUnit { code: unit.code.clone(), symbol: unit.symbol.clone(), bands }
}
