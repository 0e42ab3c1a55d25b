//! `POST /livestock/{id}/move`, `died`, `rehomed`, `add`, `note`.

use axum::response::Response;
use http::StatusCode;

use super::new::EventPage;
use super::read;
use crate::db;
use crate::db::animal::{self, Done};
use crate::db::tank::Tank;
use crate::domain::animal::entry::{self, Around, Asks};
use crate::domain::field::FieldErrors;
use crate::domain::id::AnimalId;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::animal::{AtAnimal, href, places, words};
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Records what happened. The same form twice records it once.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(
    asks: Asks,
    visit: Visit,
    keeper: Keeper,
    at: AtAnimal,
    typed: Typed,
) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let found = at.find(&mut db).await?;
    let tanks: Vec<Tank> = if asks == Asks::Moved { db::tank::list(&mut db).await? } else { Vec::new() };
    let places = places(&tanks);
    let around = Around {
        zone: &found.tank.zone,
        tanks: &places,
        now: app.clock.now(),
        group: AnimalId(app.clock.uuid()),
    };
    let errors = match entry::check(asks, &read(&typed), &around) {
        Ok(event) => match animal::record(&mut db, &app.clock, at.0, event.clone(), keeper.id).await {
            Ok(done) => {
                let note = match done {
                    Done::New => Note::EventRecorded(at.0, event.id),
                    Done::AlreadyThere => Note::EventRecordedBefore,
                };
                return Ok(visit.go(&format!("{}?saved={}", href(at.0), event.id), Some(note)));
            }
            Err(refused) => {
                let logged = animal::events(&mut db, at.0).await?;
                let refusal = words::refusal(refused, &found, &logged, Some(&event), visit.dates())?;
                let mut errors = FieldErrors::new();
                errors.push(refusal.field, refusal.text);
                errors
            }
        },
        Err(errors) => errors,
    };
    drop(db);
    let mut page = EventPage::new(&visit, asks, &found, &tanks, typed.get("form_id").to_owned());
    page.form.fill(&typed, &errors);
    if page.nowhere {
        // There is no field to point to.
        page.form.error = page.form.problems().into_iter().next().map(|problem| problem.text);
        page.form.tank = None;
    }
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
