//! `POST /readings/quick`: one value, checked and stored like a batch of one.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::quick::Known;
use crate::db;
use crate::db::reading::{RecordError, Recorded};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::reading::{self, BatchForm, Enterable, Rejection, Row};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::{Seen, href};
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves one value and goes on to the next parameter.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let catalogue = &*app.catalogue().await?;
    let Some(known) = Known::find(&visit, typed.get("tank")).await? else {
        return Ok(visit.go("/readings/new", None));
    };
    let seen = known.seen(&visit, catalogue);
    let asked = seen.iter().find(|seen| seen.parameter.key == typed.get("parameter"));
    let Some(chosen) = asked.or(seen.first()) else { return Ok(visit.go("/readings/new", None)) };
    let tank = &known.overview.tank;
    let rejection = if !known.as_asked {
        of_all("This tank is not in use. Choose another one above.")
    } else if asked.is_none() {
        of_all("This cannot be measured in this tank. Choose another value above.")
    } else if typed.get("value").trim().is_empty() {
        // A batch may leave a row empty; here there is no other.
        let mut rejection = Rejection::default();
        rejection.errors.push("value", "Enter a number.");
        rejection
    } else {
        let last = chosen.tracked.latest.as_ref().map(|latest| latest.value);
        let enterable = [Enterable { parameter: chosen.parameter, last }];
        match reading::check(&read(&typed), &enterable, &tank.zone, now) {
            Ok(batch) => {
                let mut db = app.connection().await?;
                let mut tx = db.begin().await?;
                match db::reading::record(&mut tx, &app.clock, tank.id, &batch, keeper.id).await {
                    Ok(recorded) => {
                        visit.commit(tx, tank.id).await?;
                        let note = match recorded {
                            Recorded::New => Note::Saved(1),
                            Recorded::AlreadyThere => Note::SavedBefore,
                        };
                        let to = next(&known, &seen, chosen, &batch.session_id.to_string());
                        return Ok(visit.go(&to, Some(note)));
                    }
                    Err(RecordError::Database(error)) => return Err(error.into()),
                    Err(RecordError::NoTank | RecordError::Decommissioned) => {
                        of_all("This tank is no longer in use, so nothing was saved.")
                    }
                    Err(RecordError::OtherTank) => of_all(
                        "This form was used for another tank before. Load the page again and enter the value.",
                    ),
                }
            }
            Err(rejection) => of_one(&rejection, &chosen.parameter.key),
        }
    };
    let mut page = known.page(&visit, &seen, chosen, typed.get("taken_at"), now);
    typed.get("form_id").clone_into(&mut page.form.form_id);
    page.form.fill(&typed, &rejection);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The form of the next parameter that the tank tracks; after the last one, the tank.
fn next(known: &Known, seen: &[Seen<'_>], chosen: &Seen<'_>, saved: &str) -> String {
    let place = seen.iter().position(|seen| seen.parameter.id == chosen.parameter.id);
    let tank = known.overview.tank.id;
    match place.and_then(|place| seen.get(..known.tracked)?.get(place + 1)) {
        Some(next) => {
            format!("/readings/quick?tank={tank}&parameter={}&saved={saved}", next.parameter.key)
        }
        None => format!("{}?saved={saved}", href(tank)),
    }
}

/// The form as a batch of one row.
fn read(typed: &Typed) -> BatchForm {
    let row = Row {
        key: typed.get("parameter").to_owned(),
        value: typed.get("value").to_owned(),
        unit: typed.get("unit").to_owned(),
    };
    BatchForm {
        session_id: typed.get("form_id").to_owned(),
        taken_at: typed.get("taken_at").to_owned(),
        note: typed.get("note").to_owned(),
        rows: vec![row],
        confirmed: typed.all("confirmed").map(str::to_owned).collect(),
    }
}

fn of_all(text: &str) -> Rejection {
    let mut rejection = Rejection::default();
    rejection.errors.push(FORM, text);
    rejection
}

/// What is wrong with the batch, by the names of this form's fields.
fn of_one(rejection: &Rejection, key: &str) -> Rejection {
    let (value, unit) = (reading::value_field(key), reading::unit_field(key));
    let mut errors = FieldErrors::new();
    for error in &rejection.errors {
        match error.field.as_str() {
            field if field == value => errors.push("value", error.message.clone()),
            field if field == unit => errors.push("unit", error.message.clone()),
            field => errors.push(field, error.message.clone()),
        }
    }
    Rejection { errors, jumps: rejection.jumps.clone() }
}
