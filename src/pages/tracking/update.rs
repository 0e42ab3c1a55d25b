//! `POST /tanks/{id}/parameters`.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::edit::{TrackingPage, offered};
use super::href;
use crate::db::tracking::{Change, Tracking};
use crate::db::{self};
use crate::domain::id::ParameterId;
use crate::domain::parameter::Parameter;
use crate::http::error::Error;
use crate::pages::form::Problem;
use crate::pages::note::Note;
use crate::pages::tank::AtTank;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves what the tank tracks: what differs from what the form was made of. A button that moves a row sends
/// the ticks as well, and leads back to the row.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let tank = db::tank::find(&mut db, at.0).await?.ok_or(Error::NotFound)?;
    let standing = db::tracking::of_tank(&mut db, at.0).await?;
    let offered = offered(&standing, catalogue, &tank);
    if !offered.iter().any(|(parameter, _)| is_ticked(&typed, parameter)) {
        drop(db);
        let mut page = TrackingPage::new(visit.shell("tanks"), &tank, catalogue, visit.units(), &offered);
        typed.get("was").clone_into(&mut page.was);
        for row in page.tracked.iter_mut().chain(&mut page.others) {
            row.ticked = false;
        }
        page.problems
            .push(Problem::of_all("Tick at least one parameter: a tank without any has nothing to log."));
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let change = read(&typed, &offered);
    let mut tx = db.begin().await?;
    if !db::tracking::change(&mut tx, at.0, &change).await? {
        return Err(Error::NotFound);
    }
    visit.commit(tx, at.0).await?;
    Ok(match change.place.and_then(|(moved, _)| catalogue.parameter(moved)) {
        Some(moved) => visit.go(&format!("{}#row-{}", href(at.0), moved.key), None),
        None => visit.go(&href(at.0), Some(Note::TrackingSaved)),
    })
}

fn is_ticked(typed: &Typed, parameter: &Parameter) -> bool {
    !typed.get(&format!("track.{}", parameter.key)).is_empty()
}

/// What the form changes; keys that are not offered are passed over.
fn read(typed: &Typed, offered: &[(&Parameter, &Tracking)]) -> Change {
    let was: Vec<&str> = typed.get("was").split(',').collect();
    let ids = |wanted: &dyn Fn(bool, bool) -> bool| -> Vec<ParameterId> {
        offered
            .iter()
            .filter(|(parameter, _)| {
                wanted(was.contains(&parameter.key.as_str()), is_ticked(typed, parameter))
            })
            .map(|(parameter, _)| parameter.id)
            .collect()
    };
    let place = typed.get("move").rsplit_once('.').and_then(|(key, place)| {
        let (parameter, _) = offered.iter().find(|(parameter, _)| parameter.key == key)?;
        Some((parameter.id, place.parse().ok()?))
    });
    Change { add: ids(&|before, now| now && !before), remove: ids(&|before, now| before && !now), place }
}
