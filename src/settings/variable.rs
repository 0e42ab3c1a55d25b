//! The one table of everything that can be set. Reading, `safeharbor config`, the help texts and the
//! generated documentation all follow it.

use super::verb::Verb;

/// One environment variable.
#[derive(Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one sentence that fits a help text.
    pub doc: &'static str,
    /// What holds when it is not set.
    pub fallback: Fallback,
    /// How its value may be shown.
    pub kind: Kind,
}

/// What holds when a variable is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// This value.
    Value(&'static str),
    /// Nothing: the feature is off, or the value follows from others as the words say.
    Words(&'static str),
    /// These verbs do not start.
    Required(&'static [Verb]),
}

/// How a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Plain,
    /// Never. `NAME_FILE` and a credential of the lower-case name are read too.
    Secret,
    /// A URL whose password is masked. `NAME_FILE` and a credential are read too.
    SecretUrl,
}

impl Variable {
    /// Whether a file or a systemd credential may hold it.
    pub fn is_secret(&self) -> bool {
        self.kind != Kind::Plain
    }

    /// Whether `verb` does not start without it.
    pub fn is_required(&self, verb: Verb) -> bool {
        matches!(self.fallback, Fallback::Required(verbs) if verbs.contains(&verb))
    }

    /// The other way to set it, in brackets for the end of a sentence; nothing where there is none.
    pub(super) fn or_file(&self) -> String {
        if self.is_secret() { format!(" (or {}_FILE)", self.name) } else { String::new() }
    }

    /// What holds when it is not set, in words.
    pub fn fallback_words(&self) -> String {
        match self.fallback {
            Fallback::Value(value) => format!("default {value}"),
            Fallback::Words(words) => words.to_owned(),
            Fallback::Required(verbs) => {
                let verbs: Vec<String> = verbs.iter().map(Verb::to_string).collect();
                format!("required by {}", verbs.join(", "))
            }
        }
    }
}

const ALL_BUT_OUTSIDE: &[Verb] =
    &[Verb::Serve, Verb::Worker, Verb::Migrate, Verb::Admin, Verb::VerifyToken, Verb::Doctor];
const RUNNING: &[Verb] = &[Verb::Serve, Verb::Worker, Verb::Doctor];

macro_rules! variables {
    ($($name:ident, $kind:ident, $fallback:expr, $doc:expr;)*) => {
        $(
            #[doc = concat!("The variable `", stringify!($name), "`.")]
            pub static $name: Variable =
                Variable { name: stringify!($name), doc: $doc, fallback: $fallback, kind: Kind::$kind };
        )*
        /// Every variable, in the order in which they are shown.
        pub static ALL: &[&Variable] = &[$(&$name),*];
    };
}

variables! {
    SAFEHARBOR_ENV, Plain, Fallback::Value("production"),
        "production, or development for work on Safe Harbor itself (never behind a tunnel)";
    PUBLIC_URL, Plain, Fallback::Required(RUNNING),
        "the address people use, such as https://reef.example.org; every link and cookie follows it \
         (in development http://localhost:PORT when not set)";
    DATABASE_URL, SecretUrl, Fallback::Required(ALL_BUT_OUTSIDE),
        "Postgres: postgres://user:password@host/name, or postgres:///name?host=/run/postgresql for a unix socket";
    DATABASE_POOL, Plain, Fallback::Value("10"),
        "the most connections to Postgres that one process opens";
    REDIS_URL, SecretUrl, Fallback::Required(RUNNING),
        "Redis: redis://:password@host:6379/0, or redis+unix:///run/redis.sock?db=0";
    UPLOAD_DIR, Plain, Fallback::Required(RUNNING),
        "the folder for photos: an absolute path that exists and can be written to";
    LISTEN, Plain, Fallback::Value("127.0.0.1:8000"),
        "where serve listens: ADDRESS:PORT, unix:/path, or systemd when a socket unit must hand it over; \
         an inherited socket named http always wins";
    METRICS_LISTEN, Plain, Fallback::Words("off"),
        "where /metrics is served, written as LISTEN is; never through the hop";
    TRUST_PROXY_HEADERS, Plain, Fallback::Words("off; with an https PUBLIC_URL it must be said"),
        "1 behind the one proxy hop: its forwarded headers are believed";
    TRUSTED_PEERS, Plain, Fallback::Value("127.0.0.1/32, ::1/128"),
        "addresses or CIDRs from which the hop connects, separated by commas (a unix socket is always trusted)";
    PROXY_HOP, Plain, Fallback::Value("generic"),
        "which hop it is: generic, caddy, cloudflared or tailscale";
    ALLOW_NON_LOOPBACK, Plain, Fallback::Value("0"),
        "1 permits a TCP listener on another address than loopback, together with TRUSTED_PEERS: inside a container";
    ALLOW_INSECURE_HTTP, Plain, Fallback::Value("0"),
        "1 permits an http PUBLIC_URL in production, for a host of the local network only";
    DEFAULT_TZ, Plain, Fallback::Value("UTC"),
        "the IANA time zone that a new tank's form offers, such as Europe/Berlin";
    SMTP_HOST, Plain, Fallback::Words("no mail is sent"),
        "the mail server";
    SMTP_PORT, Plain, Fallback::Words("587 with starttls, 465 with tls, 25 with none"),
        "the mail server's port";
    SMTP_TLS, Plain, Fallback::Value("starttls"),
        "starttls, tls (from the first byte) or none";
    SMTP_USER, Plain, Fallback::Words("no sign-in"),
        "the user name for the mail server";
    SMTP_PASS, Secret, Fallback::Words("no sign-in"),
        "the password for the mail server";
    SMTP_FROM, Plain, Fallback::Words("required with SMTP_HOST"),
        "the sender of mails: an address, or Name <address>";
    LOG_LEVEL, Plain, Fallback::Value("info"),
        "off, error, warn, info, debug or trace; or a filter such as info,safeharbor::jobs=debug";
    LOG_FORMAT, Plain, Fallback::Value("auto"),
        "auto (the journal where stderr is one, colours on a terminal, else JSON), json or pretty";
    TUNNEL_TOKEN, Secret, Fallback::Words("not used"),
        "cloudflared's token: read only to refuse development settings beside it";
}

/// The variables as a help text: names, defaults and what they are for; never values.
pub fn help() -> String {
    let lines: Vec<String> = ALL
        .iter()
        .map(|variable| {
            let (name, file) = (variable.name, variable.or_file());
            format!("  {name}{file}\n      {} [{}]\n", variable.doc, variable.fallback_words())
        })
        .collect();
    format!(
        "Settings (environment variables):\n{}\nA secret may also be a systemd credential of the same name in \
         lower case. `safeharbor config` shows what is in force and where it came from.",
        lines.concat()
    )
}

/// The variables as the table of `docs/settings.md`.
pub fn markdown() -> String {
    let rows: Vec<String> = ALL
        .iter()
        .map(|variable| {
            let secret = if variable.is_secret() { " ◆" } else { "" };
            format!("| `{}`{secret} | {} | {} |\n", variable.name, variable.fallback_words(), variable.doc)
        })
        .collect();
    format!("| variable | when not set | what it is |\n|---|---|---|\n{}", rows.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_says_what_it_is_in_one_line() {
        for variable in ALL {
            assert!(!variable.doc.is_empty() && !variable.doc.contains(['\n', '|']), "{}", variable.name);
        }
    }
}
