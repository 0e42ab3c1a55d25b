//! Redis as plumbing: the stream's name, opening it, and whether it is well.
//!
//! A user of its own needs the key `{sh}:jobs:v1` and the commands `PING`, `XADD`, `XREAD`, `XREVRANGE` and,
//! for the warning, `INFO`.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

/// The stream of wake-ups. The braces keep all our keys in one slot of a cluster.
pub const STREAM: &str = "{sh}:jobs:v1";

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);

/// Reads a Redis address (`redis://`, `rediss://` or `unix:`). Nothing is connected yet.
///
/// # Errors
/// When it cannot be understood. The text does not repeat the address, which may hold a password.
pub fn open(url: &SecretString) -> Result<redis::Client> {
    redis::Client::open(url.expose_secret()).context("REDIS_URL cannot be understood")
}

/// Opens a connection of its own whose answers may take up to `response`. The library's default of half a
/// second would break every blocking read.
pub(super) async fn connect(client: &redis::Client, response: Duration) -> Result<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT))
        .set_response_timeout(Some(response));
    Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
}

/// Whether Redis answers `PING` within that time, asked on a connection of its own.
///
/// # Errors
/// Why not, without the address.
pub async fn redis_ping(url: &SecretString, within: Duration) -> Result<()> {
    let ping = async {
        let mut connection = connect(&open(url)?, within).await?;
        let answer: String = redis::cmd("PING").query_async(&mut connection).await?;
        if answer == "PONG" { Ok(()) } else { Err(anyhow!("an unexpected answer to PING")) }
    };
    bounded(within, ping).await
}

/// What to tell the owner when this Redis may throw keys away to make room. Wake-ups lost that way cost a
/// few seconds of delay each, never a job.
///
/// # Errors
/// When Redis does not answer.
pub async fn eviction_warning(url: &SecretString, within: Duration) -> Result<Option<String>> {
    let ask = async {
        let mut connection = connect(&open(url)?, within).await?;
        let info: String = redis::cmd("INFO").arg("memory").query_async(&mut connection).await?;
        Ok(warn_of(&info))
    };
    bounded(within, ask).await
}

async fn bounded<T>(within: Duration, exchange: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(within, exchange)
        .await
        .map_err(|_elapsed| anyhow!("no answer within {} ms", within.as_millis()))?
}

/// Reads the policy out of `INFO memory`. The `volatile-` ones only take keys with an expiry, of which we
/// make none.
fn warn_of(info: &str) -> Option<String> {
    let policy = info.lines().find_map(|line| line.trim().strip_prefix("maxmemory_policy:"))?;
    policy.starts_with("allkeys").then(|| {
        format!(
            "Redis may evict keys (maxmemory-policy is {policy}): wake-ups can get lost and jobs then start \
             a few seconds late. Set maxmemory-policy noeviction."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_policies_that_take_any_key_are_warned_of() {
        let info = |policy: &str| format!("# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:{policy}\r\nx:1\r\n");
        assert!(warn_of(&info("allkeys-lru")).unwrap().contains("maxmemory-policy is allkeys-lru)"));
        assert_eq!(warn_of(&info("noeviction")), None);
        assert_eq!(warn_of(&info("volatile-ttl")), None);
    }

    #[test]
    fn a_bad_address_is_not_repeated() {
        let error = open(&SecretString::from("nonsense://user:hunter2@host")).unwrap_err();
        assert!(!format!("{error:#}").contains("hunter2"));
    }
}
