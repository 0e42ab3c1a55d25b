//! Telling a keeper something by every channel that wants it: one job a channel, so that one that fails keeps
//! none of the others waiting.

use sqlx::PgConnection;

use super::enqueue_once;
use super::job::{Job, ToChannel};
use crate::db::{self, Result};
use crate::domain::id::KeeperId;
use crate::domain::message::Message;
use crate::system::clock::Clock;

/// Writes the jobs, in the transaction of what the message is about; wake the workers after its commit. `once`
/// names the occasion for this keeper: whoever else tries, each channel is told of it once. Answers how many jobs
/// were written.
pub async fn deliver(
    tx: &mut PgConnection,
    clock: &Clock,
    keeper: KeeperId,
    message: &Message,
    once: &str,
) -> Result<usize> {
    let mut written = 0;
    for channel in db::channel::wanting(tx, keeper, message.purpose).await? {
        let job = Job::ToChannel(ToChannel { channel, message: message.clone() });
        if enqueue_once(tx, clock, &job, &format!("{once}:{channel}")).await?.is_some() {
            written += 1;
        }
    }
    Ok(written)
}
