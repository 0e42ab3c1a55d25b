//! `POST /tanks/new`.

use axum::response::Response;
use http::StatusCode;

use super::form::{self, Offers, TankForm};
use super::href;
use super::new::NewTankPage;
use crate::db;
use crate::domain::id::TankId;
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
    let catalogue = &*app.catalogue().await?;
    let now = app.clock.now();
    match tank::check(&form::read(&typed, catalogue), catalogue, now) {
        Ok(new) => {
            let id = TankId(app.clock.uuid());
            let mut db = app.connection().await?;
            let id = db::tank::create(&mut db, id, &new, keeper.id, now).await?;
            let to = format!("{}?saved={}", href(id), new.form_id);
            Ok(visit.go(&to, Some(Note::TankAdded)))
        }
        Err(errors) => {
            let page = NewTankPage {
                shell: visit.shell("tanks"),
                form_id: typed.get("form_id").to_owned(),
                form: TankForm::new("", "").again(&typed, &errors),
                offers: Offers::new(catalogue),
                fresh: false,
            };
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
