//! `POST /tanks/{id}/care/new`: the same form twice is one entry.

use axum::response::Response;
use http::StatusCode;
use sqlx::PgConnection;

use super::new::{self, NewCarePage};
use super::note::CareNote;
use super::{read, refusal};
use crate::db;
use crate::db::care::{RecordError, Recorded};
use crate::db::tank::Tank;
use crate::domain::care::{CareForm, Kind, check};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::CareId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::{AtTank, href as tank_href};
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Logs what was done.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let mut db = visit.app.connection().await?;
    let tank = new::tank(&mut db, at).await?;
    let form = read(&typed);
    let id: Option<CareId> = typed.get("form_id").parse().ok();
    let (Ok(entry), Some(id)) = (check(&form, None, &tank.zone, now), id) else {
        let page = again(&visit, &mut db, &tank, &typed, &form).await?;
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match db::care::record(&mut db, tank.id, id, &entry, keeper.id, now).await {
        Ok(recorded) => {
            let note = match recorded {
                Recorded::New => CareNote::Logged(id),
                Recorded::AlreadyThere => CareNote::Before(id),
            };
            Ok(visit.go(&format!("{}?saved={id}", tank_href(tank.id)), Some(Note::Care(note))))
        }
        Err(why) => {
            let page = refused(&visit, &mut db, &tank, &typed, why).await?;
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// The page with what was typed and what is wrong with it.
pub(super) async fn again(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    typed: &Typed,
    form: &CareForm,
) -> Result<NewCarePage, Error> {
    let mut errors = check(form, None, &tank.zone, visit.app.clock.now()).err().unwrap_or_default();
    if typed.get("form_id").parse::<CareId>().is_err() {
        errors.push(FORM, "This form is damaged. Reload the page and enter it again.");
    }
    with(visit, db, tank, typed, &errors).await
}

/// The page with what was typed and why it was not stored.
pub(super) async fn refused(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    typed: &Typed,
    why: RecordError,
) -> Result<NewCarePage, Error> {
    let mut errors = FieldErrors::new();
    errors.push(FORM, refusal(why)?);
    with(visit, db, tank, typed, &errors).await
}

async fn with(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    typed: &Typed,
    errors: &FieldErrors,
) -> Result<NewCarePage, Error> {
    let kind = typed.get("kind").parse().unwrap_or(Kind::WaterChange);
    let fields = new::fields(visit, db, tank, kind).await?.again(typed, errors);
    new::page(visit, db, tank, typed.get("form_id").to_owned(), fields).await
}
