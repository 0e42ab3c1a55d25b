//! `POST /livestock/new`.

use axum::response::Response;
use http::StatusCode;

use super::new::{AnimalFields, NewAnimalPage};
use super::{facts_of, href, places};
use crate::db;
use crate::db::animal::ChangeError;
use crate::domain::animal::{self, AnimalForm};
use crate::domain::field::{FORM, FieldErrors};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Adds an animal or a group. The same form twice adds one.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let tanks = db::tank::list(&mut db).await?;
    let errors = match animal::check(&read(&typed), &places(&tanks), now) {
        Ok(new) => match db::animal::create(&mut db, &app.clock, &new, keeper.id).await {
            Ok(Some(id)) => {
                return Ok(
                    visit.go(&format!("{}?saved={}", href(id), new.form_id), Some(Note::AnimalAdded(id)))
                );
            }
            Ok(None) => refused(
                FORM,
                "This form added an animal that was deleted since. Reload the page to add another one.",
            ),
            Err(ChangeError::TankGone | ChangeError::NoTank) => {
                refused("tank", "This tank is no longer in use. Choose another one.")
            }
            Err(ChangeError::Database(error)) => return Err(error.into()),
            Err(other) => return Err(anyhow::Error::new(other).into()),
        },
        Err(errors) => errors,
    };
    drop(db);
    let mut form = AnimalFields::new(typed.get("form_id").to_owned(), &tanks, typed.get("tank"), now);
    form.fill(&typed, &errors);
    let page = NewAnimalPage::new(visit.shell("livestock"), form, &tanks);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn refused(field: &str, text: &str) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.push(field, text);
    errors
}

fn read(typed: &Typed) -> AnimalForm {
    let get = |name: &str| typed.get(name).to_owned();
    AnimalForm {
        form_id: get("form_id"),
        facts: facts_of(typed),
        quantity: get("quantity"),
        tank: get("tank"),
        acquired_at: get("acquired_at"),
        note: get("note"),
    }
}
