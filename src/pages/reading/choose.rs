//! `GET /readings/new`: which tank are you at? With one tank it leads straight to its form.

use askama::Template;
use axum::response::Response;

use crate::db::overview;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::tank::href;
use crate::pages::text;
use crate::pages::visit::Visit;

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

/// Shows the tanks, the one measured last first.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let now = visit.app.clock.now();
    let mut tanks = overview::choices(&mut *visit.app.connection().await?).await?;
    let form = |id| format!("{}/readings/new", href(id));
    if let [only] = tanks.as_slice() {
        return Ok(visit.go(&form(only.id), None));
    }
    tanks.sort_by_key(|tank| std::cmp::Reverse(tank.measured_at));
    let tanks = tanks.into_iter().map(|tank| TankChoice {
        name: tank.name,
        href: form(tank.id),
        last: tank.measured_at.map_or_else(
            || "no readings yet".to_owned(),
            |last| format!("last {}", text::when(last, &tank.zone, now, visit.dates())),
        ),
    });
    let tanks = tanks.collect();
    visit.page(&ChooseTankPage { shell: visit.shell("log"), tanks })
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
