//! Who is signed in: the session's cookie, and the [`Keeper`] whom it proves.

use std::time::Duration;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::App;
use super::cookies::{self, Credential, Name};
use super::error::Error;
use crate::db;
use crate::domain::dates::DateFormat;
use crate::domain::id::{KeeperId, ParameterId};

/// How long a session lives after its last use. The phone at the tank stays signed in.
pub const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The cookie outlives the session a little, so that the server's word counts.
pub const COOKIE: Duration = Duration::from_hours(60 * 24);
/// A session's last use is written down at most this often: not on every page.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// The keeper who is signed in.
#[derive(Debug, Clone)]
pub struct Keeper {
    /// The keeper's id.
    pub id: KeeperId,
    /// The name that pages show.
    pub display_name: String,
    /// Whether this keeper is an owner.
    pub owner: bool,
    /// Whether imperial units are preferred.
    pub imperial: bool,
    /// `light`, `dark`, or none for the system's.
    pub theme: Option<String>,
    /// How this keeper reads dates.
    pub dates: DateFormat,
    /// Parameters with the unit that this keeper chose for each.
    pub own_units: Vec<(ParameterId, String)>,
    /// The session in use.
    pub session: Uuid,
}

impl<S: Sync> FromRequestParts<S> for Keeper {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        // Missing only when a route was put outside the guard of the signed-in pages: ours to mend, never to let pass.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Error::Internal(anyhow::anyhow!("a page outside the signed-in routes asks who it is"))
        })
    }
}

/// A keeper who runs the household too: pages for owners are not there for others.
#[derive(Debug, Clone)]
pub struct Owner(pub Keeper);

impl<S: Sync> FromRequestParts<S> for Owner {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let keeper = Keeper::from_request_parts(parts, state).await?;
        if keeper.owner { Ok(Self(keeper)) } else { Err(Error::Forbidden("This page is for owners.".into())) }
    }
}

/// The keeper whom the request's cookie proves, if any.
///
/// # Errors
/// When the database does not answer.
pub async fn current(app: &App, parts: &Parts) -> Result<Option<Keeper>, Error> {
    let Some(credential) = presented(app, &parts.headers) else { return Ok(None) };
    let now = app.clock.now();
    let mut connection = app.connection().await?;
    let Some(row) = db::session::find(&mut connection, credential.id, now).await? else { return Ok(None) };
    if !credential.matches(&row.secret_hash) {
        return Ok(None);
    }
    if now.duration_since(row.last_seen_at) > TOUCH_EVERY {
        db::session::touch(&mut connection, row.id, now, ends(now)).await?;
    }
    app.note_catalogue(row.catalogue_version);
    Ok(Some(Keeper {
        id: KeeperId(row.keeper_id),
        display_name: row.display_name,
        owner: row.role == "owner",
        imperial: row.unit_system == "imperial",
        theme: row.theme,
        // Written by a newer version, which knows more formats: any that can be read will do.
        dates: row.date_format.parse().unwrap_or_default(),
        own_units: row.units,
        session: row.id,
    }))
}

/// What the request's session cookie says, proven or not.
pub fn presented(app: &App, headers: &HeaderMap) -> Option<Credential> {
    cookies::get(headers, &app.settings, Name::Session).and_then(|value| Credential::parse(&value))
}

/// When a session that is used at `now` ends if it is not used again.
pub fn ends(now: Timestamp) -> Timestamp {
    now.saturating_add(IDLE).unwrap_or(now)
}
