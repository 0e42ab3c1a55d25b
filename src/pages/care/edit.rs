//! `GET /care/{id}`: what was logged, to be put right, with what it said before.

use askama::Template;
use axum::response::Response;
use sqlx::PgConnection;

use super::fields::CareFields;
use super::{AtCare, href};
use crate::db;
use crate::db::care::{Care, Change, Revision};
use crate::db::tank::Tank;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::tank::href as tank_href;
use crate::pages::text;
use crate::pages::visit::Visit;

/// A change that the entry went through.
#[derive(Clone, Debug)]
pub struct CareChange {
    /// `Changed`, `Deleted`, `Taken back`.
    pub change: &'static str,
    /// What the entry said before.
    pub before: String,
    /// When it was changed, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who changed it; may be empty.
    pub by: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "care/edit.html")]
pub struct EditCarePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// What the entry says, in a few words.
    pub summary: String,
    /// The same said the other way: `about 24 L`; may be empty.
    pub other: String,
    /// Who logged it and when; may be empty.
    pub logged: String,
    /// Where the form is sent.
    pub action: String,
    /// The form.
    pub form: CareFields,
    /// What it went through, the newest first.
    pub changes: Vec<CareChange>,
}

/// The page of an entry with this form.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    visit: &Visit,
    db: &mut PgConnection,
    (care, tank): (&Care, &Tank),
    form: CareFields,
) -> Result<EditCarePage, Error> {
    let now = visit.app.clock.now();
    let changes = db::care::revisions(db, care.id).await?;
    let changes = changes.iter().map(|revision| change(visit, tank, revision)).collect();
    let logged = text::when(care.created_at, &tank.zone, now, visit.dates());
    let by = care.recorded_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let what = &care.entry.what;
    Ok(EditCarePage {
        shell: visit.shell("tanks"),
        tank: tank.name.clone(),
        tank_href: tank_href(tank.id),
        summary: what.summary(),
        other: what.other_way(tank.volume).unwrap_or_default(),
        logged: format!("Logged {logged}{by}"),
        action: href(care.id),
        form,
        changes,
    })
}

fn change(visit: &Visit, tank: &Tank, revision: &Revision) -> CareChange {
    let (now, dates) = (visit.app.clock.now(), visit.dates());
    let before = &revision.before;
    let done_at = text::when(before.done_at, &tank.zone, now, dates);
    let note = before.note.as_ref().map(|note| format!(", “{note}”")).unwrap_or_default();
    CareChange {
        change: match revision.change {
            Change::Edited => "Changed",
            Change::Deleted => "Deleted",
            Change::Restored => "Taken back",
        },
        before: format!("{}, {done_at}{note}", before.what.summary()),
        when: text::when(revision.changed_at, &tank.zone, now, dates),
        iso: revision.changed_at.to_string(),
        by: revision.changed_by.clone().unwrap_or_default(),
    }
}

/// The fields of an entry as it is.
///
/// # Errors
/// When the database does not answer.
pub async fn fields(
    visit: &Visit,
    db: &mut PgConnection,
    (care, tank): (&Care, &Tank),
) -> Result<CareFields, Error> {
    let entry = &care.entry;
    let form = super::new::fields(visit, db, tank, entry.what.kind).await?;
    let mut form = form.filled(&entry.what, entry.note.as_deref());
    form.done_at.value = zone::field_value(entry.done_at, &tank.zone);
    Ok(form)
}

/// Shows an entry.
///
/// # Errors
/// When there is no such entry, or the database does not answer.
pub async fn handle(visit: Visit, at: AtCare) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let (care, tank) = at.find(&mut db).await?;
    let form = fields(&visit, &mut db, (&care, &tank)).await?;
    let page = page(&visit, &mut db, (&care, &tank), form).await?;
    visit.page(&page)
}

#[cfg(test)]
impl EditCarePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        use crate::domain::care::Kind;
        use crate::domain::unit::UnitSystem;

        let zone = "Europe/Berlin (CET)";
        let mut form = CareFields::new(Kind::WaterChange, UnitSystem::Metric, "2026-11-23T18:30", zone);
        form.amount = form.amount.map(|field| field.with("10"));
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            summary: "Water change 10 %".to_owned(),
            other: "about 24 L".to_owned(),
            logged: "Logged today 18:31 by Ana".to_owned(),
            action: "/care/1".to_owned(),
            form,
            changes: vec![],
        };
        let mut changed = page.clone();
        changed.changes = ["Changed", "Taken back"]
            .map(|change| CareChange {
                change,
                before: "Water change 100 %, today 18:30, “slip of the finger”".to_owned(),
                when: "today 18:32".to_owned(),
                iso: "2026-11-23T17:32:00Z".to_owned(),
                by: "Ana".to_owned(),
            })
            .to_vec();
        vec![("care-edit".to_owned(), page), ("care-edit-changed".to_owned(), changed)]
    }
}
