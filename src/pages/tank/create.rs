//! `POST /tanks/new`.

use axum::response::Response;
use http::StatusCode;

use super::href;
use super::new::{NewTankPage, TankForm};
use crate::db;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::TankId;
use crate::domain::parameter::Catalogue;
use crate::domain::tank;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Adds a tank. The same form twice adds one.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = app.catalogue().await?;
    let now = app.clock.now();
    match tank::check(&read(&typed, catalogue), catalogue, now) {
        Ok(new) => {
            let id = TankId(app.clock.uuid());
            let mut db = app.connection().await?;
            let id = db::tank::create(&mut db, id, &new, keeper.id, now).await?;
            let to = format!("{}?saved={}", href(id), new.form_id);
            Ok(visit.go(&to, Some(Note::TankAdded)))
        }
        Err(errors) => {
            let page = NewTankPage::new(visit.shell("tanks"), again(&typed, &errors), catalogue);
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The form as the domain checks it: the water follows from the profile.
fn read(typed: &Typed, catalogue: &Catalogue) -> tank::TankForm {
    let get = |name: &str| typed.get(name).to_owned();
    let water = catalogue.profile(typed.get("profile")).map(|profile| profile.water_type.as_str());
    tank::TankForm {
        form_id: get("form_id"),
        name: get("name"),
        water_type: water.unwrap_or_default().to_owned(),
        profile: get("profile"),
        volume: get("volume"),
        volume_unit: get("volume_unit"),
        timezone: get("timezone"),
        set_up_on: get("set_up_on"),
    }
}

/// The form as typed, with what is wrong.
fn again(typed: &Typed, errors: &FieldErrors) -> TankForm {
    let mut form =
        TankForm::new(typed.get("form_id").to_owned(), typed.get("timezone"), typed.get("volume_unit"));
    for field in
        [&mut form.name, &mut form.profile, &mut form.volume, &mut form.set_up_on, &mut form.timezone]
    {
        field.value = typed.get(field.name).to_owned();
        field.error = errors.on(field.name).map(str::to_owned);
    }
    if form.volume.error.is_none() {
        form.volume.error = errors.on("volume_unit").map(str::to_owned);
    }
    form.error = errors.on(FORM).map(str::to_owned);
    form
}
