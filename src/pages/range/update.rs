//! `POST /tanks/{id}/parameters/{key}`.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::AtParameter;
use super::edit::RangePage;
use crate::db;
use crate::domain::range_form::{self, FIELDS, RangeForm};
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves a tank's own range. Numbers that are the preset's are the preset's.
///
/// # Errors
/// When there is no such tank or parameter, or the database does not answer.
pub async fn handle(visit: Visit, at: AtParameter, typed: Typed) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.parameter(catalogue)?;
    let mut db = visit.app.connection().await?;
    let (tank, tracking) = at.standing(&mut db, parameter.id).await?;
    // In the unit the form was shown in, whatever was chosen since.
    let unit = parameter
        .unit(typed.get("unit"))
        .unwrap_or_else(|| parameter.preferred_unit(visit.units(), tracking.unit_code.as_deref()));
    let form = RangeForm {
        bounds: FIELDS.map(|field| typed.get(field).to_owned()),
        stale_after_days: typed.get("stale_after_days").to_owned(),
    };
    match range_form::check(&form, parameter, unit, &tracking.standards) {
        Ok(own) => {
            let mut tx = db.begin().await?;
            if !db::tracking::set_range(&mut tx, at.tank, parameter.id, &own).await? {
                return Err(Error::NotFound);
            }
            visit.commit(tx, at.tank).await?;
            Ok(visit.go(&crate::pages::tracking::href(at.tank), Some(Note::RangeSaved)))
        }
        Err(errors) => {
            drop(db);
            let page = RangePage::new(visit.shell("tanks"), &tank, &at, parameter, &tracking, unit);
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page.again(&typed, &errors))
        }
    }
}
