//! `GET /settings/parameters`: what the household defined for itself.

use askama::Template;
use axum::response::Response;

use super::AtOwn;
use crate::db::custom_parameter::{self, Use};
use crate::domain::parameter::Parameter;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::visit::Visit;

/// One parameter.
#[derive(Clone, Debug)]
pub struct OwnRow {
    /// Its name, with its unit.
    pub name: String,
    /// Where it is offered, and how much it is used.
    pub text: String,
    /// Its page.
    pub href: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "parameter/list.html")]
pub struct ParametersPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What is offered.
    pub offered: Vec<OwnRow>,
    /// What is not any more.
    pub retired: Vec<OwnRow>,
    /// What comes with the service, as an enumeration.
    pub others: String,
}

/// Shows what the household defined for itself.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let catalogue = &*visit.app.catalogue().await?;
    let uses = custom_parameter::uses(&mut *visit.app.connection().await?).await?;
    let (own, others): (Vec<_>, Vec<_>) =
        catalogue.parameters().iter().partition(|parameter| parameter.custom);
    let rows = |retired: bool| {
        let own = own.iter().filter(|parameter| parameter.retired == retired);
        own.map(|parameter| row(parameter, uses.iter().find(|used| used.parameter == parameter.id))).collect()
    };
    visit.page(&ParametersPage {
        shell: visit.shell("settings"),
        offered: rows(false),
        retired: rows(true),
        others: text::list(&others.iter().map(|parameter| parameter.name.as_str()).collect::<Vec<_>>()),
    })
}

fn row(parameter: &Parameter, used: Option<&Use>) -> OwnRow {
    let waters: Vec<_> = parameter.waters.iter().map(|water| water.label()).collect();
    let symbol = &parameter.canonical.symbol;
    let tanks = used.map_or(0, |used| used.tanks);
    let usage = match used {
        _ if tanks > 0 => format!("tracked in {}", text::count(tanks, "tank")),
        Some(used) if used.has_readings => "has readings".to_owned(),
        _ => "not used yet".to_owned(),
    };
    OwnRow {
        name: if symbol.is_empty() {
            parameter.name.clone()
        } else {
            format!("{} ({symbol})", parameter.name)
        },
        text: format!("{}; {usage}", text::list(&waters)),
        href: AtOwn(parameter.id).href(),
    }
}

#[cfg(test)]
impl ParametersPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |name: &str, text: &str| OwnRow {
            name: name.to_owned(),
            text: text.to_owned(),
            href: "/settings/parameters/1000".to_owned(),
        };
        let page = |offered, retired| Self {
            shell: Shell::sample("settings"),
            offered,
            retired,
            others: "Temperature, pH and Salinity".to_owned(),
        };
        let offered = vec![
            row("Boron (mg/L)", "Saltwater; tracked in 2 tanks"),
            row("Water level", "Freshwater, Saltwater and Brackish; not used yet"),
        ];
        vec![
            ("parameters-empty".to_owned(), page(vec![], vec![])),
            ("parameters".to_owned(), page(offered, vec![row("Turbidity", "Freshwater; has readings")])),
        ]
    }
}
