//! Hearing wake-ups: one blocking read after another on a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamRangeReply, StreamReadReply};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::redis::{STREAM, connect};
use crate::system::clock::Clock;

/// How long one read waits on the server.
const BLOCK: Duration = Duration::from_secs(5);

/// How long an answer may take: longer than a read blocks, so that only a dead connection runs into it.
const RESPONSE: Duration = Duration::from_secs(10);

/// Notifies `wake` for every wake-up on the stream until `stop`. Without Redis it tries again with growing
/// pauses; the worker's sweep does without it.
pub async fn listen(client: redis::Client, wake: Arc<Notify>, clock: Clock, stop: CancellationToken) {
    let mut failures = 0_u32;
    while !stop.is_cancelled() {
        let pause = tokio::select! {
            // Nothing is lost when a read is dropped: entries are not taken off the stream by it.
            () = stop.cancelled() => return,
            error = follow(&client, &wake, &mut failures) => {
                failures = failures.saturating_add(1);
                if failures == 1 {
                    tracing::info!("Redis does not answer; jobs are found by the sweep until it does");
                }
                tracing::debug!(error = %format!("{error:#}"), failures, "listening for wake-ups failed");
                Backoff::CONNECTIONS.draw(failures, &clock)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Reads until something fails, and says what.
async fn follow(client: &redis::Client, wake: &Notify, failures: &mut u32) -> anyhow::Error {
    let mut connection = match connect(client, RESPONSE).await {
        Ok(connection) => connection,
        Err(error) => return error,
    };
    // Where the stream ends is asked before the sweep that the wake below causes: what is added between
    // the two is read, what was added before is swept.
    match end_of_stream(&mut connection).await {
        Ok(last) => {
            wake.notify_one();
            read_from(&mut connection, last, wake, failures).await
        }
        Err(error) => error,
    }
}

async fn read_from(
    connection: &mut MultiplexedConnection,
    mut last: String,
    wake: &Notify,
    failures: &mut u32,
) -> anyhow::Error {
    loop {
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(100).arg("BLOCK").arg(BLOCK.as_millis().to_string());
        read.arg("STREAMS").arg(STREAM).arg(&last);
        let reply: Option<StreamReadReply> = match read.query_async(connection).await {
            Ok(reply) => reply,
            Err(error) => return error.into(),
        };
        if *failures > 0 {
            tracing::info!("Redis answers again");
            *failures = 0;
        }
        let newest = reply.and_then(|reply| reply.keys.into_iter().next_back()?.ids.pop());
        if let Some(newest) = newest {
            last = newest.id;
            wake.notify_one();
        }
    }
}

async fn end_of_stream(connection: &mut MultiplexedConnection) -> Result<String> {
    let mut ask = redis::cmd("XREVRANGE");
    ask.arg(STREAM).arg("+").arg("-").arg("COUNT").arg(1);
    let reply: StreamRangeReply = ask.query_async(connection).await?;
    Ok(reply.ids.into_iter().next().map_or_else(|| "0-0".to_owned(), |entry| entry.id))
}
