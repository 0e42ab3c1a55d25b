//! What can be set, where it came from, and what is refused.
//!
//! Everything is an environment variable of the one table in [`variable`]; a secret may also come from a
//! file (`NAME_FILE`) or from a systemd credential. All that is wrong is reported at once, each problem with
//! the variable, its value and how to mend it; nothing that is misspelt is silently a default.
//!
//! ```
//! use safeharbor::settings::{Environ, Settings, Verb};
//!
//! let environ = Environ::new([("PUBLIC_URL", "https://reef.example.org/aquarium")]);
//! let problems = Settings::load(&environ, Verb::Serve).unwrap_err();
//! assert!(problems.to_string().contains("PUBLIC_URL"));
//! ```

mod connection_url;
mod database;
mod environ;
mod listen;
mod logs;
mod mail;
mod mask;
mod names;
mod network;
mod parse;
mod problem;
mod reader;
mod redis_url;
mod rules;
mod secret_file;
mod storage;
#[cfg(test)]
mod tests;
pub mod variable;
mod verb;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

pub use environ::Environ;
pub use listen::{ListenAddr, ListenAddrError};
pub use logs::{LogFormat, LogSettings};
pub use mail::{MailSettings, MailTls};
pub use problem::{Problem, Problems, Source, Warning};
pub use reader::Entry;
pub use verb::Verb;

use crate::proxy::{PublicUrl, Trust};
use problem::Refusal;
use reader::Reader;
use rules::ListenerRule;

/// Whether this is somebody's log or work on Safe Harbor itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// The default.
    Production,
    /// No TLS, no tunnel, this machine only.
    Development,
}

/// Everything that is set for a process that serves or works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Production unless asked otherwise.
    pub environment: Environment,
    /// The address people use.
    pub public_url: PublicUrl,
    /// Where `serve` listens when no socket named `http` is inherited.
    pub listen: ListenAddr,
    /// Where metrics are served when no socket named `metrics` is inherited; off when absent.
    pub metrics_listen: Option<ListenAddr>,
    /// Postgres, in the form the driver reads.
    pub database_url: SecretString,
    /// The most connections to Postgres.
    pub database_pool: u32,
    /// Redis, in the form the driver reads.
    pub redis_url: SecretString,
    /// The folder for photos.
    pub upload_dir: PathBuf,
    /// What is believed of forwarded headers.
    pub trust: Trust,
    /// `TRUSTED_PEERS` was set, not defaulted (R10 asks).
    pub trusted_peers_set: bool,
    /// A TCP listener may be on another address than loopback.
    pub allow_non_loopback: bool,
    /// `PUBLIC_URL` may be `http`.
    pub allow_insecure_http: bool,
    /// The IANA time zone that a new tank's form offers.
    pub default_tz: String,
    /// What is logged, and how.
    pub log: LogSettings,
    /// How mail is sent; absent when it is not.
    pub mail: Option<MailSettings>,
    /// What the owner should know; to be logged once at start.
    pub warnings: Vec<Warning>,
}

impl Settings {
    /// Reads everything for `serve`, `worker` or `doctor`, or says everything that is wrong. Other verbs need
    /// less and have loaders of their own.
    pub fn load(environ: &Environ, verb: Verb) -> Result<Self, Problems> {
        let verb = if verb.is_running() { verb } else { Verb::Doctor };
        let Assessment { settings, problems, .. } = assess(environ, verb);
        settings.ok_or_else(|| Problems::new(problems))
    }

    /// R10 and C25 for a TCP listener that was inherited: its address is asked of the socket, not of the
    /// configuration. `name` is the socket's (`http`, `metrics`).
    pub fn check_inherited(&self, name: &str, addr: SocketAddr) -> Result<(), Problem> {
        let rule = ListenerRule {
            environment: self.environment,
            allow_non_loopback: self.allow_non_loopback,
            peers_set: self.trusted_peers_set,
        };
        rule.judge(addr)
            .map_err(|refusal| refusal.about(format!("inherited socket {name}"), Some(addr.to_string())))
    }

    /// Whether cookies carry `Secure` and the `__Host-` prefix: not where people use plain `http`.
    pub fn secure_cookies(&self) -> bool {
        self.public_url.is_https()
    }
}

/// What verbs need that only use the database.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Postgres, in the form the driver reads.
    pub url: SecretString,
    /// The most connections to it.
    pub pool: u32,
    /// What is logged, and how.
    pub log: LogSettings,
}

