//! One SMTP conversation (RFC 5321), as far as a sink needs it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::{Behaviour, Mail, Shared};

/// The longest line, the biggest mail and the longest silence a client may have.
const MAX_LINE: u64 = 4_096;
const MAX_MAIL: usize = 2 << 20;
const SILENCE: Duration = Duration::from_mins(1);
const MAX_RECIPIENTS: usize = 100;

/// Serves a connection to its end.
pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    let behaviour = shared.behaviour();
    if let Some(tls) = behaviour.tls {
        let stream = TlsAcceptor::from(tls).accept(stream).await?;
        let mut session = Session::new(stream, shared, true);
        session.say("220 sink.localhost ESMTP").await?;
        session.converse().await?;
        return Ok(());
    }
    let mut session = Session::new(stream, shared, false);
    if let Some(words) = behaviour.turn_away {
        return session.say(&words).await;
    }
    session.say("220 sink.localhost ESMTP").await?;
    if session.converse().await? == End::StartTls {
        let tls = behaviour.starttls.context("STARTTLS was not offered")?;
        // What was sent ahead in clear text is dropped with the buffer.
        let stream = TlsAcceptor::from(tls).accept(session.stream.into_inner()).await?;
        Session::new(stream, shared, true).converse().await?;
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum End {
    Quit,
    StartTls,
}

struct Session<'a, S> {
    stream: BufReader<S>,
    shared: &'a Shared,
    tls: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(stream: S, shared: &'a Shared, tls: bool) -> Self {
        Self { stream: BufReader::new(stream), shared, tls, user: None, from: None, to: Vec::new() }
    }

    async fn converse(&mut self) -> Result<End> {
        loop {
            let Some(line) = self.line().await? else { return Ok(End::Quit) };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let behaviour = self.shared.behaviour();
            let must_encrypt = behaviour.starttls.is_some() && !self.tls;
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.greet(must_encrypt, behaviour.login.is_some()).await?,
                "HELO" => self.say("250 sink.localhost").await?,
                "STARTTLS" if must_encrypt => {
                    self.say("220 2.0.0 go ahead").await?;
                    return Ok(End::StartTls);
                }
                "NOOP" => self.say("250 2.0.0 ok").await?,
                "RSET" => {
                    (self.from, self.to) = (None, Vec::new());
                    self.say("250 2.0.0 ok").await?;
                }
                "QUIT" => {
                    self.say("221 2.0.0 bye").await?;
                    return Ok(End::Quit);
                }
                _ if must_encrypt => self.say("530 5.7.0 must issue a STARTTLS command first").await?,
                "AUTH" => self.sign_in(rest, behaviour.login.as_ref()).await?,
                _ if behaviour.login.is_some() && self.user.is_none() => {
                    self.say("530 5.7.0 authentication required").await?;
                }
                "MAIL" => {
                    self.from = path(rest);
                    self.to.clear();
                    self.say(if self.from.is_some() { "250 2.1.0 ok" } else { "501 5.5.4 no path" }).await?;
                }
                "RCPT" => self.recipient(rest, behaviour.refuse.as_deref()).await?,
                "DATA" => self.data(behaviour).await?,
                _ => self.say("500 5.5.1 unknown command").await?,
            }
        }
    }

    async fn greet(&mut self, starttls: bool, login: bool) -> Result<()> {
        self.say("250-sink.localhost").await?;
        if starttls {
            self.say("250-STARTTLS").await?;
        } else if login {
            self.say("250-AUTH PLAIN LOGIN").await?;
        }
        self.say("250-SMTPUTF8").await?;
        self.say("250 8BITMIME").await
    }

    async fn sign_in(&mut self, rest: &str, login: Option<&(String, String)>) -> Result<()> {
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = if initial.is_empty() { self.ask("").await? } else { initial.to_owned() };
                let plain = decode(&answer)?;
                let mut fields = plain.splitn(3, '\0').skip(1).map(str::to_owned);
                (fields.next().unwrap_or_default(), fields.next().unwrap_or_default())
            }
            "LOGIN" => {
                let user = self.ask("VXNlcm5hbWU6").await?;
                (decode(&user)?, decode(&self.ask("UGFzc3dvcmQ6").await?)?)
            }
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        if login.is_none_or(|login| *login == given) {
            self.user = Some(given.0);
            self.say("235 2.7.0 welcome").await
        } else {
            self.say("535 5.7.8 authentication credentials invalid").await
        }
    }

    async fn ask(&mut self, challenge: &str) -> Result<String> {
        self.say(&format!("334 {challenge}")).await?;
        self.line().await?.context("the client went away")
    }

    async fn recipient(&mut self, rest: &str, refuse: Option<&str>) -> Result<()> {
        let Some(to) = path(rest).filter(|to| !to.is_empty()) else {
            return self.say("501 5.5.4 no path").await;
        };
        if self.from.is_none() {
            return self.say("503 5.5.1 MAIL first").await;
        }
        if let Some(text) = refuse {
            return self.say(&format!("550 5.1.1 {text}")).await;
        }
        if self.shared.puts_off() {
            return self.say("451 4.7.1 greylisted, come back later").await;
        }
        if self.to.len() == MAX_RECIPIENTS {
            return self.say("452 4.5.3 too many recipients").await;
        }
        self.to.push(to);
        self.say("250 2.1.5 ok").await
    }

    async fn data(&mut self, behaviour: Behaviour) -> Result<()> {
        if self.to.is_empty() {
            return self.say("503 5.5.1 no recipients").await;
        }
        self.say("354 end with a dot").await?;
        let mut raw = String::new();
        loop {
            let line = self.line().await?.context("the client went away in the middle of a mail")?;
            if line == "." {
                break;
            }
            if raw.len() + line.len() > MAX_MAIL {
                bail!("a mail of more than {MAX_MAIL} bytes");
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        if self.shared.hangs_up() {
            bail!("hung up before the mail was confirmed");
        }
        if let Some(hold) = behaviour.hold {
            hold.acquire().await?.forget();
        }
        tokio::time::sleep(behaviour.delay).await;
        let from = self.from.take().unwrap_or_default();
        let to = std::mem::take(&mut self.to);
        let mail = Mail { from, to, tls: self.tls, user: self.user.clone(), raw };
        if let Err(error) = self.shared.keep(mail) {
            tracing::warn!("the mail sink cannot keep a mail: {error:#}");
            return self.say("452 4.3.1 the mail could not be kept").await;
        }
        self.say("250 2.0.0 kept").await
    }

    /// The next line without its end, or `None` when the client has closed.
    async fn line(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_LINE);
        let read = timeout(SILENCE, limited.read_until(b'\n', &mut line)).await.context("silence")??;
        if read == 0 {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            bail!("a line of more than {MAX_LINE} bytes, or none at all");
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }

    async fn say(&mut self, line: &str) -> Result<()> {
        tokio::time::sleep(self.shared.behaviour().pace).await;
        let line = [line, "\r\n"].concat();
        timeout(SILENCE, self.stream.write_all(line.as_bytes())).await.context("silence")??;
        Ok(self.stream.flush().await?)
    }
}

/// The address in `FROM:<…>` or `TO:<…>`.
fn path(rest: &str) -> Option<String> {
    let (_, after) = rest.split_once('<')?;
    let (path, _) = after.split_once('>')?;
    Some(path.to_owned())
}

fn decode(text: &str) -> Result<String> {
    Ok(String::from_utf8(STANDARD.decode(text.trim())?)?)
}
