//! `GET /readings/{id}/edit`: a reading as it was entered, to be corrected, and everything that became of it.

mod past;

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use http::StatusCode;

use super::At;
use super::back::Back;
use super::one::OneForm;
use super::row::{Scene, session_href};
use crate::db;
use crate::db::overview::Overview;
use crate::db::version::{Past, Version};
use crate::domain::id::ReadingId;
use crate::domain::reading::edit::as_typed;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::Problem;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, Seen, href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// One thing that happened to a reading.
#[derive(Clone, Debug)]
pub struct Was {
    /// What: `Entered`, `Corrected`, `Deleted`, `Taken back`.
    pub title: &'static str,
    /// The values, or from what to what.
    pub lines: Vec<String>,
    /// When, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who; may be empty.
    pub by: String,
    /// Where a POST takes it back: the last change only.
    pub undo: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading/edit.html")]
pub struct EditReadingPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// The parameter's name.
    pub name: String,
    /// The session's page; empty when the reading is of none.
    pub session_href: String,
    /// Where the form is sent.
    pub action: String,
    /// Where a POST deletes the reading.
    pub delete_action: String,
    /// The place to go back to, as the forms carry it.
    pub back: String,
    /// The version that the form is of.
    pub version: i32,
    /// The form; none for a reading that was deleted.
    pub form: Option<OneForm>,
    /// What stands in the way of saving.
    pub conflict: Option<String>,
    /// What happened to it, the newest first.
    pub history: Vec<Was>,
}

impl EditReadingPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        let conflict = self.conflict.clone().map(Problem::of_all);
        conflict.into_iter().chain(self.form.iter().flat_map(OneForm::problems)).collect()
    }
}

/// What the pages of one reading are made from.
pub(super) struct Known {
    pub(super) past: Past,
    pub(super) overview: Overview,
}

impl Known {
    /// A reading and its tank.
    pub(super) async fn find(visit: &Visit, id: ReadingId) -> Result<Self, Error> {
        let now = visit.app.clock.now();
        let mut db = visit.app.connection().await?;
        let past = db::version::past(&mut db, id).await?.ok_or(Error::NotFound)?;
        let overview = AtTank(past.tank).everything(&mut db, now).await?;
        Ok(Self { past, overview })
    }

    /// How it stands now.
    pub(super) fn version(&self) -> Result<&Version, Error> {
        self.past.now().ok_or(Error::NotFound)
    }
}

/// Shows the form, filled in as the reading was entered; a deleted one can be brought back.
///
/// # Errors
/// When there never was such a reading, or the database does not answer.
pub async fn handle(
    visit: Visit,
    At(id): At<ReadingId>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let known = Known::find(&visit, id).await?;
    let back = Back::read(Typed(asked).get("back"));
    let form_id = visit.app.clock.uuid().to_string();
    let page = page(&visit, &known, &back, form_id).await?;
    let status = if page.form.is_some() { StatusCode::OK } else { StatusCode::GONE };
    visit.page_with(status, &page)
}

/// The page of a reading as it stands.
pub(super) async fn page(
    visit: &Visit,
    known: &Known,
    back: &Back,
    form_id: String,
) -> Result<EditReadingPage, Error> {
    let Known { past, overview } = known;
    let now = visit.app.clock.now();
    let tank = &overview.tank;
    let catalogue = &*visit.app.catalogue().await?;
    let all = Seen::all(overview, catalogue, visit.units());
    // A parameter that was measured is among them; a catalogue of a moment ago may not know a new one yet.
    let seen = all.iter().find(|seen| seen.parameter.id == past.parameter).ok_or(Error::NotFound)?;
    let version = known.version()?;
    let scene = Scene { zone: &tank.zone, now, dates: visit.dates() };
    let form = version.there.then(|| {
        let hint = format!("In the tank's time: {}", text::zone_now(&tank.zone, version.taken_at));
        let taken_at = zone::field_value(version.taken_at, &tank.zone);
        let mut form = OneForm::new(form_id, seen, String::new(), &taken_at, hint);
        form.note.value = version.note.clone().unwrap_or_default();
        let (value, unit) = if seen.parameter.unit(&version.entered_unit).is_some() {
            (version.entered_value, &version.entered_unit)
        } else {
            (version.value, &seen.parameter.canonical.code)
        };
        form.measure.value = as_typed(value, version.below);
        unit.clone_into(&mut form.measure.unit);
        form
    });
    Ok(EditReadingPage {
        shell: visit.shell("tanks"),
        tank: tank.name.clone(),
        tank_href: href(tank.id),
        name: seen.parameter.name.clone(),
        session_href: past.session.filter(|_| version.there).map(session_href).unwrap_or_default(),
        action: format!("/readings/{}/edit", past.id),
        delete_action: format!("/readings/{}/delete", past.id),
        back: back.as_str().to_owned(),
        version: version.version,
        form,
        conflict: None,
        history: past::told(past, seen, &scene),
    })
}

#[cfg(test)]
mod sample;
