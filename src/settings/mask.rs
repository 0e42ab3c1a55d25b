//! How values are shown: secrets never, control bytes escaped, long ones cut.

use super::connection_url::ConnectionUrl;

/// What stands in for a secret.
pub(super) const MASK: &str = "***";

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 120;

/// A value that is no secret. User info in anything that looks like a URL is masked all the same: it is
/// where a password lands by mistake.
pub(super) fn plain(text: &str) -> String {
    let masked = match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://{MASK}{}", &text[..scheme], &text[at..])
        }
        _ => text.to_owned(),
    };
    let shown: String = masked.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    let cut = if masked.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("\"{}{cut}\"", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// A connection URL without its password. One that does not parse shows nothing but a known scheme,
/// because nobody can tell which part of it is the password.
pub(super) fn url(text: &str) -> String {
    if let Ok(url) = ConnectionUrl::parse(text) {
        return plain_unmasked(&url.masked());
    }
    let known = ["postgres", "postgresql", "postgresql+psycopg", "redis", "rediss", "redis+unix", "unix"];
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    match scheme.filter(|scheme| known.contains(scheme)) {
        Some(scheme) => format!("\"{scheme}://{MASK}\""),
        None => MASK.to_owned(),
    }
}

fn plain_unmasked(text: &str) -> String {
    let shown: String = text.chars().flat_map(char::escape_debug).collect();
    format!("\"{shown}\"")
}

/// The name of a variable that is not ours: other programs' names may hold anything.
pub(super) fn name(text: &str) -> String {
    text.chars().take(LONGEST).flat_map(char::escape_debug).collect()
}
