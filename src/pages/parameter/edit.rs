//! `GET /settings/parameters/{number}`: a parameter of the household's own, to be changed or retired.

use askama::Template;
use axum::response::Response;

use super::AtOwn;
use super::form::ParameterForm;
use crate::db::custom_parameter;
use crate::domain::parameter::Parameter;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "parameter/edit.html")]
pub struct EditParameterPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Its name as it is stored.
    pub name: String,
    /// Its address.
    pub href: String,
    /// The form.
    pub form: ParameterForm,
    /// It is no longer offered.
    pub retired: bool,
    /// Something was measured: it can be retired, not deleted.
    pub has_readings: bool,
}

impl EditParameterPage {
    pub(super) fn new(
        shell: Shell,
        at: AtOwn,
        parameter: &Parameter,
        form: ParameterForm,
        has_readings: bool,
    ) -> Self {
        let mut form = form;
        if has_readings {
            form.unit.hint = "Readings were taken in this unit, so it stays.".into();
        }
        Self {
            shell,
            name: parameter.name.clone(),
            href: at.href(),
            form,
            retired: parameter.retired,
            has_readings,
        }
    }
}

/// Shows the parameter as it is.
///
/// # Errors
/// When there is no such parameter of the household's own, or the database does not answer.
pub async fn handle(visit: Visit, at: AtOwn) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.find(catalogue)?;
    let has_readings = custom_parameter::has_readings(&mut *visit.app.connection().await?, at.0).await?;
    let form = ParameterForm::of(parameter, catalogue);
    visit.page(&EditParameterPage::new(visit.shell("settings"), at, parameter, form, has_readings))
}

#[cfg(test)]
impl EditParameterPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let catalogue = crate::domain::parameter::Catalogue::default();
        let mut form = ParameterForm::new(&catalogue);
        form.name.value = "Boron".to_owned();
        form.unit.value = "mg/L".to_owned();
        form.high.value = "20".to_owned();
        let page = |retired, has_readings| Self {
            shell: Shell::sample("settings"),
            name: "Boron".to_owned(),
            href: "/settings/parameters/1000".to_owned(),
            form: form.clone(),
            retired,
            has_readings,
        };
        vec![
            ("parameter-edit".to_owned(), page(false, true)),
            ("parameter-edit-retired".to_owned(), page(true, false)),
        ]
    }
}
