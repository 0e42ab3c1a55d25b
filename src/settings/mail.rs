//! The mail server.

use std::net::IpAddr;

use lettre::message::Mailbox;
use secrecy::SecretString;

use super::listen::is_this_machine;
use super::parse::{choice, number};
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::{SMTP_FROM, SMTP_HOST, SMTP_PASS, SMTP_PORT, SMTP_TLS, SMTP_USER};

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// The user to sign in as.
    pub user: Option<String>,
    /// That user's password.
    pub password: Option<SecretString>,
    /// The sender, an address or `Name <address>`.
    pub from: String,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// In clear first, then TLS; a server that does not offer it is refused.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

impl MailTls {
    const CHOICES: [(&'static str, Self); 3] =
        [("starttls", Self::StartTls), ("tls", Self::Tls), ("none", Self::None)];

    const fn default_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Reads the mail settings; `Field::Unset` when no mail is sent.
pub(super) fn read(reader: &mut Reader<'_>) -> Field<MailSettings> {
    let host = reader.field(&SMTP_HOST, server);
    let port = reader.field(&SMTP_PORT, |text| number(text, 1, u16::MAX));
    let tls = reader.field(&SMTP_TLS, |text| choice(text, &MailTls::CHOICES));
    let user = reader.field(&SMTP_USER, |text| Ok(text.to_owned()));
    let password = reader.field(&SMTP_PASS, |text| Ok(SecretString::from(text)));
    let from = reader.field(&SMTP_FROM, sender);
    if host.is_unset() {
        for (variable, set) in [
            (&SMTP_PORT, port.is_set()),
            (&SMTP_USER, user.is_set()),
            (&SMTP_PASS, password.is_set()),
            (&SMTP_FROM, from.is_set()),
            (&SMTP_TLS, tls.is_set()),
        ] {
            if set {
                reader.warn(variable.name, "it has no effect while SMTP_HOST is not set: no mail is sent");
            }
        }
        return Field::Unset;
    }
    if from.is_unset() {
        reader.clash(&SMTP_FROM, "it is not set, and SMTP_HOST is", "set it to the sender's address");
    }
    if user.is_set() && password.is_unset() {
        reader.clash(
            &SMTP_PASS,
            "it is not set, and SMTP_USER is",
            "set both or neither (SMTP_PASS_FILE is read too)",
        );
    }
    if password.is_set() && user.is_unset() {
        reader.clash(&SMTP_USER, "it is not set, and SMTP_PASS is", "set both or neither");
    }
    if let (Some(MailTls::None), Some(host), true) = (tls.value(), host.value(), password.is_set())
        && !is_this_machine(host)
    {
        reader.warn(SMTP_TLS.name, "the mail server's password travels in clear");
    }
    let refused =
        [matches!(port, Field::Refused), matches!(user, Field::Refused), matches!(password, Field::Refused)];
    let (Some(host), Some(tls), Some(from), [false, false, false]) =
        (host.into_value(), tls.into_value(), from.into_value(), refused)
    else {
        return Field::Refused;
    };
    let port = port.into_value().unwrap_or(tls.default_port());
    reader.derived(&SMTP_PORT, &port.to_string());
    Field::Set(MailSettings {
        host,
        port,
        tls,
        user: user.into_value(),
        password: password.into_value(),
        from,
    })
}

fn server(text: &str) -> Result<String, Refusal> {
    let mend = "write a host name or an IP address; the port goes into SMTP_PORT";
    let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && !text.starts_with(['-', '.']);
    if is_name || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err(Refusal::new("it is not a host", mend))
}

fn sender(text: &str) -> Result<String, Refusal> {
    match text.parse::<Mailbox>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Refusal::new(
            "it is not a mail address",
            "write reef@example.org, or Safe Harbor <reef@example.org>",
        )),
    }
}
