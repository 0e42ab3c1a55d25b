//! `POST /tanks/{id}/readings/new`: all or nothing, and the same form twice is saved once.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::new::{Confirm, ReadingsForm};
use super::{form, page};
use crate::db;
use crate::db::reading::{RecordError, Recorded};
use crate::domain::field::FORM;
use crate::domain::reading::{self, BatchForm, Enterable, Rejection, Row};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves what was measured.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let catalogue = &*app.catalogue().await?;
    let mut db = app.connection().await?;
    let overview = at.overview(&mut db, now).await?;
    let seen = Seen::all(&overview, catalogue, visit.units());
    let enterable: Vec<_> = seen
        .iter()
        .map(|seen| Enterable {
            parameter: seen.parameter,
            last: seen.tracked.latest.as_ref().map(|latest| latest.value),
        })
        .collect();
    let rejection = match reading::check(&read(&typed), &enterable, &overview.tank.zone, now) {
        Ok(batch) => {
            let mut tx = db.begin().await?;
            match db::reading::record(&mut tx, &app.clock, at.0, &batch, keeper.id).await {
                Ok(recorded) => {
                    visit.commit(tx, at.0).await?;
                    let note = match recorded {
                        Recorded::New => Note::Saved(u16::try_from(batch.values.len()).unwrap_or(u16::MAX)),
                        Recorded::AlreadyThere => Note::SavedBefore,
                    };
                    return Ok(visit.go(&format!("{}?saved={}", href(at.0), batch.session_id), Some(note)));
                }
                Err(refused) => of_all(refused)?,
            }
        }
        Err(rejection) => rejection,
    };
    let form_id = typed.get("form_id").to_owned();
    let mut form = form(form_id, &seen, &overview, typed.get("taken_at"), now, visit.dates());
    fill(&mut form, &typed, &rejection);
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&visit, &overview, form))
}

/// The form as the domain checks it.
fn read(typed: &Typed) -> BatchForm {
    let rows = typed.0.iter().filter_map(|(name, value)| {
        let key = name.strip_suffix("_value")?;
        let unit = typed.get(&reading::unit_field(key)).to_owned();
        Some(Row { key: key.to_owned(), value: value.clone(), unit })
    });
    BatchForm {
        session_id: typed.get("form_id").to_owned(),
        taken_at: typed.get("taken_at").to_owned(),
        note: typed.get("note").to_owned(),
        rows: rows.collect(),
        confirmed: typed.all("confirmed").map(str::to_owned).collect(),
    }
}

/// What the whole form is told when the tank does not take readings.
fn of_all(refused: RecordError) -> Result<Rejection, Error> {
    let text = match refused {
        RecordError::NoTank => return Err(Error::NotFound),
        RecordError::Database(error) => return Err(error.into()),
        RecordError::Decommissioned => "This tank is no longer in use, so nothing was saved.",
        RecordError::OtherTank => {
            "This form was used for another tank before. Load the page again and enter the readings."
        }
    };
    let mut rejection = Rejection::default();
    rejection.errors.push(FORM, text);
    Ok(rejection)
}

/// Puts what was typed, and what is wrong with it, into the form.
fn fill(form: &mut ReadingsForm, typed: &Typed, rejection: &Rejection) {
    let errors = &rejection.errors;
    for entry in &mut form.entries {
        let (value, unit) = (reading::value_field(&entry.key), reading::unit_field(&entry.key));
        typed.get(&value).clone_into(&mut entry.value);
        if entry.units.iter().any(|offered| offered.code == typed.get(&unit)) {
            typed.get(&unit).clone_into(&mut entry.unit);
        }
        entry.error = errors.on(&value).or(errors.on(&unit)).map(str::to_owned);
        if let Some(jump) = rejection.jumps.iter().find(|jump| jump.key == entry.key) {
            let symbol = entry.units.iter().find(|unit| unit.code == entry.unit).map(|unit| &unit.symbol);
            let symbol = symbol.filter(|symbol| **symbol != entry.name);
            let typed = format!("{} {}", entry.value.trim(), symbol.map_or("", String::as_str));
            entry.error = Some(jump.question.clone());
            entry.confirm = Some(Confirm {
                token: jump.token.clone(),
                label: format!("Yes, {} is right", typed.trim_end()),
            });
        }
    }
    form.taken_at.error = errors.on("taken_at").map(str::to_owned);
    typed.get("note").clone_into(&mut form.note.value);
    form.note.error = errors.on("note").map(str::to_owned);
    form.error = errors.on(FORM).map(str::to_owned);
    let asked_again = |token: &str| rejection.jumps.iter().any(|jump| jump.token == token);
    form.confirmed = typed
        .all("confirmed")
        .filter(|token| !token.is_empty() && !asked_again(token))
        .map(str::to_owned)
        .collect();
}
