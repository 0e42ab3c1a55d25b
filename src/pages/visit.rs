//! One visit to a page: who comes, what the request before left to say, and how a page is answered.

use std::time::Duration;

use anyhow::Context as _;
use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::request::Parts;
use sqlx::{Postgres, Transaction};

use super::note::Note;
use super::shell::{Shell, Theme};
use crate::domain::dates::DateFormat;
use crate::domain::id::TankId;
use crate::domain::unit::{UnitSystem, Units};
use crate::http::App;
use crate::http::cookies::{self, Name};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::jobs;
use crate::settings::Environment;

/// A note waits this long for the page it is shown on.
const NOTE_LIFETIME: Duration = Duration::from_mins(1);

/// A visit to a page.
#[derive(Clone)]
pub struct Visit {
    /// The application.
    pub app: App,
    /// Who is signed in; none on pages for everybody.
    pub keeper: Option<Keeper>,
    note: Option<Note>,
}

impl FromRequestParts<App> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let note = cookies::get(&parts.headers, &app.settings, Name::Notice);
        Ok(Self {
            app: app.clone(),
            keeper: parts.extensions.get::<Keeper>().cloned(),
            note: note.and_then(|code| Note::parse(&code)),
        })
    }
}

impl Visit {
    /// A visit that nobody knows anything about.
    pub fn stranger(app: &App) -> Self {
        Self { app: app.clone(), keeper: None, note: None }
    }

    /// What surrounds the page.
    pub fn shell(&self, section: &'static str) -> Shell {
        let settings = &self.app.settings;
        let keeper = self.keeper.as_ref();
        Shell {
            keeper: keeper.map(|keeper| keeper.display_name.clone()),
            theme: keeper.and_then(|keeper| match keeper.theme.as_deref() {
                Some("light") => Some(Theme::Light),
                Some("dark") => Some(Theme::Dark),
                _ => None,
            }),
            section,
            log_href: "/readings/new".to_owned(),
            notices: self.note.iter().map(|note| note.notice()).collect(),
            insecure: !settings.public_url.is_https() && settings.environment == Environment::Production,
        }
    }

    /// The units this keeper thinks in.
    pub fn units(&self) -> Units<'_> {
        let keeper = self.keeper.as_ref();
        let imperial = keeper.is_some_and(|keeper| keeper.imperial);
        Units {
            system: if imperial { UnitSystem::Imperial } else { UnitSystem::Metric },
            own: keeper.map(|keeper| keeper.own_units.as_slice()).unwrap_or_default(),
        }
    }

    /// How this keeper reads dates.
    pub fn dates(&self) -> DateFormat {
        self.keeper.as_ref().map(|keeper| keeper.dates).unwrap_or_default()
    }

    /// Answers with a page.
    ///
    /// # Errors
    /// When the template cannot be written.
    pub fn page(&self, page: &impl Template) -> Result<Response, Error> {
        self.page_with(StatusCode::OK, page)
    }

    /// Answers with a page under this status, such as 422 for a form that comes back.
    ///
    /// # Errors
    /// When the template cannot be written.
    pub fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<Response, Error> {
        let html = page.render().context("rendering a page")?;
        let mut response = (status, Html(html)).into_response();
        if self.note.is_some() {
            cookies::remove(response.headers_mut(), &self.app.settings, Name::Notice);
        }
        Ok(response)
    }

    /// Commits what was changed of a tank, together with the job that looks whether the tank asks for attention now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn commit(&self, mut tx: Transaction<'_, Postgres>, tank: TankId) -> Result<(), Error> {
        jobs::alerts::look(&mut tx, &self.app.clock, tank).await?;
        tx.commit().await?;
        self.app.wake.notify();
        Ok(())
    }

    /// Sends the browser on to another page (303), which shows the note.
    pub fn go(&self, to: &str, note: Option<Note>) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Some(note) = note {
            let headers = response.headers_mut();
            cookies::set(headers, &self.app.settings, Name::Notice, &note.code(), NOTE_LIFETIME);
        }
        response
    }
}
