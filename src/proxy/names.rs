//! The header names of rules R2 and R6. No other module may read or write them (R7; a test greps for it).

/// The forwarded headers of R2, as they are spelled on the wire and in counters.
pub const FORWARDED_FOR: &str = "x-forwarded-for";
/// See [`FORWARDED_FOR`].
pub const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// See [`FORWARDED_FOR`].
pub const FORWARDED_HOST: &str = "x-forwarded-host";

/// Single names of R6.
const NAMES: [&str; 10] = [
    "forwarded",
    "script-name",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
    "x-script-name",
];

/// Families of R2 and R6: edges add members over the years, and none of them may reach a handler.
const FAMILIES: [&str; 4] = ["cf-", "tailscale-", "x-forwarded-", "x-webauth-"];

/// Whether a header of this name is taken out of every request before a handler sees it (R7).
///
/// `_` counts as `-`: `X_Forwarded_For` is another header and never read, but something behind us that maps
/// both to one variable name, as CGI does, must not find it either.
pub fn is_stripped(name: &str) -> bool {
    // Most headers of most requests end here.
    if !matches!(
        name.as_bytes().first(),
        Some(b'c' | b'C' | b'f' | b'F' | b's' | b'S' | b't' | b'T' | b'x' | b'X')
    ) {
        return false;
    }
    FAMILIES.iter().any(|family| name.len() > family.len() && same(&name.as_bytes()[..family.len()], family))
        || NAMES.iter().any(|known| same(name.as_bytes(), known))
}

fn same(name: &[u8], known: &str) -> bool {
    name.len() == known.len()
        && name.iter().zip(known.bytes()).all(|(&byte, known)| match byte {
            b'_' => known == b'-',
            byte => byte.to_ascii_lowercase() == known,
        })
}

#[cfg(test)]
mod tests {
    use super::is_stripped;

    #[test]
    fn every_name_of_the_contract_and_nothing_a_page_needs() {
        for name in [
            "X-Forwarded-For",
            "x-forwarded-proto",
            "x-forwarded-host",
            "X_Forwarded_For",
            "X-Forwarded-Prefix",
            "X-Forwarded-Port",
            "X-Forwarded-Server",
            "X-Script-Name",
            "Script-Name",
            "SCRIPT_NAME",
            "X-Original-URL",
            "X-Rewrite-URL",
            "Forwarded",
            "X-Real-IP",
            "X-Client-IP",
            "True-Client-IP",
            "CF-Connecting-IP",
            "Cf-Access-Jwt-Assertion",
            "cf-ray",
            "Tailscale-User-Login",
            "Tailscale-Funnel-Request",
            "X-Webauth-User",
        ] {
            assert!(is_stripped(name), "{name}");
        }
        for name in
            ["host", "cookie", "content-type", "sec-fetch-site", "x-forwarded", "x-request-id", "cf", ""]
        {
            assert!(!is_stripped(name), "{name}");
        }
    }
}
