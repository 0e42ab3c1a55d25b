//! Cookies: their names and attributes (R12), the split of `id.secret`, and one-time notices.

use std::time::Duration;

use cookie::{Cookie, SameSite};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::settings::Settings;

/// The cookies there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The session.
    Session,
    /// The remembered device.
    Device,
    /// A sign-in that waits for its code.
    HalfSignIn,
    /// A notice for the next page.
    Notice,
}

impl Name {
    /// The name as it is sent: with the `__Host-` prefix wherever the cookie is `Secure`.
    pub const fn as_str(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-sh",
            (Self::Session, false) => "sh",
            (Self::Device, true) => "__Host-sh-device",
            (Self::Device, false) => "sh-device",
            (Self::HalfSignIn, true) => "__Host-sh-half",
            (Self::HalfSignIn, false) => "sh-half",
            (Self::Notice, true) => "__Host-sh-notice",
            (Self::Notice, false) => "sh-notice",
        }
    }
}

/// The value of a cookie that the client sent.
pub fn get(headers: &HeaderMap, settings: &Settings, name: Name) -> Option<String> {
    let name = name.as_str(settings.secure_cookies());
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| Cookie::split_parse(line).flatten())
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Sets a cookie on a response; a lifetime of zero removes it.
pub fn set(headers: &mut HeaderMap, settings: &Settings, name: Name, value: &str, lifetime: Duration) {
    let secure = settings.secure_cookies();
    let cookie = Cookie::build((name.as_str(secure), value))
        .path("/")
        .secure(secure)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(lifetime.try_into().unwrap_or(cookie::time::Duration::ZERO))
        .build();
    // Our values are base64url, hex and fixed words: always a valid header value.
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(SET_COOKIE, value);
    }
}

/// Removes a cookie.
pub fn remove(headers: &mut HeaderMap, settings: &Settings, name: Name) {
    set(headers, settings, name, "", Duration::ZERO);
}

/// The two halves of `id.secret`: which row, and what proves the right to it.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The row's id.
    pub id: Uuid,
    secret: String,
}

impl Credential {
    /// A credential of a new row.
    pub const fn new(id: Uuid, secret: String) -> Self {
        Self { id, secret }
    }

    /// Reads a cookie's value. Nothing else than what we made parses.
    pub fn parse(value: &str) -> Option<Self> {
        let (id, secret) = value.split_once('.')?;
        if secret.len() != 43 || id.len() != 32 {
            return None;
        }
        Some(Self { id: Uuid::try_parse(id).ok()?, secret: secret.to_owned() })
    }

    /// The cookie's value.
    pub fn value(&self) -> String {
        format!("{}.{}", self.id.simple(), self.secret)
    }

    /// What is stored of the secret.
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.secret)
    }

    /// Whether the secret is the one that was stored, in constant time.
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.hash().ct_eq(stored).into()
    }
}

/// SHA-256 of a secret of 256 random bits: no salt or slow hash is needed for those.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_survives_its_cookie_and_nothing_else_parses() {
        let secret = "A".repeat(43);
        let credential = Credential::new(Uuid::from_u128(5), secret.clone());
        let read = Credential::parse(&credential.value()).unwrap();
        assert!(read.matches(&credential.hash()));
        assert!(!read.matches(&hash("another")));
        for wrong in
            ["", ".", "a.b", &format!("{}.{}", Uuid::nil(), secret), &format!("x{}", credential.value())]
        {
            assert!(Credential::parse(wrong).is_none(), "{wrong}");
        }
    }
}
