//! Mails through a real SMTP conversation: what arrives, and what happens when the server will not.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::crypto::ring::default_provider;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use safeharbor::db::job::list;
use safeharbor::jobs::job::Addressee;
use safeharbor::jobs::post::Poster;
use safeharbor::jobs::worker::Options;
use safeharbor::jobs::{Context, Job, enqueue};
use safeharbor::mail::explain::{Trouble, explain};
use safeharbor::mail::{Limits, MailError, Mailer, letter};
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::settings::{MailSettings, MailTls};
use safeharbor::stage::mailsink::{Behaviour, MailSink};
use safeharbor::system::clock::Clock;
use tokio::net::TcpStream;
use uuid::Uuid;

use super::rig::{HASTY, alert, reaches, start};
use crate::support::postgres;

const SOON: Duration = Duration::from_mins(1);

fn clock() -> Clock {
    Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 9)
}

pub(super) fn public_url() -> PublicUrl {
    PublicUrl::parse("https://tank.example.org:8443").unwrap()
}

async fn sink(behaviour: Behaviour) -> MailSink {
    MailSink::start_with("127.0.0.1:0".parse().unwrap(), behaviour).await.unwrap()
}

pub(super) fn settings(sink: &MailSink, tls: MailTls) -> MailSettings {
    MailSettings {
        host: "localhost".to_owned(),
        port: sink.addr().port(),
        tls,
        user: None,
        password: None,
        from: "Safe Harbor <harbor@example.org>".to_owned(),
    }
}

pub(super) fn mailer(settings: &MailSettings) -> Mailer {
    Mailer::new(settings, &public_url(), clock()).unwrap()
}

async fn send(mailer: &Mailer) -> Result<(), MailError> {
    let letter = letter::test(&public_url(), "Ada").unwrap();
    mailer.send(Uuid::nil(), "ada@example.org", "Ada", &letter).await
}

/// What an owner is told to do about it.
#[track_caller]
fn is_explained(error: &MailError, trouble: Trouble) {
    assert_eq!(explain(&error.to_string()), Some(trouble), "{error}");
}

/// A certificate for `localhost` and the configuration that shows it.
fn certificate() -> (String, Arc<rustls::ServerConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (made.cert.pem(), Arc::new(config))
}

#[tokio::test]
async fn a_welcome_goes_from_the_outbox_to_the_mail_server() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let sink = sink(Behaviour { greylist: 1, ..Behaviour::default() }).await;
    let context = Context {
        photos: Store::below(&crate::support::folder("uploads")),
        pool: db.pool.clone(),
        clock: clock.clone(),
        public_url: public_url(),
        mailer: Some(mailer(&settings(&sink, MailTls::None))),
        poster: Poster::default(),
    };
    let to = Addressee { email: "ada@example.org".into(), name: "Ada Lovelace".into() };
    let id = enqueue(&mut db.acquire().await.unwrap(), &clock, &Job::Welcome(to)).await.unwrap();
    let worker = start(&db, &clock, &context, None, Options { backoff: HASTY, ..alert() });
    let mail = sink.wait_for(SOON, |mail| mail.to == ["ada@example.org"]).await.unwrap();
    let done = reaches(&db, id, "done").await;
    worker.stop().await;
    assert_eq!(done.attempts, 2, "put off once, then taken");
    let job = list::find(&mut db.acquire().await.unwrap(), id).await.unwrap().unwrap();
    assert!(job.sent_at.is_some(), "it is noted that the server took it");
    assert_eq!(job.whom.as_deref(), Some("ada@example.org"));
    assert_eq!(sink.messages().len(), 1);
    assert_eq!(mail.from, "harbor@example.org");
    let id = format!("<{id}@tank.example.org>");
    for (name, value) in [
        ("Message-ID", id.as_str()),
        ("Subject", "Your Safe Harbor is ready"),
        ("To", "\"Ada Lovelace\" <ada@example.org>"),
        ("From", "\"Safe Harbor\" <harbor@example.org>"),
        ("Date", "Mon, 23 Nov 2026 12:00:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
    ] {
        assert_eq!(mail.header(name).as_deref(), Some(value), "{name}");
    }
    for kind in ["text/plain", "text/html"] {
        let part = mail.part(kind).unwrap();
        assert!(part.contains("https://tank.example.org:8443/sign-in"), "{part}");
    }
}

