//! Why a mail could not be sent, in words an owner can act on.

use std::error::Error as StdError;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;

/// A mail that was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct MailError {
    text: String,
    permanent: bool,
}

/// How far the conversation had got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Connecting,
    StartTls,
    SigningIn,
    Sending,
}

impl MailError {
    /// Whether sending it again cannot help until somebody changes something.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    pub(super) fn permanent(text: impl Into<String>) -> Self {
        Self { text: text.into(), permanent: true }
    }

    pub(super) fn passing(text: impl Into<String>) -> Self {
        Self { text: text.into(), permanent: false }
    }

    /// The server did not answer in time.
    pub(super) fn silence(server: &str, phase: Phase, limit: Duration) -> Self {
        let limit = limit.as_secs();
        Self::passing(match phase {
            Phase::Sending => format!("The mail server {server} did not confirm the mail within {limit} s."),
            _ => format!(
                "The mail server {server} did not answer within {limit} s. Check SMTP_PORT and SMTP_TLS."
            ),
        })
    }

    /// What the library or the server said: 4xx and broken connections pass, 5xx and what the server cannot
    /// do at all stay until somebody changes something.
    pub(super) fn of(server: &str, phase: Phase, error: &SmtpError) -> Self {
        let permanent = error.is_permanent() || (error.is_client() && phase != Phase::Connecting);
        let code = error.status().map_or(0, u16::from);
        let (said, tls) = (said(error), tls(error));
        let text = match (phase, code) {
            (Phase::Connecting | Phase::StartTls, _) if tls == Some(Tls::Certificate) => format!(
                "The mail server {server} could not be trusted ({said}). SMTP_HOST has to be the name in its \
                 certificate."
            ),
            (Phase::Connecting | Phase::StartTls, _) if tls.is_some() => format!(
                "The mail server {server} and we could not agree on TLS ({said}). Check SMTP_PORT and SMTP_TLS."
            ),
            (Phase::StartTls, 0) if error.is_client() => format!(
                "The mail server {server} does not offer STARTTLS. Set SMTP_TLS to what it speaks: tls, or none \
                 on a network you trust."
            ),
            (Phase::Connecting, 0) => format!("The mail server {server} cannot be reached ({said})."),
            (Phase::Connecting | Phase::StartTls, _) => {
                format!("The mail server {server} turned us away ({said}).")
            }
            (Phase::SigningIn, 0) if error.is_client() => format!(
                "The mail server {server} offers no way of signing in that we know. Leave out SMTP_USER if it \
                 wants none, or check SMTP_TLS."
            ),
            (Phase::SigningIn, 500..) => {
                format!("The mail server {server} did not accept SMTP_USER and SMTP_PASS ({said}).")
            }
            (Phase::SigningIn, _) => format!("Signing in to the mail server {server} failed ({said})."),
            (Phase::Sending, 530 | 538) => {
                format!("The mail server {server} wants SMTP_USER and SMTP_PASS, or encryption ({said}).")
            }
            (Phase::Sending, 500..) => format!("The mail server {server} refused the mail ({said})."),
            (Phase::Sending, 400..) => format!("The mail server {server} put the mail off ({said})."),
            (Phase::Sending, _) if error.is_client() => {
                format!("The mail server {server} cannot carry this mail ({said}).")
            }
            (Phase::Sending, _) => format!("The connection to the mail server {server} broke ({said})."),
        };
        Self { text, permanent }
    }

    /// Takes a secret out of the text, should a server ever repeat one.
    pub(super) fn without(mut self, secret: &str) -> Self {
        if !secret.is_empty() {
            self.text = self.text.replace(secret, "•••");
        }
        self
    }
}

/// What went wrong with TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    Certificate,
    Other,
}

fn tls(error: &SmtpError) -> Option<Tls> {
    let mut source: Option<&dyn StdError> = Some(error);
    while let Some(inner) = source {
        // An input or output error leaves out the error it wraps when asked for its source.
        let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let cause = wrapped.and_then(|wrapped| wrapped.downcast_ref::<rustls::Error>());
        match cause.or_else(|| inner.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(_)) => return Some(Tls::Certificate),
            Some(_) => return Some(Tls::Other),
            None => source = inner.source(),
        }
    }
    error.is_tls().then_some(Tls::Other)
}

/// The innermost words: for a reply `550 5.1.1 …`, else what the system or TLS said.
fn said(error: &SmtpError) -> String {
    let mut source: Option<&dyn StdError> = error.source();
    let mut words = None;
    while let Some(inner) = source {
        words = Some(inner.to_string());
        source = inner.source();
    }
    let words = words.unwrap_or_else(|| error.to_string());
    error.status().map_or_else(|| words.clone(), |code| format!("{code} {words}"))
}
