//! `GET /tanks/{id}/edit`: what is known of a tank, to be changed.

use askama::Template;
use axum::response::Response;

use super::form::{Offers, TankForm};
use super::{AtTank, href};
use crate::db::tank::Tank;
use crate::domain::tank::VolumeUnit;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/edit.html")]
pub struct EditTankPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name as it is stored.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// Which version of the tank the form was made of: an edit of an older one is not taken.
    pub version: String,
    /// The form.
    pub form: TankForm,
    /// What it offers.
    pub offers: Offers,
    /// Where it can be taken down; empty when it was.
    pub decommission_href: String,
}

impl EditTankPage {
    pub(super) fn new(shell: Shell, tank: &Tank, version: String, form: TankForm, offers: Offers) -> Self {
        let tank_href = href(tank.id);
        let active = tank.decommissioned_on.is_none();
        Self {
            shell,
            tank: tank.name.clone(),
            version,
            form,
            offers,
            decommission_href: if active { format!("{tank_href}/decommission") } else { String::new() },
            tank_href,
        }
    }
}

/// Shows the tank as it is.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = &*app.catalogue().await?;
    let (tank, more) = at.whole(&mut *app.connection().await?).await?;
    let form = TankForm::of(&tank, &more, VolumeUnit::preferred(visit.units().system));
    let offers = Offers::new(catalogue);
    visit.page(&EditTankPage::new(visit.shell("tanks"), &tank, more.version.to_string(), form, offers))
}

#[cfg(test)]
impl EditTankPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let mut form = TankForm::new("Europe/Berlin", "L");
        form.name.value = "Reef by the window".to_owned();
        form.profile.value = "reef_sw".to_owned();
        form.volume.value = "240".to_owned();
        form.substrate.value = "Aragonite sand, 3 cm".to_owned();
        form.notes.value = "- Return pump 3,000 L/h\n- Skimmer".to_owned();
        let mut conflict = form.clone();
        conflict.error =
            Some("Somebody else changed this tank meanwhile. Look at it, then save again.".to_owned());
        let page = |form| Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            version: "3".to_owned(),
            form,
            offers: super::form::sample::offers(),
            decommission_href: "/tanks/reef/decommission".to_owned(),
        };
        vec![("tank-edit".to_owned(), page(form)), ("tank-edit-conflict".to_owned(), page(conflict))]
    }
}