#[tokio::test]
async fn starttls_tls_and_sign_in_work_and_are_not_skipped() {
    let (root, config) = certificate();
    let login = Some(("harbor".to_owned(), "s3cret".to_owned()));
    for tls in [MailTls::StartTls, MailTls::Tls] {
        let with = |offer: bool| Some(config.clone()).filter(|_| offer);
        let behaviour = Behaviour {
            starttls: with(tls == MailTls::StartTls),
            tls: with(tls == MailTls::Tls),
            login: login.clone(),
            ..Behaviour::default()
        };
        let sink = sink(behaviour).await;
        let mut settings = settings(&sink, tls);
        let trusting = |settings: &MailSettings| {
            Mailer::with(settings, &public_url(), clock(), Limits::default(), Some(&root)).unwrap()
        };
        let error = send(&trusting(&settings)).await.unwrap_err();
        assert!(error.is_permanent() && error.to_string().contains("wants SMTP_USER"), "{error}");
        is_explained(&error, Trouble::WantsSignIn);

        (settings.user, settings.password) = (Some("harbor".into()), Some("wr0ng".into()));
        let error = trusting(&settings).handshake().await.unwrap_err();
        assert!(error.is_permanent() && error.to_string().contains("did not accept SMTP_USER"), "{error}");
        is_explained(&error, Trouble::SignIn);
        assert!(!error.to_string().contains("wr0ng"), "{error}");

        settings.password = Some("s3cret".into());
        let error = send(&mailer(&settings)).await.unwrap_err();
        assert!(error.to_string().contains("could not be trusted"), "{error}");
        is_explained(&error, Trouble::Certificate);
        assert_eq!(sink.messages().len(), 0);

        trusting(&settings).handshake().await.unwrap();
        send(&trusting(&settings)).await.unwrap();
        let mails = sink.messages();
        assert_eq!(
            mails.iter().map(|mail| (mail.tls, mail.user.as_deref())).collect::<Vec<_>>(),
            [(true, Some("harbor"))]
        );
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let sink = sink(Behaviour::default()).await;
    let error = send(&mailer(&settings(&sink, MailTls::StartTls))).await.unwrap_err();
    assert!(error.is_permanent() && error.to_string().contains("does not offer STARTTLS"), "{error}");
    is_explained(&error, Trouble::Tls);
    // TLS from the first byte, to a server that greets in clear.
    let error = send(&mailer(&settings(&sink, MailTls::Tls))).await.unwrap_err();
    assert!(error.to_string().contains("could not agree on TLS"), "{error}");
    is_explained(&error, Trouble::Tls);
    assert_eq!(sink.messages(), []);
}

#[tokio::test]
async fn refusals_stay_and_delays_pass() {
    let sink = sink(Behaviour { refuse: Some("no such user".into()), ..Behaviour::default() }).await;
    let mailer = mailer(&settings(&sink, MailTls::None));
    let error = send(&mailer).await.unwrap_err();
    assert!(error.is_permanent() && error.to_string().contains("550 5.1.1 no such user"), "{error}");
    is_explained(&error, Trouble::Addressee);

    sink.behave(Behaviour { greylist: 1, ..Behaviour::default() });
    let error = send(&mailer).await.unwrap_err();
    assert!(!error.is_permanent() && error.to_string().contains("put the mail off (451 "), "{error}");
    is_explained(&error, Trouble::Later);
    send(&mailer).await.unwrap();
    assert_eq!(sink.messages().len(), 1);
}

#[tokio::test]
async fn silence_and_absence_are_tried_again() {
    let behaviour = Behaviour { delay: Duration::from_hours(1), ..Behaviour::default() };
    let sink = sink(behaviour).await;
    let settings = settings(&sink, MailTls::None);
    let limits = Limits { send: Duration::from_millis(50), ..Limits::default() };
    let hurried = Mailer::with(&settings, &public_url(), clock(), limits, None).unwrap();
    let error = send(&hurried).await.unwrap_err();
    assert!(!error.is_permanent() && error.to_string().contains("did not confirm"), "{error}");
    is_explained(&error, Trouble::Silence);
    let addr = sink.addr();
    drop(sink);
    // Its listener goes a moment later: until then a connection is made, and broken off.
    super::rig::until("nothing listens there", async || TcpStream::connect(addr).await.is_err()).await;
    let error = send(&hurried).await.unwrap_err();
    assert!(!error.is_permanent() && error.to_string().contains("cannot be reached"), "{error}");
    is_explained(&error, Trouble::Refused);
}

#[tokio::test]
async fn nothing_a_keeper_types_becomes_a_header() {
    let sink = sink(Behaviour::default()).await;
    let mailer = mailer(&settings(&sink, MailTls::None));
    let letter = letter::test(&public_url(), "Ada").unwrap();
    for to in
        ["ada@example.org\r\nBcc: eve@example.org", "ada@example.org, eve@example.org", "<x>", "", "a b@c"]
    {
        let error = mailer.send(Uuid::nil(), to, "Ada", &letter).await.unwrap_err();
        assert!(error.is_permanent() && error.to_string().contains("no mail address"), "{to:?}: {error}");
    }
    assert_eq!(sink.messages(), []);
    let name = "Ada\r\nBcc: eve@example.org\r\n\r\n<b>\u{0}\" <eve@example.org>, ümlaut";
    mailer.send(Uuid::nil(), "ada@example.org", name, &letter).await.unwrap();
    let mail = sink.messages().remove(0);
    assert_eq!(mail.to, ["ada@example.org"]);
    assert_eq!(mail.header("Bcc"), None);
    assert_eq!(mail.raw.lines().filter(|line| line.to_ascii_lowercase().starts_with("to:")).count(), 1);
}

#[tokio::test]
async fn the_sink_stays_on_loopback_and_says_what_came() {
    assert!(MailSink::start("0.0.0.0:0".parse().unwrap()).await.is_err());
    let sink = sink(Behaviour::default()).await;
    send(&mailer(&settings(&sink, MailTls::None))).await.unwrap();
    let error = sink.wait_for(Duration::ZERO, |_| false).await.unwrap_err();
    assert!(error.to_string().contains("Mail from Safe Harbor works"), "{error}");
    assert_eq!(clock().now(), "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap());
}
