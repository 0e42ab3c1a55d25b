//! `DATABASE_URL`: what is accepted of it, and the form the driver gets.

use std::str::FromStr as _;

use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;

use super::connection_url::ConnectionUrl;
use super::parse::number;
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::{DATABASE_POOL, DATABASE_URL};

/// Query parameters that the driver knows.
const KNOWN: [&str; 20] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "application_name",
    "statement-cache-capacity",
    "options",
    "connect_timeout",
    "client_encoding",
];

/// Parameters of other drivers that mean nothing here: dropped, because the driver would log their values.
const DROPPED: [&str; 2] = ["connect_timeout", "client_encoding"];

pub(super) struct Database {
    pub(super) url: Field<SecretString>,
    pub(super) pool: Field<u32>,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Database {
    let url = reader.field(&DATABASE_URL, |text| connection(text).map(SecretString::from));
    reader.require(&DATABASE_URL, &url);
    Database { url, pool: reader.field(&DATABASE_POOL, |text| number(text, 1, 1000)) }
}

/// The URL in the one form that the driver reads.
fn connection(text: &str) -> Result<String, Refusal> {
    let example = "write postgres://user:password@host:5432/name, or postgres:///name?host=/run/postgresql";
    let url = ConnectionUrl::parse(text)?;
    // The predecessor named its driver in the scheme.
    if !["postgres", "postgresql", "postgresql+psycopg"].contains(&url.scheme) {
        return Err(Refusal::new("its scheme is not postgres", example));
    }
    if url.path.get(1..).is_some_and(|name| name.contains('/')) {
        return Err(Refusal::new("its path is not the name of a database", example));
    }
    let mut query: Vec<String> = Vec::new();
    for (name, value) in url.parameters() {
        if !KNOWN.contains(&name) {
            return Err(Refusal::new("it has a parameter that the driver does not know", "leave it out"));
        }
        if !DROPPED.contains(&name) {
            query.push(format!("{name}={value}"));
        }
    }
    let authority = if url.host.is_empty() {
        // `user:password@/name` is usual for a unix socket, but no URL to the driver's parser.
        let moved = [("user", url.user), ("password", url.password)];
        query.extend(
            moved.iter().filter_map(|(name, value)| value.map(|it| format!("{name}={}", in_query(it)))),
        );
        query.extend(url.port.map(|port| format!("port={port}")));
        String::new()
    } else {
        let info = match (url.user, url.password) {
            (user, Some(password)) => format!("{}:{password}@", user.unwrap_or_default()),
            (Some(user), None) => format!("{user}@"),
            (None, None) => String::new(),
        };
        let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{info}{}{port}", url.host)
    };
    let question = if query.is_empty() { "" } else { "?" };
    let driver = format!("postgres://{authority}{}{question}{}", url.path, query.join("&"));
    match PgConnectOptions::from_str(&driver) {
        Ok(_) => Ok(driver),
        // Its message may repeat a part of the value.
        Err(_) => Err(Refusal::new("the driver cannot read it", example)),
    }
}

/// User info has other special characters than a query.
fn in_query(encoded: &str) -> String {
    encoded.replace('+', "%2B").replace('&', "%26").replace('=', "%3D")
}
