//! Mail servers that behave badly: what is tried again, what is given up, and what an owner reads about it.

use std::sync::Arc;
use std::time::Duration;

use safeharbor::jobs::job::Addressee;
use safeharbor::jobs::post::Poster;
use safeharbor::jobs::worker::Options;
use safeharbor::jobs::{Context, Job, enqueue};
use safeharbor::mail::explain::{Trouble, explain};
use safeharbor::mail::{Limits, Mailer};
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::settings::{MailSettings, MailTls};
use safeharbor::stage::mailsink::{Behaviour, MailSink};
use safeharbor::system::clock::Clock;
use tokio::sync::Semaphore;

use super::super::rig::{HASTY, alert, reaches, start};
use crate::support::postgres::{self, Database};

/// How a mail server behaves, and what comes of a test mail: five attempts at most.
struct Case {
    name: &'static str,
    behaviour: Behaviour,
    /// In how many attempts it is done; none: it is given up after so many.
    ends: Result<i32, i32>,
    trouble: Option<Trouble>,
}

fn cases() -> Vec<Case> {
    let case = |name, behaviour, ends, trouble| Case { name, behaviour, ends, trouble };
    let base = Behaviour::default;
    vec![
        case("slow", Behaviour { pace: Duration::from_millis(20), ..base() }, Ok(1), None),
        case("greylisting", Behaviour { greylist: 1, ..base() }, Ok(2), None),
        case("hangs up on a text", Behaviour { hang_up: 2, ..base() }, Ok(3), None),
        case(
            "greylisting without an end",
            Behaviour { greylist: 1_000, ..base() },
            Err(5),
            Some(Trouble::Later),
        ),
        case("421", Behaviour { turn_away: Some("421 4.3.2 too busy".to_owned()), ..base() }, Err(5), None),
        case(
            "550",
            Behaviour { refuse: Some("no such user".to_owned()), ..base() },
            Err(1),
            Some(Trouble::Addressee),
        ),
        case(
            "silent after the text",
            Behaviour { hold: Some(Arc::new(Semaphore::new(0))), ..base() },
            Err(5),
            Some(Trouble::Silence),
        ),
    ]
}

fn context(db: &Database, port: u16) -> Context {
    let (clock, public_url) = (Clock::system(), PublicUrl::parse("https://reef.example.org").unwrap());
    let settings = MailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        user: None,
        password: None,
        from: "Safe Harbor <harbor@example.org>".to_owned(),
    };
    // Long enough for a slow server on a busy machine; only the silent one lasts so long.
    let limits = Limits { send: Duration::from_secs(2), ..Limits::default() };
    Context {
        photos: Store::below(&crate::support::folder("uploads")),
        pool: db.pool.clone(),
        clock: clock.clone(),
        mailer: Some(Mailer::with(&settings, &public_url, clock, limits, None).unwrap()),
        public_url,
        poster: Poster::default(),
    }
}

fn test_mail() -> Job {
    Job::MailTest(Addressee { email: "ada@example.org".to_owned(), name: "Ada".to_owned() })
}

async fn run(case: Case) {
    let (db, name) = (postgres::database().await, case.name);
    let sink = MailSink::start_with("127.0.0.1:0".parse().unwrap(), case.behaviour).await.unwrap();
    let context = context(&db, sink.addr().port());
    let id = enqueue(&mut db.acquire().await.unwrap(), &context.clock, &test_mail()).await.unwrap();
    let worker = start(&db, &context.clock, &context, None, Options { backoff: HASTY, ..alert() });
    let state = if case.ends.is_ok() { "done" } else { "dead" };
    let ended = reaches(&db, id, state).await;
    worker.stop().await;
    let (Ok(attempts) | Err(attempts)) = case.ends;
    assert_eq!(ended.attempts, attempts, "{name}: {:?}", ended.last_error);
    assert_eq!(sink.messages().len(), usize::from(case.ends.is_ok()), "{name}");
    if case.ends.is_err() {
        let error = ended.last_error.unwrap();
        let explained = explain(&error);
        assert!(explained.is_some(), "{name}: nothing is said about {error}");
        assert!(case.trouble.is_none() || explained == case.trouble, "{name}: {error}: {explained:?}");
    }
}

#[tokio::test]
async fn a_mail_is_taken_once_or_given_up_with_a_reason() {
    // One after the other: each has a database and a worker with its own connections.
    for case in cases() {
        run(case).await;
    }
}

#[tokio::test]
async fn nobody_there_is_tried_again_until_somebody_is() {
    let db = postgres::database().await;
    let sink = MailSink::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let addr = sink.addr();
    drop(sink);
    super::super::rig::until("nothing listens there", async || {
        tokio::net::TcpStream::connect(addr).await.is_err()
    })
    .await;
    let context = context(&db, addr.port());
    let id = enqueue(&mut db.acquire().await.unwrap(), &context.clock, &test_mail()).await.unwrap();
    let worker = start(&db, &context.clock, &context, None, Options { backoff: HASTY, ..alert() });
    let dead = reaches(&db, id, "dead").await;
    assert_eq!(dead.attempts, 5);
    assert_eq!(explain(&dead.last_error.unwrap()), Some(Trouble::Refused));
    let sink = MailSink::start(addr).await.unwrap();
    let now = context.clock.now();
    assert!(
        safeharbor::db::job::run_again(&mut db.acquire().await.unwrap(), id, now).await.unwrap(),
        "an owner runs it again"
    );
    assert_eq!(reaches(&db, id, "done").await.attempts, 1);
    worker.stop().await;
    assert_eq!(sink.messages().len(), 1);
}
