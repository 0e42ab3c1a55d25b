//! The parts of `DATABASE_URL` and `REDIS_URL`, taken apart strictly so that a password is never shown
//! because it was mistaken for something else.

use super::mask::MASK;
use super::problem::Refusal;

/// A connection URL in its parts, each still percent-encoded.
#[derive(Clone, Copy)]
pub(super) struct ConnectionUrl<'a> {
    pub(super) scheme: &'a str,
    pub(super) user: Option<&'a str>,
    pub(super) password: Option<&'a str>,
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    /// With its leading `/`, or empty.
    pub(super) path: &'a str,
    /// Without its `?`, or empty.
    pub(super) query: &'a str,
}

/// Query names whose values are no secret.
const SHOWN: [&str; 14] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "db",
    "protocol",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
    "statement-cache-capacity",
    "ssl-mode",
];

/// Query names that are shown with their value masked. Any other may be half a password.
const REPEATED: [&str; 3] = ["password", "pass", "options"];

impl<'a> ConnectionUrl<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Refusal> {
        let encode = "write the characters : / ? # [ ] @ % and spaces of a user name or password percent-encoded \
                      (@ is %40, / is %2F, # is %23, % is %25)";
        let malformed = |what: &str| Refusal::new(what, encode);
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| malformed("it is not a URL: there is no ://"))?;
        if !scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'+') || scheme.is_empty() {
            return Err(malformed("it does not begin with a scheme in lower case"));
        }
        if rest.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(malformed("it holds a space or a control character"));
        }
        if rest.contains('#') {
            return Err(malformed("it holds a #"));
        }
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        if tail.contains('@') {
            return Err(malformed("it holds an @ after its host, so the password is not percent-encoded"));
        }
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (info, place) = match authority.rsplit_once('@') {
            Some((info, place)) => (Some(info), place),
            None => (None, authority),
        };
        let (user, password) = match info.map(|info| info.split_once(':').unwrap_or((info, ""))) {
            Some((user, password)) => {
                (Some(user).filter(|s| !s.is_empty()), Some(password).filter(|s| !s.is_empty()))
            }
            None => (None, None),
        };
        let (host, port) =
            split_port(place).ok_or_else(|| malformed("its port is not a number from 1 to 65535"))?;
        let bracketed = host.starts_with('[') && host.ends_with(']');
        let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-%".contains(&b));
        if !bracketed && !named {
            return Err(malformed("its host is not a name or an address"));
        }
        if !well_encoded(rest) {
            return Err(malformed("a % in it is not followed by two hexadecimal digits"));
        }
        Ok(Self { scheme, user, password, host, port, path, query })
    }

    /// Names and values of the query, still encoded.
    pub(super) fn parameters(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    }

    /// The URL with everything masked that is or may be a secret.
    pub(super) fn masked(self) -> String {
        let info = match (self.user, self.password) {
            (Some(user), Some(_)) => format!("{user}:{MASK}@"),
            // For Postgres a lone name is a user; for Redis people put the password there.
            (Some(user), None) if self.scheme.starts_with("postgres") => format!("{user}@"),
            (Some(_), None) => format!("{MASK}@"),
            (None, Some(_)) => format!(":{MASK}@"),
            (None, None) => String::new(),
        };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let query: Vec<String> = self
            .parameters()
            .map(|(name, value)| match (SHOWN.contains(&name), REPEATED.contains(&name)) {
                (true, _) => format!("{name}={value}"),
                (false, true) => format!("{name}={MASK}"),
                (false, false) => MASK.to_owned(),
            })
            .collect();
        let question = if query.is_empty() { "" } else { "?" };
        let Self { scheme, host, path, .. } = self;
        format!("{scheme}://{info}{host}{port}{path}{question}{}", query.join("&"))
    }
}

fn split_port(place: &str) -> Option<(&str, Option<u16>)> {
    match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            let port = port.parse().ok().filter(|port| *port != 0)?;
            Some((host, Some(port)))
        }
        _ => Some((place, None)),
    }
}

fn well_encoded(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}
