//! `POST /settings/channels/{id}/test`, `…/on`, `…/off` and `…/delete`.

use axum::response::Response;

use super::{AtChannel, href, title};
use crate::db::channel::own;
use crate::domain::message::{Line, Message, Purpose, Urgency};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::jobs::job::ToChannel;
use crate::jobs::{Job, enqueue_once};
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Sends a message by this channel, at most one a minute: nobody's server is to be hammered from here.
///
/// # Errors
/// When the keeper has no such channel, or the database does not answer.
pub async fn test(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    let app = &visit.app;
    let mut db = app.connection().await?;
    let own = own::find(&mut db, keeper.id, at.0).await?.ok_or(Error::NotFound)?;
    if !own.enabled {
        return Ok(visit.go(&href(at.0), Some(Note::ChannelIsOff)));
    }
    let text = format!(
        "This is what messages of Safe Harbor look like. The channel “{}” works.",
        title(own.kind, &own.name)
    );
    let message = Message {
        purpose: Purpose::Test,
        urgency: Urgency::Routine,
        title: "A test from Safe Harbor".to_owned(),
        lines: vec![Line { text, path: href(at.0), actions: Vec::new() }],
        path: href(at.0),
    };
    let once = format!("channel-test:{}:{}", at.0, app.clock.now().strftime("%Y-%m-%dT%H:%M"));
    let job = Job::ToChannel(ToChannel { channel: at.0, message });
    enqueue_once(&mut db, &app.clock, &job, &once).await?;
    app.wake.notify();
    Ok(visit.go(&href(at.0), Some(Note::ChannelTested)))
}

/// Turns a channel on.
///
/// # Errors
/// When the keeper has no such channel, or the database does not answer.
pub async fn on(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    turn(&visit, &keeper, at, true).await
}

/// Turns a channel off.
///
/// # Errors
/// When the keeper has no such channel, or the database does not answer.
pub async fn off(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    turn(&visit, &keeper, at, false).await
}

async fn turn(visit: &Visit, keeper: &Keeper, at: AtChannel, on: bool) -> Result<Response, Error> {
    if !own::turn(&mut *visit.app.connection().await?, keeper.id, at.0, on).await? {
        return Err(Error::NotFound);
    }
    let note = if on { Note::ChannelOn } else { Note::ChannelOff };
    Ok(visit.go(&href(at.0), Some(note)))
}

/// Deletes a channel, with its secret.
///
/// # Errors
/// When the keeper has no such channel that can be deleted, or the database does not answer.
pub async fn delete(visit: Visit, keeper: Keeper, at: AtChannel) -> Result<Response, Error> {
    if !own::delete(&mut *visit.app.connection().await?, keeper.id, at.0).await? {
        return Err(Error::NotFound);
    }
    Ok(visit.go("/settings/channels", Some(Note::ChannelDeleted)))
}
