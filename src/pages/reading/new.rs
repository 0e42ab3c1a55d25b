//! `GET /tanks/{id}/readings/new`: everything measured in one round, on one page, at the tank.

use askama::Template;
use axum::response::Response;

use super::{form, page};
use crate::domain::reading;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::visit::Visit;

/// A unit that a value can be entered in.
#[derive(Clone, Debug)]
pub struct EntryUnit {
    /// The unit's code.
    pub code: String,
    /// What is shown.
    pub symbol: String,
    /// The range in this unit for the script, `act_low,ok_low,ok_high,act_high`, each may be empty.
    pub bands: String,
}

/// A value that is saved once it is confirmed.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What the tick sends.
    pub token: String,
    /// What it says.
    pub label: String,
}

/// One parameter's row.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The parameter's key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The last value with its unit; empty when never measured.
    pub last: String,
    /// The day of it: `12 Nov`.
    pub last_day: String,
    /// The number as typed.
    pub value: String,
    /// The chosen unit's code.
    pub unit: String,
    /// The units to choose from.
    pub units: Vec<EntryUnit>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// The question that must be answered with a tick before an unlikely value is saved.
    pub confirm: Option<Confirm>,
}

/// The form's fields.
#[derive(Clone, Debug)]
pub struct ReadingsForm {
    /// Made when the form is shown: the same form twice is one set of readings.
    pub form_id: String,
    /// A row per tracked parameter.
    pub entries: Vec<Entry>,
    /// When, in the tank's zone, as `datetime-local`.
    pub taken_at: Field,
    /// A note on all of it.
    pub note: Field,
    /// What was confirmed before, sent again.
    pub confirmed: Vec<String>,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl ReadingsForm {
    /// A form with these rows, for now.
    pub fn new(form_id: String, entries: Vec<Entry>, taken_at: &str) -> Self {
        Self {
            form_id,
            entries,
            taken_at: Field {
                kind: "datetime-local",
                ..Field::text("taken_at", "Measured at").with(taken_at)
            },
            note: Field { required: false, complete: "off", max: 256, ..Field::text("note", "Note") },
            confirmed: Vec::new(),
            error: None,
        }
    }

    /// What is wrong, in the order of the rows.
    pub fn problems(&self) -> Vec<Problem> {
        let rows = self.entries.iter().filter_map(|entry| {
            let text = entry.error.as_ref()?;
            Some(Problem { target: reading::value_field(&entry.key), text: named(&entry.name, text) })
        });
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain(rows).chain(self.taken_at.problem()).chain(self.note.problem()).collect()
    }
}

/// The error with the parameter in front, unless it begins with it.
pub(super) fn named(name: &str, text: &str) -> String {
    if text.starts_with(name) { text.to_owned() } else { format!("{name}: {text}") }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading/new.html")]
pub struct NewReadingsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// Where the form is sent.
    pub action: String,
    /// The form of one value.
    pub quick_href: String,
    /// The tank's zone, for the script.
    pub zone: String,
    /// The form.
    pub form: ReadingsForm,
}

/// Shows an empty form for now; of a tank that was taken down, the tank instead.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let catalogue = &*app.catalogue().await?;
    let overview = at.overview(&mut *app.connection().await?, now).await?;
    if overview.tank.decommissioned_on.is_some() {
        return Ok(visit.go(&href(at.0), Some(Note::NotInUse)));
    }
    let seen = Seen::all(&overview, catalogue, visit.units());
    let taken_at = zone::field_value(now, &overview.tank.zone);
    let form = form(app.clock.uuid().to_string(), &seen, &overview, &taken_at, now, visit.dates());
    visit.page(&page(&visit, &overview, form))
}

#[cfg(test)]
impl NewReadingsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |form| Self {
            shell: Shell::sample("log"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            action: "/tanks/reef/readings/new".to_owned(),
            quick_href: "/readings/quick?tank=reef".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            form,
        };
        let form = |entries| {
            let mut form = ReadingsForm::new("0193".to_owned(), entries, "2026-11-23T18:30");
            form.taken_at.hint = "In the tank's time: Europe/Berlin (CET)".into();
            form
        };
        let mut first = sample_entries();
        for entry in &mut first {
            entry.last.clear();
            entry.last_day.clear();
        }
        let mut wrong = sample_entries();
        wrong[0].value = "45.6".to_owned();
        wrong[0].error = Some("Temperature was 25.4 °C last time. Is 45.6 °C right?".to_owned());
        wrong[0].confirm = Some(Confirm {
            token: "temperature=45.6".to_owned(),
            label: "Yes, 45.6 °C is right".to_owned(),
        });
        wrong[1].value = "81".to_owned();
        wrong[1].error = Some("pH is between 0 and 14.".to_owned());
        wrong[2].value = "35".to_owned();
        wrong[6].value = "<0,02".to_owned();
        let mut wrong = form(wrong);
        wrong.taken_at =
            wrong.taken_at.failing(Some("This is in the future. Readings can be logged up to now."));
        let mut nothing = form(sample_entries());
        nothing.error = Some("Fill in at least one value.".to_owned());
        vec![
            ("readings-new".to_owned(), page(form(sample_entries()))),
            ("readings-first".to_owned(), page(form(first))),
            ("readings-wrong".to_owned(), page(wrong)),
            ("readings-nothing".to_owned(), page(nothing)),
        ]
    }
}

#[cfg(test)]
fn sample_entries() -> Vec<Entry> {
    [
        ("temperature", "Temperature", "25.4 °C", "°C|°F", "24,24.4,26.7,27.3"),
        ("ph", "pH", "8.1", "pH", "8.02,8.1,8.4,8.48"),
        ("salinity", "Salinity", "35.0 ppt", "ppt|SG|mS/cm", "32.5,33,35,35.5"),
        ("ammonia", "Ammonia (NH₃/NH₄)", "<0.02 ppm", "ppm|ppm N", ",,0.05,0.1"),
        ("nitrite", "Nitrite", "0.01 ppm", "ppm|ppm N", ",,0.05,0.1"),
        ("nitrate", "Nitrate", "5.8 ppm", "ppm|ppm N", ",,5,6.25"),
        ("phosphate", "Phosphate", "0.03 ppm", "ppm|ppm P|ppb", ",,0.05,0.06"),
        ("kh", "KH", "8.2 dKH", "dKH|ppm CaCO₃|meq/L", "7.25,8,11,11.75"),
        ("calcium", "Calcium", "420 ppm", "ppm", "362,380,450,468"),
        ("magnesium", "Magnesium", "1290 ppm", "ppm", "1262,1280,1350,1368"),
    ]
    .into_iter()
    .map(|(key, name, last, units, bands)| Entry {
        key: key.to_owned(),
        name: name.to_owned(),
        last: last.to_owned(),
        last_day: "19 Nov".to_owned(),
        value: String::new(),
        unit: units.split('|').next().unwrap_or_default().to_owned(),
        units: units
            .split('|')
            .map(|unit| EntryUnit { code: unit.to_owned(), symbol: unit.to_owned(), bands: bands.to_owned() })
            .collect(),
        error: None,
        confirm: None,
    })
    .collect()
}
