//! `GET /tanks/new`: the form for a tank.

use askama::Template;
use axum::response::Response;

use super::form::{Offers, TankForm};
use crate::db;
use crate::domain::tank::VolumeUnit;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/new.html")]
pub struct NewTankPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Made when the form is shown: the same form twice is one tank.
    pub form_id: String,
    /// The form.
    pub form: TankForm,
    /// What it offers.
    pub offers: Offers,
    /// Nothing was typed yet: a script may put in the browser's own zone.
    pub fresh: bool,
}

/// Shows an empty form, in the zone of the newest tank.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = &*app.catalogue().await?;
    let tanks = db::tank::list(&mut *app.connection().await?).await?;
    let zone = tanks.first().map_or(app.settings.default_tz.as_str(), |tank| zone::name(&tank.zone));
    let unit = VolumeUnit::preferred(visit.units().system);
    visit.page(&NewTankPage {
        shell: visit.shell("tanks"),
        form_id: app.clock.uuid().to_string(),
        form: TankForm::new(zone, unit.as_str()),
        offers: Offers::new(catalogue),
        fresh: true,
    })
}

#[cfg(test)]
impl NewTankPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |form, fresh| Self {
            shell: Shell::sample("tanks"),
            form_id: "0193".to_owned(),
            form,
            offers: super::form::sample::offers(),
            fresh,
        };
        let empty = TankForm::new("Europe/Berlin", "L");
        let wrong = super::form::sample::wrong(TankForm::new("Europe/Berlin", "us_gal"));
        vec![("tank-new".to_owned(), page(empty, true)), ("tank-new-wrong".to_owned(), page(wrong, false))]
    }
}
