//! Lists to look at.

use super::{Asked, TankRow, TanksPage};
use crate::pages::parts::State;
use crate::pages::photo;
use crate::pages::shell::Shell;

impl TanksPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |asked: &Asked, tanks: Vec<TankRow>, all: usize| Self {
            shell: Shell::sample("tanks"),
            tanks,
            all,
            decommissioned: asked.decommissioned,
            table: asked.table,
            question: asked.question.clone(),
            statuses: asked.picks(["In use 3", "Decommissioned 1"], asked.decommissioned, |asked, way| {
                asked.decommissioned = way;
            }),
            views: asked.picks(["Cards", "Table"], asked.table, |asked, way| asked.table = way),
            all_href: "/tanks".to_owned(),
        };
        let cards = Asked::default();
        let table = Asked { table: true, ..Asked::default() };
        let search = Asked { question: "kapitan".to_owned(), ..Asked::default() };
        let down = Asked { decommissioned: true, ..Asked::default() };
        let first = Self { statuses: Vec::new(), ..page(&cards, vec![], 0) };
        let many: Vec<_> = (0..40).map(|number| rows()[number % 3].clone()).collect();
        let old =
            TankRow { state: None, reason: "Decommissioned 3 May 2026.".to_owned(), ..rows()[0].clone() };
        [
            ("empty", first),
            ("cards", page(&cards, rows(), 3)),
            ("one", page(&cards, rows()[..1].to_vec(), 1)),
            ("forty", page(&cards, many.clone(), 40)),
            ("forty-table", page(&table, many, 40)),
            ("table", page(&table, rows(), 3)),
            ("found", page(&search, rows()[1..2].to_vec(), 3)),
            ("found-nothing", page(&search, vec![], 3)),
            ("decommissioned", page(&down, vec![old], 1)),
            ("decommissioned-none", page(&down, vec![], 0)),
            ("all-decommissioned", page(&cards, vec![], 0)),
        ]
        .into_iter()
        .map(|(name, page)| (format!("tanks-{name}"), page))
        .collect()
    }
}

fn rows() -> Vec<TankRow> {
    let row = |name: &str, state, reason: &str, last: &str| TankRow {
        name: name.to_owned(),
        href: "/tanks/reef".to_owned(),
        profile: "Reef Saltwater".to_owned(),
        volume: "240 L".to_owned(),
        state: Some(state),
        reason: reason.to_owned(),
        last: last.to_owned(),
        cover: (name != "Nano").then(photo::sample::cover),
    };
    vec![
        row("Reef by the window", State::Watch, "Nitrate 5.8 ppm is above 5.", "today 18:30"),
        row(
            "Donaudampfschifffahrtsgesellschaftskapitänsaquarium",
            State::Ok,
            "All 10 values are in range.",
            "19 Nov 21:04",
        ),
        row("Nano", State::New, "No readings yet.", ""),
    ]
}
