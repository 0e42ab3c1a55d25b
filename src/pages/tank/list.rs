//! `GET /tanks`: every tank and how it is.

use askama::Template;

use crate::pages::parts::State;
use crate::pages::shell::Shell;

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
    /// Its health.
    pub state: State,
    /// Why, in words.
    pub reason: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/list.html")]
pub struct TanksPage {
    /// What surrounds it.
    pub shell: Shell,
    /// Every tank that is in use.
    pub tanks: Vec<TankRow>,
}

#[cfg(test)]
impl TanksPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let row = |name: &str, state, reason: &str| TankRow {
            name: name.to_owned(),
            href: "/tanks/reef".to_owned(),
            profile: "Reef Saltwater".to_owned(),
            volume: "240 L".to_owned(),
            state,
            reason: reason.to_owned(),
        };
        let rows = vec![
            row("Reef by the window", State::Watch, "Nitrate is above its range."),
            row(
                "Donaudampfschifffahrtsgesellschaftskapitänsaquarium",
                State::Ok,
                "All 10 tracked values are in range.",
            ),
            row("Nano", State::New, "No readings yet."),
        ];
        let page = |tanks| Self { shell: Shell::sample("tanks"), tanks };
        vec![("tanks-empty".to_owned(), page(vec![])), ("tanks".to_owned(), page(rows))]
    }
}
