//! `POST /tanks/{id}/decommission`, and back: `POST /tanks/{id}/restore`, `POST /tanks/{id}/restore/undo`.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::decommission::DecommissionPage;
use super::{AtTank, href};
use crate::db;
use crate::db::tank::{Lifecycle, Tank};
use crate::domain::field::FieldErrors;
use crate::domain::tank::{DecommissionForm, check_decommission};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Takes a tank down.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let tank = db::tank::find(&mut db, at.0).await?.ok_or(Error::NotFound)?;
    let get = |name: &str| typed.get(name).to_owned();
    let form = DecommissionForm { form_id: get("form_id"), on: get("on"), reason: get("reason") };
    match check_decommission(&form, tank.set_up_on, &tank.zone, now) {
        Ok(how) => {
            let mut tx = db.begin().await?;
            match db::tank::decommission(&mut tx, at.0, &how, keeper.id, now).await? {
                Lifecycle::Done => {
                    visit.commit(tx, at.0).await?;
                    Ok(visit.go(&href(at.0), Some(Note::Decommissioned(at.0))))
                }
                Lifecycle::AlreadySo => Ok(visit.go(&href(at.0), None)),
                Lifecycle::NoTank => Err(Error::NotFound),
                Lifecycle::BeforeStart => {
                    let mut errors = FieldErrors::new();
                    errors.push("on", "This day is before the tank was set up.");
                    again(&visit, &tank, &typed, &errors)
                }
            }
        }
        Err(errors) => again(&visit, &tank, &typed, &errors),
    }
}

fn again(visit: &Visit, tank: &Tank, typed: &Typed, errors: &FieldErrors) -> Result<Response, Error> {
    let page = DecommissionPage::new(visit.shell("tanks"), tank, typed.get("form_id").to_owned(), "");
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page.again(typed, errors))
}

/// Takes a tank back into use.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn restore(visit: Visit, keeper: Keeper, at: AtTank) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let mut tx = db.begin().await?;
    match db::tank::restore(&mut tx, at.0, keeper.id, visit.app.clock.now()).await? {
        Lifecycle::NoTank => Err(Error::NotFound),
        Lifecycle::Done => {
            visit.commit(tx, at.0).await?;
            Ok(visit.go(&href(at.0), Some(Note::Restored(at.0))))
        }
        Lifecycle::AlreadySo | Lifecycle::BeforeStart => Ok(visit.go(&href(at.0), None)),
    }
}

/// Takes a restore back.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn undo_restore(visit: Visit, at: AtTank) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let mut tx = db.begin().await?;
    match db::tank::undo_restore(&mut tx, at.0).await? {
        Lifecycle::NoTank => Err(Error::NotFound),
        Lifecycle::Done => {
            visit.commit(tx, at.0).await?;
            Ok(visit.go(&href(at.0), Some(Note::Decommissioned(at.0))))
        }
        Lifecycle::AlreadySo | Lifecycle::BeforeStart => Ok(visit.go(&href(at.0), None)),
    }
}
