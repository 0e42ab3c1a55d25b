//! `GET /tanks`: every tank and how it is.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use crate::db;
use crate::db::overview::{self, Overview};
use crate::domain::parameter::Catalogue;
use crate::domain::tank::Volume;
use crate::domain::unit::UnitSystem;
use crate::http::error::Error;
use crate::pages::parts::State;
#[cfg(test)]
use crate::pages::photo;
use crate::pages::photo::Image;
use crate::pages::shell::Shell;
use crate::pages::tank::{Seen, health, href, reason};
use crate::pages::visit::Visit;

/// A line of the list.
#[derive(Clone, Debug)]
pub struct TankRow {
    /// The tank's name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its profile in words.
    pub profile: String,
    /// Its volume as entered; may be empty.
    pub volume: String,
    /// Its health.
    pub state: State,
    /// Why, in words.
    pub reason: String,
    /// The photo that stands for it.
    pub cover: Option<Image>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/list.html")]
pub struct TanksPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Every tank that is in use.
    pub tanks: Vec<TankRow>,
}

/// Shows every tank that is in use.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let catalogue = visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let overviews = overview::active(&mut db, now).await?;
    let ids: Vec<_> = overviews.iter().map(|overview| overview.tank.id.0).collect();
    let covers = db::photo::covers(&mut db, &ids).await?;
    drop(db);
    let tanks = overviews
        .iter()
        .map(|overview| TankRow {
            cover: covers.get(&overview.tank.id.0).map(Image::beside_its_name),
            ..row(overview, catalogue, visit.units(), now)
        })
        .collect();
    visit.page(&TanksPage { shell: visit.shell("tanks"), tanks })
}

fn row(overview: &Overview, catalogue: &Catalogue, units: UnitSystem, now: Timestamp) -> TankRow {
    let seen = Seen::all(overview, catalogue, units);
    let health = health(&seen, now);
    let tank = &overview.tank;
    TankRow {
        name: tank.name.clone(),
        href: href(tank.id),
        profile: catalogue.profile(&tank.profile).map(|profile| profile.name.clone()).unwrap_or_default(),
        volume: tank.volume.map(Volume::show).unwrap_or_default(),
        state: health.state.into(),
        reason: reason(&health, &seen),
        cover: None,
    }
}

#[cfg(test)]
impl TanksPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |name: &str, state, reason: &str| TankRow {
            name: name.to_owned(),
            href: "/tanks/reef".to_owned(),
            profile: "Reef Saltwater".to_owned(),
            volume: "240 L".to_owned(),
            state,
            reason: reason.to_owned(),
            cover: (name != "Nano").then(photo::sample::cover),
        };
        let rows = vec![
            row("Reef by the window", State::Watch, "Nitrate is above its range."),
            row(
                "Donaudampfschifffahrtsgesellschaftskapitänsaquarium",
                State::Ok,
                "All 10 tracked values are in range.",
            ),
            row("Nano", State::New, "No readings yet."),
        ];
        let page = |tanks| Self { shell: Shell::sample("tanks"), tanks };
        vec![("tanks-empty".to_owned(), page(vec![])), ("tanks".to_owned(), page(rows))]
    }
}
