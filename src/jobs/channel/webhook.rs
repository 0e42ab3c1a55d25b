//! A message as programs take it, signed by the scheme of Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks>). `docs/channels.md` describes it for its readers.

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

use crate::domain::message::{Message, Purpose, Urgency};
use crate::proxy::PublicUrl;

/// What every secret begins with.
pub const SECRET_PREFIX: &str = "whsec_";

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    version: u8,
    id: Uuid,
    sent_at: String,
    purpose: Purpose,
    urgency: Urgency,
    title: &'a str,
    lines: Vec<Line<'a>>,
    url: String,
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    url: String,
    actions: Vec<Action<'a>>,
}

#[derive(Serialize)]
struct Action<'a> {
    label: &'a str,
    url: String,
}

/// What is posted.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn body(id: Uuid, now: Timestamp, message: &Message, public_url: &PublicUrl) -> Result<Vec<u8>> {
    let lines = message.lines.iter().map(|line| Line {
        text: &line.text,
        url: public_url.url(&line.path),
        actions: line
            .actions
            .iter()
            .map(|action| Action { label: &action.label, url: public_url.url(&action.path) })
            .collect(),
    });
    Ok(serde_json::to_vec(&Body {
        r#type: "safeharbor.message",
        version: 1,
        id,
        sent_at: now.to_string(),
        purpose: message.purpose,
        urgency: message.urgency,
        title: &message.title,
        lines: lines.collect(),
        url: public_url.url(&message.path),
    })?)
}

/// The headers that prove who sends it. The id is the job's: it stays the same however often it is tried.
///
/// # Errors
/// When the secret is none of ours.
pub(super) fn headers(id: &str, now: Timestamp, body: &[u8], secret: &str) -> Result<HeaderMap> {
    let seconds = now.as_second().to_string();
    let signature = sign(id, &seconds, body, secret)?;
    let value = |text: &str| HeaderValue::from_str(text).context("a header of the signature");
    Ok(HeaderMap::from_iter([
        (HeaderName::from_static("webhook-id"), value(id)?),
        (HeaderName::from_static("webhook-timestamp"), value(&seconds)?),
        (HeaderName::from_static("webhook-signature"), value(&signature)?),
    ]))
}

fn sign(id: &str, seconds: &str, body: &[u8], secret: &str) -> Result<String> {
    let key = secret.strip_prefix(SECRET_PREFIX).and_then(|key| STANDARD.decode(key).ok());
    let key = key.context("This webhook has no signing secret that can be read: make a new one.")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).context("the signing secret")?;
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_of_the_specification() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let signature = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, secret).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for none in ["", "MfKQ", "whsec_*"] {
            let error = sign("a", "1", body, none).unwrap_err().to_string();
            assert!(error.contains("make a new one") && !error.contains("MfKQ"), "{error}");
        }
    }
}
