//! `REDIS_URL`: what is accepted of it.

use secrecy::SecretString;

use super::connection_url::ConnectionUrl;
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::REDIS_URL;

pub(super) fn read(reader: &mut Reader<'_>) -> Field<SecretString> {
    let url = reader.field(&REDIS_URL, |text| connection(text).map(SecretString::from));
    reader.require(&REDIS_URL, &url);
    url
}

fn connection(text: &str) -> Result<String, Refusal> {
    let example = "write redis://:password@127.0.0.1:6379/0, or redis+unix:///run/redis/redis.sock?db=0";
    let url = ConnectionUrl::parse(text)?;
    match url.scheme {
        "redis" => {
            if url.host.is_empty() {
                return Err(Refusal::new("it has no host", example));
            }
            if !is_database(url.path.trim_start_matches('/')) {
                return Err(Refusal::new("its path is not the number of a database", example));
            }
        }
        "redis+unix" | "unix" => {
            if !url.host.is_empty() || url.user.is_some() || url.password.is_some() {
                return Err(Refusal::new(
                    "a unix socket has no host and no user before it",
                    "write three slashes; user and password go into ?user=&pass=",
                ));
            }
            if url.path.len() < 2 {
                return Err(Refusal::new("it has no path", example));
            }
        }
        "rediss" => {
            return Err(Refusal::new(
                "TLS to Redis is not built in",
                "use a unix socket or redis:// on a network you trust, or end TLS in a proxy beside Safe Harbor",
            ));
        }
        _ => return Err(Refusal::new("its scheme is not redis", example)),
    }
    for (name, value) in url.parameters() {
        if !["db", "user", "pass", "protocol"].contains(&name) {
            return Err(Refusal::new(
                "it has a parameter that means nothing here",
                "use db, user, pass and protocol",
            ));
        }
        if name == "db" && (value.is_empty() || !is_database(value)) {
            return Err(Refusal::new("its db is not the number of a database", example));
        }
    }
    match redis::parse_redis_url(text).map(redis::IntoConnectionInfo::into_connection_info) {
        Some(Ok(_)) => Ok(text.to_owned()),
        // The driver's message may repeat a part of the value.
        _ => Err(Refusal::new("the driver cannot read it", example)),
    }
}

fn is_database(text: &str) -> bool {
    text.is_empty() || text.parse::<u16>().is_ok()
}
