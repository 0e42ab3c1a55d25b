//! `POST /readings/{id}/edit`: a correction. One that comes after somebody else's is told so and shown again with
//! what was typed.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::At;
use super::back::Back;
use super::edit::{EditReadingPage, Known, page};
use crate::db;
use crate::db::change::{Change, ChangeError, Changed};
use crate::domain::field::FORM;
use crate::domain::id::ReadingId;
use crate::domain::reading::Rejection;
use crate::domain::reading::edit::{self, Before, EditForm};
use crate::domain::zone;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves a correction.
///
/// # Errors
/// When there never was such a reading, or the database does not answer.
pub async fn handle(
    visit: Visit,
    keeper: Keeper,
    At(id): At<ReadingId>,
    typed: Typed,
) -> Result<Response, Error> {
    let known = Known::find(&visit, id).await?;
    let back = Back::read(typed.get("back"));
    let (now, catalogue) = (visit.app.clock.now(), visit.app.catalogue().await?);
    let parameter = catalogue.parameter(known.past.parameter).ok_or(Error::NotFound)?;
    let stands = known.version()?;
    let tank = &known.overview.tank;
    let form = EditForm {
        change_id: typed.get("form_id").to_owned(),
        version: typed.get("version").to_owned(),
        value: typed.get("value").to_owned(),
        unit: typed.get("unit").to_owned(),
        taken_at: typed.get("taken_at").to_owned(),
        note: typed.get("note").to_owned(),
        confirmed: typed.all("confirmed").map(str::to_owned).collect(),
    };
    let before = Before {
        value: stands.value,
        below: stands.below,
        entered_value: stands.entered_value,
        entered_unit: &stands.entered_unit,
        taken_at: stands.taken_at,
    };
    let mut db = visit.app.connection().await?;
    let at = zone::reading_instant(&form.taken_at, &tank.zone, now).unwrap_or(stands.taken_at);
    let neighbour = db::version::value_before(&mut db, &known.past, at).await?;
    let rejection = match edit::check(&form, &before, parameter, neighbour, &tank.zone, now) {
        Ok(checked) => {
            let change = Change { id: checked.change_id, by: keeper.id, at: now };
            let mut tx = db.begin().await?;
            match db::change::edit(&mut tx, change, id, &checked).await {
                Ok(changed) => {
                    visit.commit(tx, tank.id).await?;
                    let note = match changed {
                        Changed::Now(id) | Changed::Before(id) => Note::ReadingChanged(id),
                        Changed::Nothing => Note::Unchanged,
                    };
                    return Ok(visit.go(&back.address(tank.id, known.past.session), Some(note)));
                }
                Err(ChangeError::Conflict | ChangeError::Gone) => {
                    drop(tx);
                    drop(db);
                    return conflict(&visit, id, &back, &typed).await;
                }
                Err(ChangeError::OtherForm) => {
                    let mut rejection = Rejection::default();
                    rejection.errors.push(FORM, "This form was used before. Load the page again.");
                    rejection
                }
                Err(ChangeError::Unknown) => return Err(Error::NotFound),
                Err(ChangeError::Database(error)) => return Err(error.into()),
            }
        }
        Err(rejection) => rejection,
    };
    drop(db);
    let mut page = page(&visit, &known, &back, typed.get("form_id").to_owned()).await?;
    fill(&mut page, &typed, &rejection);
    let status = if page.form.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::GONE };
    visit.page_with(status, &page)
}

/// Puts what was typed back, under the version that it was typed for.
fn fill(page: &mut EditReadingPage, typed: &Typed, rejection: &Rejection) {
    if let Some(form) = &mut page.form {
        form.fill(typed, rejection);
        // A form whose version cannot be read is of the present one.
        page.version =
            typed.get("version").parse().ok().filter(|version| *version > 0).unwrap_or(page.version);
    } else {
        page.conflict = Some(deleted(typed));
    }
}

fn deleted(typed: &Typed) -> String {
    let value = typed.get("value").trim();
    format!("This reading was deleted meanwhile. You had typed {value}. Bring it back to correct it.")
}

/// Says who was faster, and what the reading is now. Sent once more, the form puts its values in place of theirs.
async fn conflict(visit: &Visit, id: ReadingId, back: &Back, typed: &Typed) -> Result<Response, Error> {
    let known = Known::find(visit, id).await?;
    // A new id: what this form says from now on is another change.
    let mut page = page(visit, &known, back, visit.app.clock.uuid().to_string()).await?;
    let present = page.version;
    fill(&mut page, typed, &Rejection::default());
    page.version = present;
    if page.form.is_some() {
        let who = page.history.first().map(|was| was.by.as_str()).filter(|by| !by.is_empty());
        let what = page.history.first().map(|was| was.lines.join("; ")).unwrap_or_default();
        page.conflict = Some(format!(
            "{} changed this reading while you were at it: {what}. Save once more to put yours in its place.",
            who.unwrap_or("Somebody")
        ));
    }
    visit.page_with(if page.form.is_some() { StatusCode::CONFLICT } else { StatusCode::GONE }, &page)
}
