//! `GET /livestock/{id}`: what it is, where and how many, and everything that happened.

mod gather;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use http::StatusCode;
use sqlx::PgConnection;

use super::{AtAnimal, words};
use crate::db::animal::{self, ChangeError};
use crate::domain::cursor::Cursor;
use crate::http::error::Error;
use crate::pages::form::Problem;
use crate::pages::parts::{Fact, Link};
use crate::pages::photo::Gallery;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How many events a page has.
const SIZE: usize = 50;

/// How many of the last changes to events are shown.
const CHANGES: i64 = 20;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// What: `3 died`.
    pub title: String,
    /// Its kind, for the mark's class.
    pub kind: &'static str,
    /// How many there were then: `9 left`; may be empty.
    pub left: String,
    /// The tank they were in, where it is not said already.
    pub tank: String,
    /// The group that some of them became.
    pub group: Option<Link>,
    /// When, in the time of the tank they were in.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// In words.
    pub note: String,
    /// Who wrote it down; may be empty.
    pub by: String,
    /// Whether it was corrected.
    pub corrected: bool,
    /// Why it does not fit, from before that was checked; may be empty.
    pub odd: &'static str,
    /// Where it is corrected; empty when it is not corrected here.
    pub correct_href: String,
}

/// A change to something that happened.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// `Corrected: 3 died on … became 2 died on …`.
    pub text: String,
    /// When, and who.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Where it is undone; empty when it cannot be any more.
    pub undo: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "animal/show.html")]
pub struct AnimalPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What is wrong with what was asked, on top.
    pub problems: Vec<Problem>,
    /// Its name, or else its species.
    pub title: String,
    /// Species, Latin, sex: what the title does not say.
    pub meta: Vec<String>,
    /// How many there are; 0: gone.
    pub count: i32,
    /// Where they are.
    pub tank: Link,
    /// Whether that tank is no longer in use.
    pub stranded: bool,
    /// When, in words, the last one went; empty while there are any.
    pub ended: String,
    /// Since when, how many came in all, and the like.
    pub facts: Vec<Fact>,
    /// The group it was split off.
    pub origin: Option<Link>,
    /// Lines of notes.
    pub notes: String,
    /// Its own address.
    pub href: String,
    /// Its photos.
    pub photos: Gallery,
    /// Everything that happened, the newest first.
    pub events: Vec<EventRow>,
    /// The page of newer events.
    pub newer: Option<String>,
    /// The page of older events.
    pub older: Option<String>,
    /// The last changes to events.
    pub changes: Vec<ChangeRow>,
    /// Whether it can be deleted: nothing happened but its coming.
    pub deletable: bool,
}

/// Shows an animal.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtAnimal,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let from: Option<Cursor> = Typed(asked).get("from").parse().ok();
    let page = gather::page(&visit, &mut db, at, from).await?;
    drop(db);
    visit.page(&page)
}

/// The page of an animal with why something was not done to it (422).
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub(super) async fn refused(
    visit: &Visit,
    db: &mut PgConnection,
    at: AtAnimal,
    error: ChangeError,
) -> Result<Response, Error> {
    let animal = at.find(db).await?;
    let logged = animal::events(db, at.0).await?;
    let refusal = words::refusal(error, &animal, &logged, None, visit.dates())?;
    let mut page = gather::page(visit, db, at, None).await?;
    page.problems.push(Problem::of_all(refusal.text));
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[cfg(test)]
mod sample;
