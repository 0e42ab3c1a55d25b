//! `GET /tanks/{id}/timeline`: all that happened, a page at a time.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use super::{Timeline, days, href};
use crate::db;
use crate::domain::cursor::Cursor;
use crate::domain::timeline::Filter;
use crate::http::error::Error;
use crate::pages::care::{self, new};
use crate::pages::parts::Pick;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, href as tank_href};
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How many rows a page has.
const SIZE: usize = 50;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "timeline/show.html")]
pub struct TimelinePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// The form for care.
    pub care_href: String,
    /// What it can be narrowed to.
    pub filters: Vec<Pick>,
    /// Whether it is narrowed.
    pub narrowed: bool,
    /// The rows.
    pub timeline: Timeline,
    /// The page of newer rows; may be empty.
    pub newer: String,
    /// The page of older rows; may be empty.
    pub older: String,
}

/// Shows a tank's timeline: `kind` narrows it, `at` is a place in it; anything unknown is as if it were not there.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let asked = Typed(asked);
    let filter: Filter = asked.get("kind").parse().unwrap_or_default();
    let from: Option<Cursor> = asked.get("at").parse().ok();
    let mut db = visit.app.connection().await?;
    let tank = new::tank(&mut db, at).await?;
    let page = db::timeline::page(&mut db, tank.id, filter, from, SIZE).await?;
    let days = days(&visit, &mut db, &tank, &page).await?;
    let address = |filter: Filter| match filter {
        Filter::All => href(&tank),
        narrow => format!("{}?kind={}", href(&tank), narrow.as_str()),
    };
    let place = |cursor: Option<Cursor>| {
        let cursor = cursor.map(|cursor| format!("{}?kind={}&at={cursor}", href(&tank), filter.as_str()));
        cursor.unwrap_or_default()
    };
    let pick =
        |one: Filter| Pick { href: address(one), label: one.label().to_owned(), chosen: one == filter };
    visit.page(&TimelinePage {
        shell: visit.shell("tanks"),
        tank: tank.name.clone(),
        tank_href: tank_href(tank.id),
        care_href: if tank.decommissioned_on.is_none() { care::new_href(tank.id) } else { String::new() },
        filters: Filter::ALL.map(pick).to_vec(),
        narrowed: filter != Filter::All,
        timeline: Timeline { days, href: String::new() },
        newer: place(page.newer),
        older: place(page.older),
    })
}

#[cfg(test)]
impl TimelinePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let empty = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            care_href: "/tanks/reef/care/new".to_owned(),
            filters: Filter::ALL
                .map(|one| Pick {
                    href: "/tanks/reef/timeline".to_owned(),
                    label: one.label().to_owned(),
                    chosen: one == Filter::All,
                })
                .to_vec(),
            narrowed: false,
            timeline: Timeline::default(),
            newer: String::new(),
            older: String::new(),
        };
        let full = Self {
            timeline: Timeline::sample(),
            newer: "/tanks/reef/timeline?at=n1.2".to_owned(),
            older: "/tanks/reef/timeline?at=o1.2".to_owned(),
            ..empty.clone()
        };
        let narrowed = Self { narrowed: true, care_href: String::new(), ..empty.clone() };
        vec![
            ("timeline-empty".to_owned(), empty),
            ("timeline-narrowed".to_owned(), narrowed),
            ("timeline".to_owned(), full),
        ]
    }
}
