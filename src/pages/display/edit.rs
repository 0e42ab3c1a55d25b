//! `GET /settings/display`: units, dates, light or dark.

use askama::Template;
use axum::response::Response;

use crate::domain::dates::DateFormat;
use crate::domain::parameter::Catalogue;
use crate::domain::unit::Units;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::{Shell, Theme};
use crate::pages::visit::Visit;

/// The choice of a unit for one parameter.
#[derive(Clone, Debug)]
pub struct UnitChoice {
    /// The field's name and id.
    pub field: String,
    /// The parameter's name.
    pub label: String,
    /// The code chosen; empty for the rule.
    pub value: String,
    /// The units, the rule first.
    pub options: Vec<Choice>,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "display/edit.html")]
pub struct DisplayPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Metric or US units.
    pub units: Field,
    /// The systems.
    pub systems: Vec<Choice>,
    /// How dates are written.
    pub dates: Field,
    /// The ways, each with an example.
    pub formats: Vec<Choice>,
    /// Light or dark.
    pub theme: Field,
    /// The themes.
    pub themes: Vec<Choice>,
    /// Units of single parameters.
    pub own: Vec<UnitChoice>,
}

/// The name of a parameter's field.
pub(super) fn unit_field(key: &str) -> String {
    format!("unit.{key}")
}

impl DisplayPage {
    pub(super) fn new(shell: Shell, catalogue: &Catalogue, units: Units<'_>, dates: DateFormat) -> Self {
        let theme = shell.theme.map_or("system", |theme| theme.code());
        let example = jiff::civil::date(2026, 11, 19).at(18, 30, 0, 0);
        let own = catalogue
            .parameters()
            .iter()
            .filter(|parameter| parameter.units.len() > 1 && !parameter.retired)
            .map(|parameter| {
                let chosen = units.own.iter().find(|(id, _)| *id == parameter.id);
                let rule = parameter.unit_of(units.system);
                let rule = Choice::new("", format!("As usual ({})", rule.symbol));
                let each = parameter.units.iter().map(|unit| Choice::new(&unit.code, &unit.symbol));
                UnitChoice {
                    field: unit_field(&parameter.key),
                    label: parameter.name.clone(),
                    value: chosen.map(|(_, code)| code.clone()).unwrap_or_default(),
                    options: std::iter::once(rule).chain(each).collect(),
                    error: None,
                }
            });
        Self {
            shell,
            units: Field::text("units", "Units").with(units.system.as_str()),
            systems: vec![
                Choice::new("metric", "Metric").noting("°C, ppt, litres"),
                Choice::new("imperial", "US units").noting("°F, specific gravity, US gallons"),
            ],
            dates: Field::text("dates", "Dates and times").with(dates.as_str()),
            formats: DateFormat::ALL
                .map(|format| Choice::new(format.as_str(), format.minute(example)).noting(format.label()))
                .to_vec(),
            theme: Field::text("theme", "Light or dark").with(theme),
            themes: vec![
                Choice::new("system", "As the device"),
                Choice::new(Theme::Light.code(), "Light"),
                Choice::new(Theme::Dark.code(), "Dark"),
            ],
            own: own.collect(),
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let fields = [&self.units, &self.dates, &self.theme].into_iter().filter_map(Field::problem);
        let own = self.own.iter().filter_map(|choice| {
            let text = choice.error.as_ref()?;
            Some(Problem { target: choice.field.clone(), text: format!("{}: {text}", choice.label) })
        });
        fields.chain(own).collect()
    }
}

/// Shows what is chosen.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    visit.page(&DisplayPage::new(visit.shell("settings"), catalogue, visit.units(), visit.dates()))
}

#[cfg(test)]
impl DisplayPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        use crate::domain::parameter::sample;
        use crate::domain::unit::UnitSystem;
        let catalogue =
            Catalogue::new(vec![sample::temperature(), sample::salinity(), sample::nitrite()], Vec::new());
        let own = [(sample::salinity().id, "sg".to_owned())];
        let units = Units { system: UnitSystem::Metric, own: &own };
        let page = Self::new(Shell::sample("settings"), &catalogue, units, DateFormat::DayFirst);
        let mut wrong = page.clone();
        wrong.theme = wrong.theme.with("pink").failing(Some("Choose one of these."));
        wrong.own[1].error = Some("Choose one of the units.".to_owned());
        let mut dark = page.clone();
        dark.shell.theme = Some(Theme::Dark);
        [("display", page), ("display-wrong", wrong), ("display-dark", dark)]
            .into_iter()
            .map(|(name, page)| (name.to_owned(), page))
            .collect()
    }
}
