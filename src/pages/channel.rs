//! A keeper's channels: the ways in which the keeper is told things. This process only keeps them; the worker posts.

pub mod act;
pub mod edit;
pub mod form;
pub mod list;
pub mod new;
pub mod secret;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;

use crate::domain::channel::Kind;
use crate::domain::id::ChannelId;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/settings/channels", get(list::handle))
        .route("/settings/channels/new/ntfy", get(new::ntfy).post(new::create_ntfy))
        .route("/settings/channels/new/webhook", get(new::webhook).post(new::create_webhook))
        .route("/settings/channels/{id}", get(edit::handle).post(edit::update))
        .route("/settings/channels/{id}/test", post(act::test))
        .route("/settings/channels/{id}/on", post(act::on))
        .route("/settings/channels/{id}/off", post(act::off))
        .route("/settings/channels/{id}/delete", post(act::delete))
        .route("/settings/channels/{id}/secret", post(secret::renew))
}

/// The channel that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtChannel(pub ChannelId);

impl FromRequestParts<App> for AtChannel {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

/// The address of a channel's page.
fn href(id: ChannelId) -> String {
    format!("/settings/channels/{id}")
}

/// What a channel is called: by its name, or by what it is.
pub(in crate::pages) fn title(kind: Kind, name: &str) -> String {
    if name.is_empty() { kind.label().to_owned() } else { name.to_owned() }
}
