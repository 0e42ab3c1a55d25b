//! Readings: entered together at the tank or one by one, corrected, deleted, looked back at.

pub mod back;
pub mod choose;
pub mod create;
pub mod delete;
pub mod edit;
pub mod history;
pub mod new;
pub mod one;
pub mod quick;
pub mod row;
pub mod save;
pub mod undo;
pub mod update;

use std::str::FromStr;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
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
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/readings/new", get(new::handle).post(create::handle))
        .route("/tanks/{id}/history", get(history::handle))
        .route("/readings/new", get(choose::handle))
        .route("/readings/quick", get(quick::handle).post(save::handle))
        .route("/readings/{id}/edit", get(edit::handle).post(update::handle))
        .route("/readings/{id}/delete", post(delete::handle))
        .route("/readings/changes/{id}/undo", post(undo::handle))
}

/// What the address names by its id. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct At<T>(pub T);

impl<T: FromStr> FromRequestParts<App> for At<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
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
        quick_href: format!("/readings/quick?tank={}", tank.id),
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
