//! Tells a keeper something by one of the keeper's channels.

use anyhow::anyhow;
use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::{Addressee, ToChannel};
use crate::db;
use crate::mail::letter;

/// Sends the message. A channel that was removed or turned off meanwhile wants nothing any more.
pub(super) async fn run(context: &Context, id: Uuid, told: &ToChannel) -> Result<(), JobError> {
    let mut connection = context.pool.acquire().await.map_err(JobError::retry)?;
    let channel = db::channel::find(&mut connection, told.channel).await.map_err(JobError::retry)?;
    drop(connection);
    let Some(channel) = channel else { return Ok(()) };
    match channel.kind.as_str() {
        "mail" => {
            let letter = letter::message(&context.public_url, &channel.keeper_name, &told.message);
            let to = Addressee { email: channel.keeper_email, name: channel.keeper_name };
            context.send(id, &to, &letter.map_err(JobError::fail)?).await
        }
        kind => Err(JobError::fail(anyhow!("This version knows no channel of the kind {kind}."))),
    }
}
