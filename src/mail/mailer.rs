//! Sending a letter by SMTP.
//!
//! Each mail has a connection of its own: a household sends few, and a pool's idle connections are the ones
//! that break. The phases are driven here rather than by lettre's transport, because only so is each phase
//! bounded in time, and a server that dawdles over `QUIT` cannot turn a mail it took into one to be sent
//! again.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;
use uuid::Uuid;

use super::error::{MailError, Phase};
use super::letter::Letter;
use crate::proxy::PublicUrl;
use crate::settings::{MailSettings, MailTls};
use crate::system::clock::Clock;

/// How long a mail server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For connecting, TLS and signing in together.
    pub open: Duration,
    /// For taking the mail. Generous: giving up on a server that is still thinking sends the mail twice.
    pub send: Duration,
    /// For saying goodbye, which changes nothing.
    pub quit: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { open: Duration::from_secs(30), send: Duration::from_mins(3), quit: Duration::from_secs(2) }
    }
}

/// Sends letters through one mail server. Clones share it.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    host: String,
    port: u16,
    /// `host:port`, as it is named in errors.
    server: String,
    tls: Option<(MailTls, TlsParameters)>,
    login: Option<(String, SecretString)>,
    from: Mailbox,
    hello: ClientId,
    message_host: String,
    clock: Clock,
    limits: Limits,
}

impl Mailer {
    /// A mailer that trusts the machine's certificate authorities. Nothing is connected yet.
    ///
    /// # Errors
    /// When the sender is no address, or TLS cannot be set up.
    pub fn new(settings: &MailSettings, public_url: &PublicUrl, clock: Clock) -> Result<Self, MailError> {
        Self::build(settings, public_url, clock, Limits::default(), None)
    }

    /// A mailer with other limits that also trusts the authority `root` (PEM).
    ///
    /// # Errors
    /// As [`new`](Self::new), and when `root` is no certificate.
    pub fn with(
        settings: &MailSettings,
        public_url: &PublicUrl,
        clock: Clock,
        limits: Limits,
        root: Option<&str>,
    ) -> Result<Self, MailError> {
        let root = root.map(|pem| Certificate::from_pem(pem.as_bytes())).transpose();
        let root = root.map_err(|error| MailError::permanent(format!("no certificate: {error}")))?;
        Self::build(settings, public_url, clock, limits, root)
    }

    fn build(
        settings: &MailSettings,
        public_url: &PublicUrl,
        clock: Clock,
        limits: Limits,
        root: Option<Certificate>,
    ) -> Result<Self, MailError> {
        let from = settings.from.parse();
        let from = from.map_err(|error| MailError::permanent(format!("SMTP_FROM is no sender: {error}")))?;
        let tls = match settings.tls {
            MailTls::None => None,
            kind => {
                let mut parameters = TlsParameters::builder(settings.host.clone());
                if let Some(root) = root {
                    parameters = parameters.add_root_certificate(root);
                }
                let parameters = parameters.build();
                let parameters =
                    parameters.map_err(|error| MailError::permanent(format!("TLS for mail: {error}")))?;
                Some((kind, parameters))
            }
        };
        let user = settings.user.clone();
        Ok(Self(Arc::new(Inner {
            host: settings.host.clone(),
            port: settings.port,
            server: format!("{}:{}", settings.host, settings.port),
            tls,
            login: user.map(|user| (user, settings.password.clone().unwrap_or_default())),
            from,
            hello: client_id(public_url.host()),
            message_host: public_url.host().to_owned(),
            clock,
            limits,
        })))
    }

    /// Sends a letter. `id` names it for ever: sent again it is the same mail.
    ///
    /// # Errors
    /// When it was not taken, or no answer came; [`MailError::is_permanent`] says whether to try again.
    pub async fn send(&self, id: Uuid, to: &str, name: &str, letter: &Letter) -> Result<(), MailError> {
        let message = self.message(id, to, name, letter)?;
        let mut connection = self.open().await?;
        let (envelope, bytes) = (message.envelope(), message.formatted());
        let limit = self.0.limits.send;
        let sent = match timeout(limit, connection.send(envelope, &bytes)).await {
            Ok(Ok(_response)) => Ok(()),
            Ok(Err(error)) => Err(self.error(Phase::Sending, &error)),
            Err(_elapsed) => return Err(MailError::silence(&self.0.server, Phase::Sending, limit)),
        };
        // Whoever waits for the answer has it to write down; the goodbye takes its own time.
        let mailer = self.clone();
        tokio::spawn(async move { mailer.quit(connection).await });
        sent
    }

    /// Goes as far as signing in and sends nothing: for `doctor`.
    ///
    /// # Errors
    /// What stands in the way of sending.
    pub async fn handshake(&self) -> Result<(), MailError> {
        let connection = self.open().await?;
        self.quit(connection).await;
        Ok(())
    }

    fn message(&self, id: Uuid, to: &str, name: &str, letter: &Letter) -> Result<Message, MailError> {
        let address: Address = to
            .trim()
            .parse()
            .map_err(|error| MailError::permanent(format!("{to:?} is no mail address: {error}")))?;
        // A name is only ever a phrase in a header: nothing that ends a line gets into it.
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Message::builder()
            .from(self.0.from.clone())
            .to(Mailbox::new(name, address))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{id}@{}>", self.0.message_host)))
            .date(self.0.clock.now().into())
            // RFC 3834: no holiday notes and no list commands in answer to this.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|error| MailError::permanent(format!("the mail cannot be built: {error}")))
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, MailError> {
        let limit = self.0.limits.open;
        // Which phase it is in when time is up is told the same way: the server did not answer.
        timeout(limit, self.shake_hands())
            .await
            .map_err(|_elapsed| MailError::silence(&self.0.server, Phase::Connecting, limit))?
    }

    async fn shake_hands(&self) -> Result<AsyncSmtpConnection, MailError> {
        let inner = &self.0;
        let wrapper = inner.tls.as_ref().filter(|(kind, _)| *kind == MailTls::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (inner.host.as_str(), inner.port),
            None,
            &inner.hello,
            wrapper.map(|(_, parameters)| parameters.clone()),
            None,
        )
        .await
        .map_err(|error| self.error(Phase::Connecting, &error))?;
        if let Some((MailTls::StartTls, parameters)) = &inner.tls {
            let upgraded = connection.starttls(parameters.clone(), &inner.hello).await;
            upgraded.map_err(|error| self.error(Phase::StartTls, &error))?;
        }
        if let Some((user, password)) = &inner.login {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| self.error(Phase::SigningIn, &error))?;
        }
        Ok(connection)
    }

    async fn quit(&self, mut connection: AsyncSmtpConnection) {
        // Whatever comes of it, the mail was taken or refused before.
        let _goodbye = timeout(self.0.limits.quit, connection.quit()).await;
    }

    fn error(&self, phase: Phase, error: &lettre::transport::smtp::Error) -> MailError {
        let error = MailError::of(&self.0.server, phase, error);
        match &self.0.login {
            Some((_, password)) => error.without(password.expose_secret()),
            None => error,
        }
    }
}

/// How we introduce ourselves: the name people know, which is more than a container's host name says.
fn client_id(host: &str) -> ClientId {
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(v4)) => ClientId::Ipv4(v4),
        Ok(IpAddr::V6(v6)) => ClientId::Ipv6(v6),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}
