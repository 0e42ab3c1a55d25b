//! `GET /settings/parameters/new`: the form for a parameter of the household's own.

use askama::Template;
use axum::response::Response;

use super::form::ParameterForm;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "parameter/new.html")]
pub struct NewParameterPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Made when the form is shown: the same form twice is one parameter.
    pub form_id: String,
    /// The form.
    pub form: ParameterForm,
}

/// Shows an empty form.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    visit.page(&NewParameterPage {
        shell: visit.shell("settings"),
        form_id: visit.app.clock.uuid().to_string(),
        form: ParameterForm::new(catalogue),
    })
}

#[cfg(test)]
impl NewParameterPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let catalogue = crate::domain::parameter::Catalogue::default();
        let page = |form| Self { shell: Shell::sample("settings"), form_id: "0193".to_owned(), form };
        let mut wrong = ParameterForm::new(&catalogue);
        wrong.symbols = vec!["ppm".to_owned(), "°C".to_owned()];
        let empty = wrong.clone();
        wrong.name = wrong.name.failing(Some("Give the parameter a name."));
        wrong.high = wrong.high.with("0").failing(Some("The highest value must be above the lowest."));
        wrong.waters_error = Some("Choose at least one kind of water.".to_owned());
        vec![("parameter-new".to_owned(), page(empty)), ("parameter-new-wrong".to_owned(), page(wrong))]
    }
}
