//! Tells a keeper something by one of the keeper's channels.

mod deed;
mod ntfy;
pub mod webhook;

use anyhow::anyhow;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

pub use self::deed::path as deed_path;
use super::context::Context;
use super::error::JobError;
use super::job::{Addressee, ToChannel};
use super::post::Said;
use crate::db;
use crate::db::channel::Channel;
use crate::domain::egress::{AllowList, Target};
use crate::domain::message::Message;
use crate::mail::letter;

/// Sends the message, and notes with the channel what came of it. A channel that was removed or turned off meanwhile
/// wants nothing any more.
pub(super) async fn run(context: &Context, id: Uuid, told: &ToChannel) -> Result<(), JobError> {
    let mut connection = context.pool.acquire().await.map_err(JobError::retry)?;
    let channel = db::channel::find(&mut connection, told.channel).await.map_err(JobError::retry)?;
    let allowed = db::egress::list(&mut connection).await.map_err(JobError::retry)?;
    let Some(channel) = channel else { return Ok(()) };
    let signed = deed::signed(&mut connection, &context.clock, &told.message).await;
    let message = signed.map_err(JobError::retry)?;
    drop(connection);
    let (sent, gone) = match send(context, id, &channel, &allowed, &message).await {
        Ok(status) if status == StatusCode::GONE => {
            let host = channel.target.as_deref().map(host).unwrap_or_default();
            (Err(JobError::fail(anyhow!("{host} answered 410 Gone, so the channel was turned off."))), true)
        }
        Ok(_) => (Ok(()), false),
        Err(error) => (Err(error), false),
    };
    note(context, told, &sent, gone).await;
    sent
}

/// What came of it stands with the channel, for its keeper. What was sent stays sent if this fails: it is no reason to
/// send it again.
async fn note(context: &Context, told: &ToChannel, sent: &Result<(), JobError>, gone: bool) {
    let now = context.clock.now();
    let noting = async {
        let mut db = context.pool.acquire().await?;
        match sent {
            Ok(()) => db::channel::sent(&mut db, told.channel, now).await,
            Err(error) => db::channel::failed(&mut db, told.channel, &error.text(), gone, now).await,
        }
    };
    if let Err(error) = noting.await {
        tracing::warn!(%error, "could not note with the channel what came of a message");
    }
}

async fn send(
    context: &Context,
    id: Uuid,
    channel: &Channel,
    allowed: &AllowList,
    message: &Message,
) -> Result<StatusCode, JobError> {
    let secret = channel.secret.as_ref().map(SecretString::expose_secret);
    let target = || {
        let stored = channel.target.as_deref().unwrap_or_default();
        Target::parse(stored, allowed).map_err(|error| JobError::fail(anyhow!("{error}")))
    };
    match channel.kind.as_str() {
        "mail" => {
            let letter = letter::message(&context.public_url, &channel.keeper_name, message);
            let to = Addressee { email: channel.keeper_email.clone(), name: channel.keeper_name.clone() };
            context.send(id, &to, &letter.map_err(JobError::fail)?).await?;
            Ok(StatusCode::OK)
        }
        "ntfy" => {
            let post = ntfy::post(&target()?, message, &context.public_url).map_err(JobError::fail)?;
            let (root, body) = post.ok_or_else(|| JobError::fail(anyhow!("The address names no topic.")))?;
            let mut headers = HeaderMap::new();
            if let Some(token) = secret {
                let value = HeaderValue::from_str(&format!("Bearer {token}"));
                let mut value =
                    value.map_err(|_| JobError::fail(anyhow!("The access token cannot be sent.")))?;
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            post_to(context, id, &root, allowed, headers, body).await
        }
        "webhook" => {
            let (target, now) = (target()?, context.clock.now());
            let body = webhook::body(id, now, message, &context.public_url).map_err(JobError::fail)?;
            let secret = secret.unwrap_or_default();
            let headers = webhook::headers(&id.to_string(), now, &body, secret).map_err(JobError::fail)?;
            post_to(context, id, &target, allowed, headers, body).await
        }
        kind => Err(JobError::fail(anyhow!("This version knows no channel of the kind {kind}."))),
    }
}

/// Posts, records at once that it was taken, and judges the answer: what it says, or that it is gone.
async fn post_to(
    context: &Context,
    id: Uuid,
    target: &Target,
    allowed: &AllowList,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Result<StatusCode, JobError> {
    let host = target.host_in_words();
    let said = context.poster.post(target, allowed, headers, body).await.map_err(|error| {
        let permanent = error.is_permanent();
        let cause = anyhow!("{error}");
        if permanent { JobError::fail(cause) } else { JobError::retry(cause) }
    })?;
    let Said { status, retry_after } = said;
    match status.as_u16() {
        200..=299 => {
            context.sent(id, None).await;
            Ok(status)
        }
        410 => Ok(status),
        408 | 425 | 429 | 500..=599 => {
            Err(JobError::retry(anyhow!("{host} answered {}.", words(status))).not_before(retry_after))
        }
        300..=399 => Err(JobError::fail(anyhow!(
            "{host} answered {}, which leads elsewhere. Give the address that it leads to.",
            words(status)
        ))),
        401 | 403 => Err(JobError::fail(anyhow!("{host} answered {}: check the token.", words(status)))),
        _ => Err(JobError::fail(anyhow!("{host} answered {}.", words(status)))),
    }
}

fn words(status: StatusCode) -> String {
    status
        .canonical_reason()
        .map_or_else(|| status.as_str().to_owned(), |why| format!("{} {why}", status.as_str()))
}

/// The host of a stored address.
fn host(target: &str) -> String {
    url::Url::parse(target).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
