//! `GET /livestock`: every animal, or those that are looked for.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use jiff::Timestamp;

use super::href;
use crate::db;
use crate::db::animal::{self, Counts, Filter, Listed, Show};
use crate::domain::cursor::Cursor;
use crate::domain::dates::DateFormat;
use crate::domain::id::TankId;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field};
use crate::pages::parts::Pick;
use crate::pages::photo::Image;
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::probe::form::percent_encode;

/// The address of the list.
pub const HREF: &str = "/livestock";

/// How many animals a page has.
const SIZE: usize = 50;

/// The longest text that is looked for; names are shorter.
const TEXT_MAX: usize = 96;

/// The list of those in a tank.
pub fn in_tank(tank: TankId) -> String {
    format!("{HREF}?tank={tank}")
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct AnimalRow {
    /// Its name, or else its species.
    pub title: String,
    /// Its page.
    pub href: String,
    /// How many, or that they are gone.
    pub count: String,
    /// Where they are; empty when they are gone.
    pub tank: String,
    /// That the tank is no longer in use.
    pub stranded: bool,
    /// Species, Latin, since when: what is known.
    pub facts: Vec<String>,
    /// The photo that stands for it.
    pub cover: Option<Image>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "animal/list.html")]
pub struct AnimalsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// How many there are, in words; empty without any.
    pub counts: String,
    /// Whether the household has entered any at all.
    pub any: bool,
    /// Whether the list is narrowed to a tank or a text.
    pub narrowed: bool,
    /// Alive, all or gone.
    pub shows: Vec<Pick>,
    /// The one in force, for the form.
    pub show: &'static str,
    /// The tanks to narrow it to.
    pub tanks: Vec<Choice>,
    /// The tank chosen.
    pub tank: Field,
    /// The text looked for.
    pub text: Field,
    /// The animals.
    pub rows: Vec<AnimalRow>,
    /// Where to add one.
    pub new_href: String,
    /// The page before.
    pub newer: Option<String>,
    /// The page after.
    pub older: Option<String>,
}

/// Shows the animals that `tank`, `show` and `q` ask for; anything unknown in them is as if it were not there.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let asked = Typed(asked);
    let mut db = visit.app.connection().await?;
    let tanks = animal::tanks(&mut db).await?;
    let filter = filter(&asked, &tanks);
    let from: Option<Cursor> = asked.get("from").parse().ok();
    let counts = animal::counts(&mut db, &filter).await?;
    let page = animal::list(&mut db, &filter, from, SIZE).await?;
    let ids: Vec<_> = page.rows.iter().map(|animal| animal.id.0).collect();
    let covers = db::photo::covers(&mut db, &ids).await?;
    drop(db);
    let now = visit.app.clock.now();
    let known = counts.alive + counts.gone > 0;
    let narrowed = filter.tank.is_some() || filter.text.is_some();
    let to = |cursor: Option<Cursor>| cursor.map(|cursor| address(&filter, filter.show, Some(cursor)));
    visit.page(&AnimalsPage {
        shell: visit.shell("livestock"),
        counts: if known { in_words(&counts) } else { String::new() },
        any: known || narrowed,
        narrowed,
        shows: shows(&filter, &counts),
        show: filter.show.as_str(),
        tanks: [Choice::new("", "All tanks")]
            .into_iter()
            .chain(tanks.iter().map(|(id, name)| Choice::new(id.to_string(), name)))
            .collect(),
        tank: Field { required: false, ..Field::text("tank", "Tank") }
            .with(filter.tank.map(|tank| tank.to_string()).unwrap_or_default()),
        text: Field { required: false, max: TEXT_MAX, ..Field::text("q", "Name or species") }
            .with(filter.text.clone().unwrap_or_default()),
        rows: page
            .rows
            .iter()
            .map(|animal| AnimalRow {
                cover: covers.get(&animal.id.0).map(Image::beside_its_name),
                ..row(animal, now, visit.dates())
            })
            .collect(),
        new_href: filter
            .tank
            .map_or_else(|| "/livestock/new".to_owned(), |tank| format!("/livestock/new?tank={tank}")),
        newer: to(page.newer),
        older: to(page.older),
    })
}

/// What is asked for, as far as it makes sense.
fn filter(asked: &Typed, tanks: &[(TankId, String)]) -> Filter {
    let tank: Option<TankId> = asked.get("tank").parse().ok();
    let text = asked.get("q").trim();
    let searchable = !text.is_empty() && text.chars().count() <= TEXT_MAX && !text.contains('\0');
    Filter {
        tank: tank.filter(|tank| tanks.iter().any(|(known, _)| known == tank)),
        show: Show::ALL.into_iter().find(|show| show.as_str() == asked.get("show")).unwrap_or_default(),
        text: searchable.then(|| text.to_owned()),
    }
}

/// The list's address with this filter.
fn address(filter: &Filter, show: Show, from: Option<Cursor>) -> String {
    let parts = [
        filter.tank.map(|tank| format!("tank={tank}")),
        (show != Show::default()).then(|| format!("show={}", show.as_str())),
        filter.text.as_ref().map(|text| format!("q={}", percent_encode(text))),
        from.map(|from| format!("from={from}")),
    ];
    let query: Vec<String> = parts.into_iter().flatten().collect();
    if query.is_empty() { HREF.to_owned() } else { format!("{HREF}?{}", query.join("&")) }
}

