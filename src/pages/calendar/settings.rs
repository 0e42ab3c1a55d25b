//! `GET /settings/calendar`, and making and revoking the address there.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::db::calendar::Feed;
use crate::http::cookies;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "calendar/settings.html")]
pub struct CalendarPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The address, on the page that made it and never again.
    pub address: String,
    /// When the address in force was made; empty when there is none.
    pub made: String,
    /// When a calendar read it last; empty when none has.
    pub read: String,
}

fn page(visit: &Visit, feed: Option<Feed>, address: String) -> CalendarPage {
    let (home, now) = (home(&visit.app), visit.app.clock.now());
    let when = |at| text::when(at, &home, now, visit.dates());
    CalendarPage {
        shell: visit.shell(""),
        address,
        made: feed.map(|feed| when(feed.created_at)).unwrap_or_default(),
        read: feed.and_then(|feed| feed.last_read_at).map(when).unwrap_or_default(),
    }
}

/// Shows whether there is an address.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let feed = db::calendar::of_keeper(&mut *visit.app.connection().await?, keeper.id).await?;
    visit.page(&page(&visit, feed, String::new()))
}

/// Makes a new address, which this answer alone shows; the one before stops to work. The answer is the page itself:
/// an address to go on to would have to carry the secret.
///
/// # Errors
/// When the database does not answer.
pub async fn renew(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let app = &visit.app;
    let (secret, now) = (app.clock.token(), app.clock.now());
    let mut db = app.connection().await?;
    db::calendar::renew(&mut db, keeper.id, &cookies::hash(&secret), now).await?;
    let address = app.settings.public_url.url(&format!("/calendar/{secret}.ics"));
    visit.page(&page(&visit, Some(Feed { created_at: now, last_read_at: None }), address))
}

/// Removes the address.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    db::calendar::revoke(&mut *visit.app.connection().await?, keeper.id).await?;
    Ok(visit.go("/settings/calendar", Some(Note::CalendarRevoked)))
}

#[cfg(test)]
impl CalendarPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let none = Self {
            shell: Shell::sample(""),
            address: String::new(),
            made: String::new(),
            read: String::new(),
        };
        let there = Self { made: "12 Nov 18:30".to_owned(), read: "today 11:00".to_owned(), ..none.clone() };
        let new = Self {
            address: format!("https://tanks.example.org/calendar/{}.ics", "Ab3_".repeat(10)),
            made: "today 18:30".to_owned(),
            ..none.clone()
        };
        vec![
            ("calendar-none".to_owned(), none),
            ("calendar".to_owned(), there),
            ("calendar-new".to_owned(), new),
        ]
    }
}
