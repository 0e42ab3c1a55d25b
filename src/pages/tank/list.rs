//! `GET /tanks`: every tank and how it is, as cards or as a table; also those that were taken down.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use jiff::Timestamp;

use crate::db;
use crate::db::overview::{self, Overview};
use crate::domain::parameter::Catalogue;
use crate::domain::search;
use crate::domain::tank::Volume;
use crate::http::error::Error;
use crate::pages::parts::{Pick, State};
use crate::pages::photo::Image;
use crate::pages::shell::Shell;
use crate::pages::tank::{Seen, health, href, reason};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::probe::form::percent_encode;

/// The longest question that is looked for.
const QUESTION_MAX: usize = 128;

/// A line of the list.
#[derive(Clone, Debug)]
pub struct TankRow {
    /// The tank's name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its profile in words.
    pub profile: String,
    /// Its volume as entered; may be empty.
    pub volume: String,
    /// Its health; none for a tank that was taken down.
    pub state: Option<State>,
    /// Why, in words; or when it was taken down.
    pub reason: String,
    /// When it was last measured, in words; may be empty.
    pub last: String,
    /// The photo that stands for it.
    pub cover: Option<Image>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/list.html")]
pub struct TanksPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tanks that were asked for.
    pub tanks: Vec<TankRow>,
    /// How many there are of the kind shown, found or not.
    pub all: usize,
    /// Those that were taken down are shown.
    pub decommissioned: bool,
    /// As a table.
    pub table: bool,
    /// What was looked for.
    pub question: String,
    /// In use, or taken down; empty when there is nothing to choose.
    pub statuses: Vec<Pick>,
    /// Cards, or a table.
    pub views: Vec<Pick>,
    /// The same without the question.
    pub all_href: String,
}

/// What the address asks for; anything unknown in it is as if it were not there.
#[derive(Clone, Debug, Default)]
struct Asked {
    decommissioned: bool,
    table: bool,
    question: String,
}

impl Asked {
    fn read(query: &Typed) -> Self {
        let question = query.get("q").trim();
        let plain = !question.chars().any(char::is_control);
        Self {
            decommissioned: query.get("status") == "decommissioned",
            table: query.get("view") == "table",
            question: if plain { question.chars().take(QUESTION_MAX).collect() } else { String::new() },
        }
    }

    fn href(&self) -> String {
        let parts = [
            self.decommissioned.then(|| "status=decommissioned".to_owned()),
            self.table.then(|| "view=table".to_owned()),
            (!self.question.is_empty()).then(|| format!("q={}", percent_encode(&self.question))),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "/tanks".to_owned() } else { format!("/tanks?{}", parts.join("&")) }
    }

    /// The two ways of a choice.
    fn picks(&self, labels: [&str; 2], second: bool, set: impl Fn(&mut Self, bool)) -> Vec<Pick> {
        [false, true]
            .into_iter()
            .zip(labels)
            .map(|(way, label)| {
                let mut other = self.clone();
                set(&mut other, way);
                Pick { href: other.href(), label: label.to_owned(), chosen: way == second }
            })
            .collect()
    }
}

/// Shows the tanks that are in use, or those that were taken down, as far as they are looked for.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let asked = Asked::read(&Typed(query));
    let catalogue = &*visit.app.catalogue().await?;
    let mut db = visit.app.connection().await?;
    let overviews = if asked.decommissioned {
        overview::decommissioned(&mut db, now).await?
    } else {
        overview::active(&mut db, 0, now).await?
    };
    let counts = db::tank::counts(&mut db).await?;
    let ids: Vec<_> = overviews.iter().map(|overview| overview.tank.id.0).collect();
    let covers = db::photo::covers(&mut db, &ids).await?;
    drop(db);
    let rows = overviews.iter().filter(|overview| is_asked_for(overview, catalogue, &asked.question));
    let tanks = rows.map(|overview| TankRow {
        cover: covers.get(&overview.tank.id.0).map(Image::beside_its_name),
        ..row(&visit, overview, catalogue, now)
    });
    let tanks = tanks.collect();
    let statuses = [format!("In use {}", counts.active), format!("Decommissioned {}", counts.decommissioned)];
    let choice = counts.decommissioned > 0 || asked.decommissioned;
    let statuses =
        asked.picks(statuses.each_ref().map(String::as_str), asked.decommissioned, |asked, way| {
            asked.decommissioned = way;
        });
    visit.page(&TanksPage {
        shell: visit.shell("tanks"),
        tanks,
        all: overviews.len(),
        decommissioned: asked.decommissioned,
        table: asked.table,
        statuses: if choice { statuses } else { Vec::new() },
        views: asked.picks(["Cards", "Table"], asked.table, |asked, way| asked.table = way),
        all_href: Asked { question: String::new(), ..asked.clone() }.href(),
        question: asked.question,
    })
}

/// Whether name, profile, water or substrate have the words looked for.
fn is_asked_for(overview: &Overview, catalogue: &Catalogue, question: &str) -> bool {
    let tank = &overview.tank;
    let profile = catalogue.profile(&tank.profile);
    let profile = profile.map_or(["", ""], |profile| [profile.name.as_str(), profile.water_type.label()]);
    search::matches(
        question,
        &[&tank.name, profile[0], profile[1], tank.substrate.as_deref().unwrap_or_default()],
    )
}

fn row(visit: &Visit, overview: &Overview, catalogue: &Catalogue, now: Timestamp) -> TankRow {
    let seen = Seen::all(overview, catalogue, visit.units());
    let health = health(&seen, now);
    let (tank, dates) = (&overview.tank, visit.dates());
    let last = overview.tracked.iter().filter_map(|tracked| tracked.latest.as_ref());
    let last = last.map(|latest| latest.taken_at).max();
    let (state, reason) = match tank.decommissioned_on {
        None => (Some(health.state.into()), reason(&health, &seen)),
        Some(day) => (None, format!("Decommissioned {}.", dates.day(day))),
    };
    TankRow {
        name: tank.name.clone(),
        href: href(tank.id),
        profile: catalogue.profile(&tank.profile).map(|profile| profile.name.clone()).unwrap_or_default(),
        volume: tank.volume.map(Volume::show).unwrap_or_default(),
        state,
        reason,
        last: last.map(|last| text::when(last, &tank.zone, now, dates)).unwrap_or_default(),
        cover: None,
    }
}

#[cfg(test)]
mod sample;
