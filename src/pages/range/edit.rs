//! `GET /tanks/{id}/parameters/{key}`: the range in force beside the preset and its sources.

use askama::Template;
use axum::response::Response;

use super::AtParameter;
use crate::db::tank::Tank;
use crate::db::tracking::Tracking;
use crate::domain::field::FieldErrors;
use crate::domain::parameter::Parameter;
use crate::domain::range_form::{self, FIELDS, LABELS};
use crate::domain::unit::ParameterUnit;
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::tank::href;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says of its own whether a sentence or a button is there"
)]
#[template(path = "range/edit.html")]
pub struct RangePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// The tank's page.
    pub tank_href: String,
    /// The page that lists what the tank tracks.
    pub list_href: String,
    /// Where the form is sent.
    pub action: String,
    /// The parameter's name.
    pub name: String,
    /// The unit's symbol; may be empty.
    pub symbol: String,
    /// The unit's code, so that a form is read in the unit it was shown in.
    pub unit: String,
    /// The numbers, rising; for what is toxic only the upper two.
    pub bounds: Vec<Field>,
    /// The days.
    pub stale: Field,
    /// Is it tracked?
    pub tracked: bool,
    /// Too much is bad, too little is not.
    pub toxic: bool,
    /// Something differs from the preset.
    pub own: bool,
    /// There is a preset.
    pub has_preset: bool,
}

impl RangePage {
    pub(super) fn new(
        shell: Shell,
        tank: &Tank,
        at: &AtParameter,
        parameter: &Parameter,
        tracking: &Tracking,
        unit: &ParameterUnit,
    ) -> Self {
        let numbers = range_form::bounds(&tracking.standards.range);
        let preset = range_form::bounds(&tracking.standards.preset);
        let sources = [&tracking.source_low, &tracking.source_high];
        let from = if parameter.has_lower_side { 0 } else { 2 };
        let symbol = if unit.code == "pH" { "" } else { unit.symbol.as_str() };
        let fields = (from..4).map(|place| {
            let source = sources[place / 2].as_deref();
            let hint = match preset[place] {
                None => "No preset.".to_owned(),
                Some(number) => {
                    let number = unit.with_symbol(&range_form::text(number, unit));
                    let is_ok = matches!(place, 1 | 2);
                    match source.filter(|_| is_ok) {
                        Some(source) => format!("Preset {number}. Source: {source}."),
                        None => format!("Preset {number}, derived from the OK range."),
                    }
                }
            };
            Field {
                required: false,
                complete: "off",
                max: 20,
                hint: hint.into(),
                ..Field::text(FIELDS[place], LABELS[place])
                    .with(numbers[place].map(|number| range_form::text(number, unit)).unwrap_or_default())
            }
        });
        let days = |days: i16| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        let preset_days = tracking.standards.preset_stale_after_days;
        Self {
            shell,
            tank: tank.name.clone(),
            tank_href: href(tank.id),
            list_href: crate::pages::tracking::href(tank.id),
            action: at.href(parameter),
            name: parameter.name.clone(),
            symbol: symbol.to_owned(),
            unit: unit.code.clone(),
            bounds: fields.collect(),
            stale: Field {
                required: false,
                complete: "off",
                max: 4,
                hint: preset_days
                    .map_or_else(
                        || "Empty: readings never grow stale.".to_owned(),
                        |preset| format!("Empty: the preset’s {}.", days(preset)),
                    )
                    .into(),
                ..Field::text("stale_after_days", "Measure again after (days)")
                    .with(tracking.stale_after_days().map(|days| days.to_string()).unwrap_or_default())
            },
            tracked: tracking.tracked,
            toxic: !parameter.has_lower_side,
            own: tracking.is_own(),
            has_preset: !tracking.standards.preset.is_empty() || preset_days.is_some(),
        }
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub(super) fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in self.bounds.iter_mut().chain([&mut self.stale]) {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        self.bounds.iter().chain([&self.stale]).filter_map(Field::problem).collect()
    }
}

/// Shows the range in force.
///
/// # Errors
/// When there is no such tank or parameter, or the database does not answer.
pub async fn handle(visit: Visit, at: AtParameter) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let parameter = at.parameter(catalogue)?;
    let (tank, tracking) = at.standing(&mut *visit.app.connection().await?, parameter.id).await?;
    let unit = parameter.preferred_unit(visit.units(), tracking.unit_code.as_deref());
    visit.page(&RangePage::new(visit.shell("tanks"), &tank, &at, parameter, &tracking, unit))
}

#[cfg(test)]
impl RangePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let field = |place: usize, value: &str, hint: &str| Field {
            required: false,
            hint: hint.to_owned().into(),
            ..Field::text(FIELDS[place], LABELS[place]).with(value)
        };
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            list_href: "/tanks/reef/parameters".to_owned(),
            action: "/tanks/reef/parameters/calcium".to_owned(),
            name: "Calcium".to_owned(),
            symbol: "ppm".to_owned(),
            unit: "ppm".to_owned(),
            bounds: vec![
                field(0, "362.5", "Preset 362.5 ppm, derived from the OK range."),
                field(
                    1,
                    "380",
                    "Preset 380 ppm. Source: Holmes-Farley, Optimal Parameters for a Coral Reef Aquarium.",
                ),
                field(
                    2,
                    "440",
                    "Preset 450 ppm. Source: Holmes-Farley, Optimal Parameters for a Coral Reef Aquarium.",
                ),
                field(3, "467.5", "Preset 467.5 ppm, derived from the OK range."),
            ],
            stale: Field {
                required: false,
                hint: "Empty: the preset’s 30 days.".into(),
                ..Field::text("stale_after_days", "Measure again after (days)").with("14")
            },
            tracked: true,
            toxic: false,
            own: true,
            has_preset: true,
        };
        let mut wrong = page.clone();
        wrong.bounds[2] =
            wrong.bounds[2].clone().with("300").failing(Some("The numbers must rise: “OK from” is 380."));
        let mut toxic = page.clone();
        toxic.bounds.drain(..2);
        (toxic.toxic, toxic.own, toxic.tracked) = (true, false, false);
        vec![("range".to_owned(), page), ("range-wrong".to_owned(), wrong), ("range-toxic".to_owned(), toxic)]
    }
}