fn shows(filter: &Filter, counts: &Counts) -> Vec<Pick> {
    Show::ALL
        .into_iter()
        .map(|show| Pick {
            href: address(filter, show, None),
            label: match show {
                Show::Alive => format!("Alive {}", counts.alive),
                Show::All => format!("All {}", counts.alive + counts.gone),
                Show::Gone => format!("Gone {}", counts.gone),
            },
            chosen: show == filter.show,
        })
        .collect()
}

fn in_words(counts: &Counts) -> String {
    match counts.animals {
        0 => "None alive".to_owned(),
        animals => format!("{} in {}", text::count(animals, "animal"), text::count(counts.tanks, "tank")),
    }
}

fn row(animal: &Listed, now: Timestamp, dates: DateFormat) -> AnimalRow {
    let day = |instant| text::day(instant, &animal.zone, now, dates);
    let since = match animal.ended_at {
        None => format!("since {}", day(animal.acquired_at)),
        Some(end) => format!("{} to {}", day(animal.acquired_at), day(end)),
    };
    let species = animal.name.is_some().then(|| animal.species.clone());
    AnimalRow {
        title: animal.name.clone().unwrap_or_else(|| animal.species.clone()),
        href: href(animal.id),
        count: if animal.count == 0 { "gone".to_owned() } else { animal.count.to_string() },
        tank: if animal.count == 0 { String::new() } else { animal.tank.clone() },
        stranded: animal.count > 0 && !animal.tank_active,
        facts: [species, animal.scientific_name.clone(), Some(since)].into_iter().flatten().collect(),
        cover: None,
    }
}

#[cfg(test)]
impl AnimalsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |title: &str, count: &str, tank: &str, facts: &[&str]| AnimalRow {
            cover: (title.len() > 10).then(crate::pages::photo::sample::cover),
            title: title.to_owned(),
            href: "/livestock/nemo".to_owned(),
            count: count.to_owned(),
            tank: tank.to_owned(),
            stranded: tank == "Old nano",
            facts: facts.iter().map(|&fact| fact.to_owned()).collect(),
        };
        let rows = vec![
            row(
                "Nemo",
                "1",
                "Reef by the window",
                &["Clownfish", "Amphiprion ocellaris", "since 3 May 2024"],
            ),
            row("Neon tetra", "24", "Planted", &["Paracheirodon innesi", "since 12 Nov"]),
            row("Cherry shrimp", "120", "Old nano", &["Neocaridina davidi", "since 2 Jan"]),
            row(
                "Donaudampfschifffahrtsgesellschaftskapitänsgarnele",
                "1",
                "Reef by the window",
                &["since today"],
            ),
            row("Dory", "gone", "", &["Blue tang", "3 May 2024 to 12 Nov"]),
        ];
        let page = |rows: Vec<AnimalRow>, any, narrowed| Self {
            shell: Shell::sample("livestock"),
            counts: if rows.is_empty() { String::new() } else { "146 animals in 3 tanks".to_owned() },
            any,
            narrowed,
            shows: shows(&Filter::default(), &Counts { alive: 4, gone: 1, animals: 146, tanks: 3 }),
            show: "alive",
            tanks: vec![Choice::new("", "All tanks"), Choice::new("reef", "Reef by the window")],
            tank: Field { required: false, ..Field::text("tank", "Tank") },
            text: Field { required: false, max: TEXT_MAX, ..Field::text("q", "Name or species") },
            rows,
            new_href: "/livestock/new".to_owned(),
            newer: None,
            older: any.then(|| "/livestock?from=o1.0".to_owned()),
        };
        vec![
            ("animals-empty".to_owned(), page(vec![], false, false)),
            ("animals-none-found".to_owned(), page(vec![], true, true)),
            ("animals".to_owned(), page(rows, true, false)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_was_chosen() {
        assert_eq!(address(&Filter::default(), Show::Alive, None), "/livestock");
        let filter = Filter { text: Some("cherry & co".to_owned()), ..Filter::default() };
        assert_eq!(address(&filter, Show::Gone, None), "/livestock?show=gone&q=cherry%20%26%20co");
    }

    #[test]
    fn nonsense_is_as_if_it_were_not_there() {
        let asked = |name: &str, value: &str| filter(&Typed(vec![(name.to_owned(), value.to_owned())]), &[]);
        for (name, value) in [
            ("tank", "019ab0de-7c1e-7000-8000-0000000000aa"),
            ("tank", "x"),
            ("show", "dead"),
            ("q", " "),
            ("q", "a\0b"),
            ("x", "y"),
        ] {
            assert_eq!(asked(name, value), Filter::default(), "{name}={value}");
        }
        assert_eq!(asked("q", &"x".repeat(97)), Filter::default());
        assert_eq!(asked("show", "gone").show, Show::Gone);
    }
}
