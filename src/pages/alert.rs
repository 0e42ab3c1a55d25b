//! Alerts of a tank: what is open, what raises them, and what was.

pub mod list;
pub mod seen;
pub mod update;

use axum::Router;
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use super::parts::State;
use super::text;
use super::visit::Visit;
use crate::db::alert::{self, Listed};
use crate::db::tank::Tank;
use crate::domain::alert::Kind;
use crate::domain::id::TankId;
use crate::domain::parameter::Catalogue;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/alerts", get(list::handle).post(update::handle))
        .route("/alerts/{id}/seen", post(seen::handle))
        .route("/alerts/{id}/unseen", post(seen::undo))
}

/// The address of the alerts of a tank.
pub fn href(tank: TankId) -> String {
    format!("/tanks/{tank}/alerts")
}

/// An open alert.
#[derive(Clone, Debug)]
pub struct OpenAlert {
    /// How bad it is.
    pub state: State,
    /// The parameter's name.
    pub name: String,
    /// Its chart.
    pub href: String,
    /// Since when, in words.
    pub since: String,
    /// The instant, for machines.
    pub iso: String,
    /// Where it is said that it was seen; empty when it was.
    pub seen_action: String,
    /// Who has seen it; may be empty.
    pub seen_by: String,
}

fn state(kind: Kind) -> State {
    match kind {
        Kind::Stale => State::Stale,
        Kind::Watch => State::Watch,
        Kind::Act => State::Act,
    }
}

/// A parameter's name, also of one that was deleted.
fn name(catalogue: &Catalogue, alert: &Listed) -> String {
    catalogue.parameter(alert.parameter).map_or_else(String::new, |parameter| parameter.name.clone())
}

/// The open alerts of a tank, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    visit: &Visit,
    db: &mut PgConnection,
    catalogue: &Catalogue,
    tank: &Tank,
) -> Result<Vec<OpenAlert>, Error> {
    let now = visit.app.clock.now();
    let view = |alert: Listed| OpenAlert {
        state: state(alert.kind),
        name: name(catalogue, &alert),
        href: match catalogue.parameter(alert.parameter) {
            Some(parameter) => format!("/tanks/{}?parameter={}#chart", tank.id, parameter.key),
            None => format!("/tanks/{}", tank.id),
        },
        since: since(visit, alert.raised_at, &tank.zone, now),
        iso: alert.raised_at.to_string(),
        seen_action: if alert.seen_by.is_none() {
            format!("/alerts/{}/seen", alert.id)
        } else {
            String::new()
        },
        seen_by: alert.seen_by.unwrap_or_default(),
    };
    Ok(alert::open(db, tank.id).await?.into_iter().map(view).collect())
}

fn since(visit: &Visit, at: Timestamp, zone: &TimeZone, now: Timestamp) -> String {
    text::when(at, zone, now, visit.dates())
}

#[cfg(test)]
impl OpenAlert {
    pub(in crate::pages) fn samples() -> Vec<Self> {
        let one = Self {
            state: State::Act,
            name: "Phosphate".to_owned(),
            href: "/tanks/reef?parameter=phosphate#chart".to_owned(),
            since: "today 18:30".to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            seen_action: "/alerts/1/seen".to_owned(),
            seen_by: String::new(),
        };
        let seen = Self {
            state: State::Stale,
            name: "Total dissolved solids of the water in the reservoir".to_owned(),
            seen_action: String::new(),
            seen_by: "Maximilian-Alexander von und zu".to_owned(),
            ..one.clone()
        };
        vec![one, seen]
    }
}
