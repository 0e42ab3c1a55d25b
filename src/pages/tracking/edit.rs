//! `GET /tanks/{id}/parameters`: what the tank tracks, in which order, and by which ranges.

use askama::Template;
use axum::response::Response;

use super::href;
use crate::db::tank::Tank;
use crate::db::{self, tracking::Tracking};
use crate::domain::parameter::{Catalogue, Parameter, WaterType};
use crate::domain::unit::Units;
use crate::http::error::Error;
use crate::pages::form::Problem;
use crate::pages::shell::Shell;
use crate::pages::tank::{self, AtTank};
use crate::pages::visit::Visit;

/// One parameter.
#[derive(Clone, Debug)]
pub struct TrackRow {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Is it ticked?
    pub ticked: bool,
    /// Its range in words, and how often it is to be measured.
    pub range: String,
    /// The range, or the days, are the tank's own.
    pub own: bool,
    /// Where its range is set.
    pub href: String,
    /// What the button sends that moves it up; empty when it cannot be moved.
    pub up: String,
    /// The same for down.
    pub down: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tracking/edit.html")]
pub struct TrackingPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// Where the form is sent.
    pub action: String,
    /// The tank's profile in words.
    pub profile: String,
    /// The tank's water in words.
    pub water: String,
    /// What was tracked when the form was made, so that only what is changed in it changes.
    pub was: String,
    /// What is tracked, in the tank's order.
    pub tracked: Vec<TrackRow>,
    /// What else can be tracked.
    pub others: Vec<TrackRow>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// What may be ticked: what is offered in the tank's water, and what is tracked already.
pub(super) fn offered<'a>(
    standing: &'a [Tracking],
    catalogue: &'a Catalogue,
    tank: &Tank,
) -> Vec<(&'a Parameter, &'a Tracking)> {
    let water = water(catalogue, tank);
    standing
        .iter()
        .filter_map(|tracking| Some((catalogue.parameter(tracking.parameter)?, tracking)))
        .filter(|(parameter, tracking)| {
            parameter.is_offered_in(water) || tracking.tracked && !parameter.retired
        })
        .collect()
}

fn water(catalogue: &Catalogue, tank: &Tank) -> WaterType {
    catalogue.profile(&tank.profile).map_or(WaterType::Fresh, |profile| profile.water_type)
}

impl TrackingPage {
    pub(super) fn new(
        shell: Shell,
        tank: &Tank,
        catalogue: &Catalogue,
        units: Units<'_>,
        offered: &[(&Parameter, &Tracking)],
    ) -> Self {
        let count = offered.iter().filter(|(_, tracking)| tracking.tracked).count();
        let mut rows: Vec<_> = offered
            .iter()
            .enumerate()
            .map(|(place, (parameter, tracking))| row(tank, parameter, tracking, units, (place, count)))
            .collect();
        let others = rows.split_off(count);
        let keys: Vec<_> = rows.iter().map(|row| row.key.as_str()).collect();
        Self {
            shell,
            tank: tank.name.clone(),
            tank_href: tank::href(tank.id),
            action: href(tank.id),
            profile: catalogue.profile(&tank.profile).map(|profile| profile.name.clone()).unwrap_or_default(),
            water: water(catalogue, tank).label().to_owned(),
            was: keys.join(","),
            tracked: rows,
            others,
            problems: Vec::new(),
        }
    }
}

fn row(
    tank: &Tank,
    parameter: &Parameter,
    tracking: &Tracking,
    units: Units<'_>,
    (place, count): (usize, usize),
) -> TrackRow {
    let unit = parameter.preferred_unit(units, tracking.unit_code.as_deref());
    let range = tracking.standards.range.ok_in_words(unit);
    let range =
        range.map_or_else(|| "no range".to_owned(), |range| format!("OK {}", unit.with_symbol(&range)));
    let often = match tracking.stale_after_days() {
        None => String::new(),
        Some(1) => ", every day".to_owned(),
        Some(days) => format!(", every {days} days"),
    };
    let key = &parameter.key;
    let move_to = |place: Option<usize>| {
        let place = place.filter(|place| tracking.tracked && *place < count);
        place.map(|place| format!("{key}.{place}")).unwrap_or_default()
    };
    TrackRow {
        key: key.clone(),
        name: parameter.name.clone(),
        ticked: tracking.tracked,
        range: format!("{range}{often}"),
        own: tracking.is_own(),
        href: format!("{}/{key}", href(tank.id)),
        up: move_to(place.checked_sub(1)),
        down: move_to(Some(place + 1)),
    }
}

/// Shows what the tank tracks.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let tank = db::tank::find(&mut db, at.0).await?.ok_or(Error::NotFound)?;
    let standing = db::tracking::of_tank(&mut db, at.0).await?;
    drop(db);
    let offered = offered(&standing, catalogue, &tank);
    visit.page(&TrackingPage::new(visit.shell("tanks"), &tank, catalogue, visit.units(), &offered))
}

#[cfg(test)]
impl TrackingPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |key: &str, name: &str, range: &str, place: Option<usize>| TrackRow {
            key: key.to_owned(),
            name: name.to_owned(),
            ticked: place.is_some(),
            range: range.to_owned(),
            own: key == "ph",
            href: format!("/tanks/reef/parameters/{key}"),
            up: place
                .filter(|place| *place > 0)
                .map(|place| format!("{key}.{}", place - 1))
                .unwrap_or_default(),
            down: place
                .filter(|place| *place < 2)
                .map(|place| format!("{key}.{}", place + 1))
                .unwrap_or_default(),
        };
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            action: "/tanks/reef/parameters".to_owned(),
            profile: "Reef Saltwater".to_owned(),
            water: "Saltwater".to_owned(),
            was: "temperature,ph,nitrate".to_owned(),
            tracked: vec![
                row("temperature", "Temperature", "OK 24.4 to 26.7 °C, every 7 days", Some(0)),
                row("ph", "pH", "OK 8.1 to 8.4, every 3 days", Some(1)),
                row("nitrate", "Nitrate", "OK up to 5 ppm, every 14 days", Some(2)),
            ],
            others: vec![
                row("iodine", "Iodine", "no range", None),
                row("custom_1000", "Total organic carbon by the long method", "no range", None),
            ],
            problems: Vec::new(),
        };
        let mut wrong = page.clone();
        wrong.problems = vec![Problem::of_all("Tick at least one parameter.")];
        vec![("tracking".to_owned(), page), ("tracking-wrong".to_owned(), wrong)]
    }
}
