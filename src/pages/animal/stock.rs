//! What lives in a tank, as its page shows it.

use super::{href, list};
use crate::db::animal::Stock;
use crate::domain::id::TankId;

/// How many records a tank's page shows; the rest is in the list.
pub const SHOWN: i64 = 12;

/// A line of it.
#[derive(Clone, Debug)]
pub struct StockRow {
    /// Its name, or else its species.
    pub title: String,
    /// Its species, when it has a name.
    pub species: String,
    /// How many.
    pub count: i32,
    /// Its page.
    pub href: String,
}

/// What lives in a tank.
#[derive(Clone, Debug)]
pub struct StockView {
    /// How many animals.
    pub animals: i64,
    /// How many records are not among the rows.
    pub more: i64,
    /// The first of them.
    pub rows: Vec<StockRow>,
    /// All of them.
    pub all_href: String,
    /// Where to add one; empty when the tank takes none.
    pub new_href: String,
}

impl StockView {
    /// The stock of a tank, which takes more animals while it is in use.
    pub fn new(tank: TankId, stock: Stock, active: bool) -> Self {
        let rows: Vec<StockRow> = stock
            .first
            .into_iter()
            .map(|animal| StockRow {
                href: href(animal.id),
                count: animal.count,
                // Said once: where there is no name, the species stands in its place.
                species: if animal.name.is_some() { animal.species.clone() } else { String::new() },
                title: animal.name.unwrap_or(animal.species),
            })
            .collect();
        Self {
            animals: stock.animals,
            more: stock.records - i64::try_from(rows.len()).unwrap_or(i64::MAX),
            rows,
            all_href: list::in_tank(tank),
            new_href: if active { format!("/livestock/new?tank={tank}") } else { String::new() },
        }
    }
}

#[cfg(test)]
impl StockView {
    pub(in crate::pages) fn sample() -> Self {
        let row = |title: &str, species: &str, count| StockRow {
            title: title.to_owned(),
            species: species.to_owned(),
            count,
            href: "/livestock/nemo".to_owned(),
        };
        Self {
            animals: 28,
            more: 3,
            rows: vec![row("Nemo", "Clownfish", 1), row("Neon tetra", "", 24), row("Cleaner shrimp", "", 3)],
            all_href: "/livestock?tank=reef".to_owned(),
            new_href: "/livestock/new?tank=reef".to_owned(),
        }
    }

    pub(in crate::pages) fn sample_empty() -> Self {
        Self { animals: 0, more: 0, rows: vec![], ..Self::sample() }
    }
}
