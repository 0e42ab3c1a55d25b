//! `GET /readings/quick`: one value. What was chosen, the tank and the parameter, comes with the address, so that
//! units, range and time are those of that tank; after saving the next parameter is offered.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use jiff::Timestamp;

use super::one::OneForm;
use crate::db::overview::{self, Overview};
use crate::domain::parameter::Catalogue;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Choice, Problem};
use crate::pages::shell::Shell;
use crate::pages::tank::{Seen, href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading/quick.html")]
pub struct QuickPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tanks in use.
    pub tanks: Vec<Choice>,
    /// The chosen one's id.
    pub tank: String,
    /// Its name.
    pub tank_name: String,
    /// Its page.
    pub tank_href: String,
    /// Its batch form.
    pub batch_href: String,
    /// What it tracks.
    pub tracked: Vec<Choice>,
    /// What else can be measured there.
    pub others: Vec<Choice>,
    /// The chosen parameter's key.
    pub parameter: String,
    /// The tank's zone, for the script.
    pub zone: String,
    /// The form.
    pub form: OneForm,
}

impl QuickPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.form.problems()
    }
}

/// The tanks in use, and all that can be measured in the chosen one.
pub(super) struct Known {
    tanks: Vec<Choice>,
    /// The chosen tank; what it does not track comes last.
    pub(super) overview: Overview,
    /// How many parameters it tracks.
    pub(super) tracked: usize,
    /// Whether it is the one that was asked for.
    pub(super) as_asked: bool,
}

impl Known {
    /// The tank asked for, or else the one measured last; `None` without a tank in use.
    pub(super) async fn find(visit: &Visit, asked: &str) -> Result<Option<Self>, Error> {
        let mut db = visit.app.connection().await?;
        let choices = overview::choices(&mut db).await?;
        let by_id = choices.iter().find(|tank| tank.id.to_string() == asked);
        let used_last = || choices.iter().rev().max_by_key(|tank| tank.measured_at);
        let Some(chosen) = by_id.or_else(used_last) else { return Ok(None) };
        let tanks = choices.iter().map(|tank| Choice::new(tank.id.to_string(), tank.name.clone())).collect();
        let Some(mut overview) = overview::tank(&mut db, chosen.id, visit.app.clock.now()).await? else {
            return Ok(None);
        };
        let tracked = overview.tracked.len();
        overview.tracked.extend(overview::untracked(&mut db, overview.tank.id).await?);
        Ok(Some(Self { tanks, overview, tracked, as_asked: by_id.is_some() }))
    }

    /// Everything that can be entered, in the keeper's units.
    pub(super) fn seen<'a>(&'a self, visit: &Visit, catalogue: &'a Catalogue) -> Vec<Seen<'a>> {
        let mut seen = Seen::all(&self.overview, catalogue, visit.units());
        // What is retired keeps its history and takes nothing new.
        seen.retain(|seen| !seen.parameter.retired);
        seen
    }

    /// The page for one of them.
    pub(super) fn page(
        &self,
        visit: &Visit,
        seen: &[Seen<'_>],
        chosen: &Seen<'_>,
        taken_at: &str,
        now: Timestamp,
    ) -> QuickPage {
        let tank = &self.overview.tank;
        let choice = |seen: &Seen<'_>| Choice::new(seen.parameter.key.clone(), seen.parameter.name.clone());
        let is_tracked = |seen: &&Seen<'_>| {
            self.overview.tracked.iter().take(self.tracked).any(|one| std::ptr::eq(one, seen.tracked))
        };
        let last = chosen.tracked.latest.as_ref().map(|latest| {
            let value = chosen.unit.with_symbol(&chosen.value(latest));
            format!("{value} {}", text::day(latest.taken_at, &tank.zone, now, visit.dates()))
        });
        let hint = format!("In the tank's time: {}", text::zone_now(&tank.zone, now));
        let form_id = visit.app.clock.uuid().to_string();
        QuickPage {
            shell: visit.shell("log"),
            tanks: self.tanks.clone(),
            tank: tank.id.to_string(),
            tank_name: tank.name.clone(),
            tank_href: href(tank.id),
            batch_href: format!("{}/readings/new", href(tank.id)),
            tracked: seen.iter().filter(is_tracked).map(choice).collect(),
            others: seen.iter().filter(|seen| !is_tracked(seen)).map(choice).collect(),
            parameter: chosen.parameter.key.clone(),
            zone: zone::name(&tank.zone).to_owned(),
            form: OneForm::new(form_id, chosen, last.unwrap_or_default(), taken_at, hint),
        }
    }
}

/// Shows the form for the tank and the parameter that are asked for, or else for those most likely meant.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let asked = Typed(asked);
    let now = visit.app.clock.now();
    let catalogue = &*visit.app.catalogue().await?;
    // Without a tank, the choice of a tank says what to do.
    let Some(known) = Known::find(&visit, asked.get("tank")).await? else {
        return Ok(visit.go("/readings/new", None));
    };
    let seen = known.seen(&visit, catalogue);
    let chosen = seen.iter().find(|seen| seen.parameter.key == asked.get("parameter")).or(seen.first());
    let Some(chosen) = chosen else { return Ok(visit.go(&href(known.overview.tank.id), None)) };
    let taken_at = zone::field_value(now, &known.overview.tank.zone);
    visit.page(&known.page(&visit, &seen, chosen, &taken_at, now))
}

#[cfg(test)]
impl QuickPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let mut form = OneForm::sample();
        form.measure.value.clear();
        form.note.value.clear();
        let page = Self {
            shell: Shell::sample("log"),
            tanks: vec![Choice::new("1", "Reef by the window"), Choice::new("2", "Quarantine")],
            tank: "1".to_owned(),
            tank_name: "Reef by the window".to_owned(),
            tank_href: "/tanks/1".to_owned(),
            batch_href: "/tanks/1/readings/new".to_owned(),
            tracked: vec![Choice::new("temperature", "Temperature"), Choice::new("ph", "pH")],
            others: vec![Choice::new("copper", "Copper")],
            parameter: "temperature".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            form,
        };
        let mut wrong = page.clone();
        wrong.form.measure.value = "x".to_owned();
        wrong.form.measure.error = Some("This is not a number. Write it like 8.2 or 8,2.".to_owned());
        vec![("quick".to_owned(), page), ("quick-wrong".to_owned(), wrong)]
    }
}
