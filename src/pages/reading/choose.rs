//! `GET /readings/new`: which tank are you at? With one tank it leads straight to its form.

use askama::Template;

use crate::pages::shell::Shell;

/// One tank to choose.
#[derive(Clone, Debug)]
pub struct TankChoice {
    /// Its name.
    pub name: String,
    /// Its form.
    pub href: String,
    /// When it was last measured, in words.
    pub last: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading/choose.html")]
pub struct ChooseTankPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tanks, last used first.
    pub tanks: Vec<TankChoice>,
}

#[cfg(test)]
impl ChooseTankPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let tank = |name: &str, last: &str| TankChoice {
            name: name.to_owned(),
            href: "/tanks/reef/readings/new".to_owned(),
            last: last.to_owned(),
        };
        let tanks = vec![
            tank("Reef by the window", "last today 18:30"),
            tank("Quarantine", "last 12 Nov"),
            tank("Nano", "no readings yet"),
        ];
        let page = |tanks| Self { shell: Shell::sample("log"), tanks };
        vec![("choose-empty".to_owned(), page(vec![])), ("choose".to_owned(), page(tanks))]
    }
}
