//! What happens to animals: entered, corrected, removed, put back.

pub mod create;
pub mod edit;
pub mod new;
pub mod remove;
pub mod undo;
pub mod update;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;

use crate::db::animal::Logged;
use crate::domain::animal::entry::EventForm;
use crate::domain::id::{AnimalEventId, AnimalRevisionId};
use crate::http::App;
use crate::http::error::Error;
use crate::pages::typed::Typed;

/// The event that the address names, beside its animal.
#[derive(Clone, Copy, Debug)]
pub struct AtEvent(pub AnimalEventId);

/// The revision that the address names, beside its animal.
#[derive(Clone, Copy, Debug)]
pub struct AtRevision(pub AnimalRevisionId);

impl FromRequestParts<App> for AtEvent {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        second(parts, app, "event").await?.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl FromRequestParts<App> for AtRevision {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        second(parts, app, "revision").await?.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// The second id of an address.
async fn second(parts: &mut Parts, app: &App, name: &str) -> Result<String, Error> {
    let path = Path::<Vec<(String, String)>>::from_request_parts(parts, app).await;
    let Path(path) = path.map_err(|_| Error::NotFound)?;
    path.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).ok_or(Error::NotFound)
}

/// The form of an event as the domain checks it.
fn read(typed: &Typed) -> EventForm {
    let get = |name: &str| typed.get(name).to_owned();
    EventForm {
        form_id: get("form_id"),
        which: get("which"),
        quantity: get("quantity"),
        tank: get("tank"),
        occurred_at: get("occurred_at"),
        kind: get("kind"),
        note: get("note"),
    }
}

impl AtEvent {
    /// The event among those of its animal.
    ///
    /// # Errors
    /// When the animal has no such event.
    fn among(self, logged: &[Logged]) -> Result<&Logged, Error> {
        logged.iter().find(|logged| logged.event.id == self.0).ok_or(Error::NotFound)
    }
}