impl DatabaseSettings {
    /// Reads the database's settings alone.
    pub fn load(environ: &Environ) -> Result<Self, Problems> {
        partial(environ, |reader| {
            let database = database::read(reader);
            let log = logs::read(reader);
            Some(Self {
                url: database.url.into_value()?,
                pool: database.pool.into_value()?,
                log: log.into_value()?,
            })
        })
    }
}

impl MailSettings {
    /// Reads the mail server's settings alone; `None` when no mail is sent.
    pub fn load(environ: &Environ) -> Result<Option<Self>, Problems> {
        partial(environ, |reader| Some(mail::read(reader).into_value()))
    }
}

impl ListenAddr {
    /// Reads `LISTEN` alone, for `healthcheck`.
    pub fn load(environ: &Environ) -> Result<Self, Problems> {
        partial(environ, |reader| network::listen(reader).into_value())
    }
}

/// Reads a part of the settings, for a verb that does one thing.
fn partial<T>(environ: &Environ, read: impl FnOnce(&mut Reader<'_>) -> Option<T>) -> Result<T, Problems> {
    let mut reader = Reader::new(environ, Verb::Admin);
    names::check(&mut reader);
    match (read(&mut reader), reader.problems) {
        (Some(value), problems) if problems.is_empty() => Ok(value),
        (_, problems) => Err(Problems::new(problems)),
    }
}

/// The settings and all there is to say about them: what `config` and `doctor` show.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The settings, when nothing is wrong with them.
    pub settings: Option<Settings>,
    /// Every variable in the order of the table, with its value and where it came from. One that was refused
    /// is among the problems instead.
    pub entries: Vec<Entry>,
    /// What is wrong, in the order of the table.
    pub problems: Vec<Problem>,
    /// What the owner should know.
    pub warnings: Vec<Warning>,
}

/// Reads everything and judges it as `verb` would.
pub fn assess(environ: &Environ, verb: Verb) -> Assessment {
    let mut reader = Reader::new(environ, verb);
    names::check(&mut reader);
    let environment = reader.field(&variable::SAFEHARBOR_ENV, |text| {
        parse::choice(
            text,
            &[("production", Environment::Production), ("development", Environment::Development)],
        )
    });
    let environment = environment.into_value();
    let network = network::read(&mut reader, environment);
    let database = database::read(&mut reader);
    let redis = redis_url::read(&mut reader);
    let upload_dir = storage::read(&mut reader);
    let default_tz = reader.field(&variable::DEFAULT_TZ, time_zone);
    let mail = mail::read(&mut reader);
    let log = logs::read(&mut reader);
    let tunnel = reader.field(&variable::TUNNEL_TOKEN, |_| Ok(()));
    rules::check(&mut reader, environment, &network, &tunnel);

    let place = |name: &str| variable::ALL.iter().position(|known| known.name == name);
    let Reader { mut problems, warnings, mut entries, .. } = reader;
    problems.sort_by_key(|problem| place(&problem.variable));
    entries.sort_by_key(|entry| place(entry.name));
    let build = || {
        let trusted_peers_set = network.peers.is_set();
        Some(Settings {
            environment: environment?,
            public_url: network.public_url.into_value()?,
            listen: network.listen.into_value()?,
            metrics_listen: network.metrics_listen.into_value(),
            database_url: database.url.into_value()?,
            database_pool: database.pool.into_value()?,
            redis_url: redis.into_value()?,
            upload_dir: upload_dir.into_value()?,
            trust: Trust {
                enabled: network.trust.into_value().unwrap_or(false),
                peers: network.peers.into_value()?,
                hop: network.hop.into_value()?,
            },
            trusted_peers_set,
            allow_non_loopback: network.allow_non_loopback.into_value()?,
            allow_insecure_http: network.allow_insecure_http.into_value()?,
            default_tz: default_tz.into_value()?,
            log: log.into_value()?,
            mail: mail.into_value(),
            warnings: warnings.clone(),
        })
    };
    let settings = if problems.is_empty() { build() } else { None };
    Assessment { settings, entries, problems, warnings }
}

fn time_zone(text: &str) -> Result<String, Refusal> {
    match jiff::tz::TimeZone::get(text) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(text).to_owned()),
        Err(_) => {
            Err(Refusal::new("there is no such time zone", "write an IANA name such as Europe/Berlin or UTC"))
        }
    }
}
