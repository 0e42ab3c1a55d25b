//! Tanks.

pub mod create;
pub mod decommission;
pub mod edit;
pub mod form;
pub mod list;
pub mod new;
pub mod retire;
pub mod show;
pub mod update;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::parts::State;
use super::text;
use super::visit::Visit;
use crate::db;
use crate::db::overview::{self, LatestReading, Overview, Tracked};
use crate::db::tank::{More, Tank};
use crate::domain::health::{self, Health};
use crate::domain::id::TankId;
use crate::domain::parameter::{Catalogue, Parameter};
use crate::domain::unit::{ParameterUnit, Units};
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks", get(list::handle))
        .route("/tanks/new", get(new::handle).post(create::handle))
        .route("/tanks/{id}", get(show::handle))
        .route("/tanks/{id}/edit", get(edit::handle).post(update::handle))
        .route("/tanks/{id}/decommission", get(decommission::handle).post(retire::handle))
        .route("/tanks/{id}/restore", post(retire::restore))
        .route("/tanks/{id}/restore/undo", post(retire::undo_restore))
}

/// The tank that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtTank(pub TankId);

impl FromRequestParts<App> for AtTank {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl AtTank {
    /// The tank with everything it tracks.
    ///
    /// # Errors
    /// When there is no such tank, or the database does not answer.
    pub async fn overview(self, db: &mut PgConnection, now: Timestamp) -> Result<Overview, Error> {
        overview::tank(db, self.0, now).await?.ok_or(Error::NotFound)
    }

    /// The tank itself, with what only its own pages show.
    ///
    /// # Errors
    /// When there is no such tank, or the database does not answer.
    pub async fn whole(self, db: &mut PgConnection) -> Result<(Tank, More), Error> {
        let tank = db::tank::find(db, self.0).await?.ok_or(Error::NotFound)?;
        let more = db::tank::more(db, self.0).await?.ok_or(Error::NotFound)?;
        Ok((tank, more))
    }

    /// The tank with everything it tracks and everything else that can be measured there, or was, after what it tracks.
    ///
    /// # Errors
    /// When there is no such tank, or the database does not answer.
    pub async fn everything(self, db: &mut PgConnection, now: Timestamp) -> Result<Overview, Error> {
        let mut overview = self.overview(db, now).await?;
        overview.tracked.extend(overview::untracked(db, self.0).await?);
        Ok(overview)
    }
}

/// The address of a tank's page.
pub fn href(id: TankId) -> String {
    format!("/tanks/{id}")
}

/// One tracked parameter as this keeper sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What is measured.
    pub parameter: &'a Parameter,
    /// How this tank tracks it.
    pub tracked: &'a Tracked,
    /// The unit to speak in.
    pub unit: &'a ParameterUnit,
}

impl<'a> Seen<'a> {
    /// Everything a tank tracks, each in the unit that [`Parameter::preferred_unit`] says.
    pub fn all(overview: &'a Overview, catalogue: &'a Catalogue, units: Units<'_>) -> Vec<Self> {
        let see = |(parameter, tracked): (&'a Parameter, &'a Tracked)| Self {
            parameter,
            tracked,
            unit: parameter.preferred_unit(units, tracked.unit_code.as_deref()),
        };
        overview.parameters(catalogue).map(see).collect()
    }

    /// A reading's value without its unit, with `<` when below detection: as entered where it was entered in
    /// the unit shown.
    pub fn value(&self, reading: &LatestReading) -> String {
        let shown = if reading.entered_unit == self.unit.code {
            self.unit.show(reading.entered_value)
        } else {
            self.unit.show_canonical(reading.value)
        };
        format!("{}{shown}", if reading.below { "<" } else { "" })
    }

    /// The unit's symbol; pH has none.
    pub fn symbol(&self) -> &'a str {
        if self.unit.code == "pH" { "" } else { &self.unit.symbol }
    }
}

/// How a tank stands, in the keeper's units.
pub fn health(seen: &[Seen<'_>], now: Timestamp) -> Health {
    health::of_tank(seen.iter().map(|seen| seen.tracked.input(seen.parameter, seen.unit)), now)
}

/// Why a tank stands as it does, as a sentence.
pub fn reason(health: &Health, seen: &[Seen<'_>]) -> String {
    if let [first, rest @ ..] = health.reasons.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
        return format!("{}{more}.", first.text);
    }
    let measured = seen.iter().filter(|seen| seen.tracked.latest.is_some()).count();
    match (State::from(health.state), measured) {
        (State::New, _) | (_, 0) => "No readings yet.".to_owned(),
        (_, 1) => "1 value measured, and it is in range.".to_owned(),
        (_, measured) if measured < seen.len() => {
            format!("{measured} of {} values measured, all in range.", seen.len())
        }
        (_, measured) => format!("All {measured} values are in range."),
    }
}

/// What the first lines of a tank say: profile, volume, age, substrate, zone.
fn facts(visit: &Visit, overview: &Overview, catalogue: &Catalogue) -> Vec<String> {
    let tank = &overview.tank;
    let profile = catalogue.profile(&tank.profile).map(|profile| profile.name.clone());
    let volume = tank.volume.map(crate::domain::tank::Volume::show);
    let set_up = tank.set_up_on.map(|day| format!("set up {}", visit.dates().day(day)));
    let zone = Some(text::zone_now(&tank.zone, visit.app.clock.now()));
    [profile, volume, set_up, tank.substrate.clone(), zone].into_iter().flatten().collect()
}
