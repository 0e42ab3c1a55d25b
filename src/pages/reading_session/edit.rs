//! `GET /sessions/{id}/edit`: what the readings of a session share, to be corrected.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use crate::db;
use crate::db::reading_session::ReadingSession;
use crate::db::tank::Tank;
use crate::domain::id::SessionId;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::reading::At;
use crate::pages::reading::one::{note_field, taken_at_field};
use crate::pages::reading::row::session_href;
use crate::pages::shell::Shell;
use crate::pages::tank::href;
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reading_session/edit.html")]
pub struct EditSessionPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// The session's page.
    pub session_href: String,
    /// Where the form is sent.
    pub action: String,
    /// How many readings move with its time.
    pub readings: String,
    /// Made when the form is shown: the same form twice is one change.
    pub form_id: String,
    /// The session's time when the form was made.
    pub was_at: String,
    /// When it was taken.
    pub taken_at: Field,
    /// A note.
    pub note: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl EditSessionPage {
    /// The form of a session as it stands.
    pub(super) fn new(visit: &Visit, session: &ReadingSession, tank: &Tank, form_id: String) -> Self {
        let hint = format!("In the tank's time: {}", text::zone_now(&tank.zone, session.taken_at));
        let readings = i64::try_from(session.readings.len()).unwrap_or(i64::MAX);
        Self {
            shell: visit.shell("tanks"),
            tank: tank.name.clone(),
            tank_href: href(tank.id),
            session_href: session_href(session.id),
            action: format!("{}/edit", session_href(session.id)),
            readings: text::count(readings, "reading"),
            form_id,
            was_at: instant(session.taken_at),
            taken_at: taken_at_field(&zone::field_value(session.taken_at, &tank.zone), hint),
            note: note_field(session.note.as_deref().unwrap_or_default()),
            error: None,
        }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain(self.taken_at.problem()).chain(self.note.problem()).collect()
    }
}

fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// Shows the form.
///
/// # Errors
/// When there is no such session, or the database does not answer.
pub async fn handle(visit: Visit, At(id): At<SessionId>) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let session = db::reading_session::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let tank = db::tank::find(&mut db, session.tank).await?.ok_or(Error::NotFound)?;
    drop(db);
    visit.page(&EditSessionPage::new(&visit, &session, &tank, visit.app.clock.uuid().to_string()))
}

#[cfg(test)]
impl EditSessionPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            session_href: "/sessions/1".to_owned(),
            action: "/sessions/1/edit".to_owned(),
            readings: "6 readings".to_owned(),
            form_id: "0193".to_owned(),
            was_at: "2026-11-23T17:30:00Z".to_owned(),
            taken_at: taken_at_field(
                "2026-11-23T18:30",
                "In the tank's time: Europe/Berlin (CET)".to_owned(),
            ),
            note: note_field("after the change"),
            error: None,
        };
        let mut wrong = page.clone();
        wrong.taken_at = wrong.taken_at.failing(Some("This time is in the future."));
        wrong.error = Some("Somebody moved this session meanwhile.".to_owned());
        vec![("session-edit".to_owned(), page), ("session-edit-wrong".to_owned(), wrong)]
    }
}
