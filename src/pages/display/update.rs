//! `POST /settings/display`.

use axum::response::Response;
use http::StatusCode;

use super::edit::{DisplayPage, unit_field};
use crate::db;
use crate::db::display::Display;
use crate::domain::dates::DateFormat;
use crate::domain::field::FieldErrors;
use crate::domain::parameter::Catalogue;
use crate::domain::unit::UnitSystem;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

const ONE_OF_THESE: &str = "Choose one of these.";

/// Saves what was chosen; every page follows it from then on.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    match read(&typed, catalogue) {
        Ok(display) => {
            db::display::save(&mut *visit.app.connection().await?, keeper.id, &display).await?;
            Ok(visit.go("/settings/display", Some(Note::DisplaySaved)))
        }
        Err(errors) => {
            let shell = visit.shell("settings");
            let mut page = DisplayPage::new(shell, catalogue, visit.units(), visit.dates());
            for field in [&mut page.units, &mut page.dates, &mut page.theme] {
                typed.get(field.name).clone_into(&mut field.value);
                field.error = errors.on(field.name).map(str::to_owned);
            }
            for choice in &mut page.own {
                typed.get(&choice.field).clone_into(&mut choice.value);
                choice.error = errors.on(&choice.field).map(str::to_owned);
            }
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn read(typed: &Typed, catalogue: &Catalogue) -> Result<Display, FieldErrors> {
    let mut errors = FieldErrors::new();
    let units = typed.get("units").parse::<UnitSystem>().map_err(|_| ONE_OF_THESE);
    let units = errors.take("units", units);
    let dates = typed.get("dates").parse::<DateFormat>().map_err(|_| ONE_OF_THESE);
    let dates = errors.take("dates", dates);
    let theme = match typed.get("theme") {
        "system" => Ok(None),
        theme @ ("light" | "dark") => Ok(Some(theme.to_owned())),
        _ => Err(ONE_OF_THESE),
    };
    let theme = errors.take("theme", theme);
    let mut own_units = Vec::new();
    for parameter in catalogue.parameters() {
        let field = unit_field(&parameter.key);
        match typed.get(&field) {
            "" => {}
            code if parameter.unit(code).is_some() => own_units.push((parameter.id, code.to_owned())),
            _ => errors.push(field, "Choose one of the units."),
        }
    }
    match (units, dates, theme) {
        (Some(units), Some(dates), Some(theme)) if errors.is_empty() => {
            Ok(Display { units, dates, theme, own_units })
        }
        _ => Err(errors),
    }
}
