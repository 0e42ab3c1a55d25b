//! `POST /tanks/{id}/edit`.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::edit::EditTankPage;
use super::form::{self, Offers, TankForm};
use super::{AtTank, href};
use crate::db;
use crate::db::tank::Edited;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::parameter::{Catalogue, Profile};
use crate::domain::tank::{self, VolumeUnit};
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves what is known of a tank. An edit of a form that is older than somebody else's edit is not taken.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = &*app.catalogue().await?;
    let mut db = app.connection().await?;
    let (tank, more) = at.whole(&mut db).await?;
    // Anything that is no number is of no version: the form is then shown with the one in force.
    let version = typed.get("version").parse().unwrap_or(-1);
    let errors = match tank::check_edit(&form::read(&typed, catalogue), catalogue, app.clock.now()) {
        Ok(details) => {
            let mut tx = db.begin().await?;
            match db::tank::update(&mut tx, at.0, version, &details).await? {
                Edited::Done => {
                    visit.commit(tx, at.0).await?;
                    return Ok(if details.profile == tank.profile {
                        visit.go(&href(at.0), Some(Note::TankSaved))
                    } else {
                        visit.go(&format!("{}/parameters", href(at.0)), Some(Note::ProfileChanged))
                    });
                }
                Edited::NoTank => return Err(Error::NotFound),
                Edited::Conflict => conflict(&tank, &more, catalogue),
                Edited::SetUpAfterEnd => {
                    let mut errors = FieldErrors::new();
                    errors.push("set_up_on", "This day is after the tank was taken down.");
                    errors
                }
            }
        }
        Err(errors) => errors,
    };
    drop(db);
    let form = TankForm::of(&tank, &more, VolumeUnit::preferred(visit.units().system)).again(&typed, &errors);
    // With a conflict the next save counts: what the tank is now stands on the page.
    let page = EditTankPage::new(
        visit.shell("tanks"),
        &tank,
        more.version.to_string(),
        form,
        Offers::new(catalogue),
    );
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Says what somebody else made of the tank, so that nobody overwrites it unseen.
fn conflict(tank: &db::tank::Tank, more: &db::tank::More, catalogue: &Catalogue) -> FieldErrors {
    let words = |label: &str, value: Option<String>| value.map(|value| format!("{label} {value}"));
    let facts: Vec<_> = [
        words("name", Some(tank.name.clone())),
        words("profile", catalogue.profile(&tank.profile).map(|Profile { name, .. }| name.clone())),
        words("volume", tank.volume.map(tank::Volume::show)),
        words("set up on", tank.set_up_on.map(|day| day.to_string())),
        words("substrate", tank.substrate.clone()),
        words("notes", more.notes.as_ref().map(|notes| notes.chars().take(200).collect())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut errors = FieldErrors::new();
    errors.push(
        FORM,
        format!(
            "Somebody else changed this tank since you opened the form. It now has: {}. Save again to put what \
             stands below in its place.",
            facts.join("; ")
        ),
    );
    errors
}
