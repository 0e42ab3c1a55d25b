//! `POST /livestock/{id}/events/{event}`.

use axum::response::Response;
use http::StatusCode;

use super::{AtEvent, edit, read};
use crate::db;
use crate::db::animal::{self, Done};
use crate::domain::animal::entry::{self, Around};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::{AnimalId, AnimalRevisionId};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::animal::{AtAnimal, href, places, words};
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Corrects an event. The same form twice corrects it once.
///
/// # Errors
/// When there is no such event, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    at: AtAnimal,
    event: AtEvent,
    typed: Typed,
) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let found = at.find(&mut db).await?;
    let logged = animal::events(&mut db, at.0).await?;
    let tanks = db::tank::list(&mut db).await?;
    let this = event.among(&logged)?;
    let places = places(&tanks);
    // A split that is corrected keeps its group: the id here is never used.
    let group = this.event.what.group().unwrap_or(AnimalId(app.clock.uuid()));
    let around = Around { zone: &this.tank.zone, tanks: &places, now: app.clock.now(), group };
    let errors = match (ids(&typed), entry::correct(&this.event, &read(&typed), &around)) {
        (Some((form, seen)), Ok(corrected)) => {
            match animal::correct(&mut db, &app.clock, at.0, form, seen, &corrected, keeper.id).await {
                Ok(done) => {
                    let note = match done {
                        Done::New => Note::EventCorrected(at.0, form),
                        Done::AlreadyThere => Note::NothingChanged,
                    };
                    return Ok(visit.go(&format!("{}#timeline", href(at.0)), Some(note)));
                }
                Err(refused) => {
                    let refusal = words::refusal(refused, &found, &logged, Some(&corrected), visit.dates())?;
                    let mut errors = FieldErrors::new();
                    errors.push(refusal.field, refusal.text);
                    errors
                }
            }
        }
        (None, checked) => {
            let mut errors = FieldErrors::new();
            errors.push(FORM, "This form is damaged. Reload the page and correct it again.");
            for error in checked.err().iter().flat_map(FieldErrors::iter) {
                errors.push(error.field.clone(), error.message.clone());
            }
            errors
        }
        (_, Err(errors)) => errors,
    };
    drop(db);
    let mut page = edit::page(&visit, &found, &logged, event, &tanks)?;
    page.form.fill(&typed, &errors);
    typed.get("form_id").clone_into(&mut page.form.form_id);
    typed.get("seen").clone_into(&mut page.form.seen);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The form's own id, and the last change it knew of.
fn ids(typed: &Typed) -> Option<(AnimalRevisionId, Option<AnimalRevisionId>)> {
    let seen = match typed.get("seen") {
        "" => None,
        seen => Some(seen.parse().ok()?),
    };
    Some((typed.get("form_id").parse().ok()?, seen))
}
