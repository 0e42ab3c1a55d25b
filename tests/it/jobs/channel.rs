//! Channels that are posted to: what arrives at a server of the test's own, and what never leaves.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use safeharbor::db::{self, keeper::NewKeeper};
use safeharbor::domain::channel::{Kind, check};
use safeharbor::domain::egress::Allowed;
use safeharbor::domain::id::{ChannelId, KeeperId};
use safeharbor::domain::message::{Line, Message, Purpose, Urgency};
use safeharbor::jobs::channel::webhook::SECRET_PREFIX;
use safeharbor::jobs::job::ToChannel;
use safeharbor::jobs::post::{Limits, Poster, Resolve, system};
use safeharbor::jobs::worker::Options;
use safeharbor::jobs::{Context, Job, enqueue};
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::system::clock::Clock;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::rig::{HASTY, alert, reaches, start};
use crate::support::postgres::{self, Database};

/// A web server that says what it is told to, one answer after the other and the last again and again, and keeps
/// what it was sent.
struct Receiver {
    port: u16,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, got) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let kept: Arc<Mutex<Vec<String>>> = got.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (kept, answers) = (kept.clone(), answers.clone());
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    let answer = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(request);
                        answers.get(kept.len() - 1).or(answers.last()).cloned().unwrap()
                    };
                    if answer.is_empty() {
                        tokio::time::sleep(Duration::from_hours(1)).await;
                    }
                    // Whoever has read enough of a huge answer hangs up.
                    let _hung_up = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { port, got }
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

async fn read(stream: &mut tokio::net::TcpStream) -> String {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let count = stream.read(&mut buffer).await.unwrap();
        if count == 0 {
            return text;
        }
        read.extend_from_slice(&buffer[..count]);
    }
}

fn answer(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok")
}

struct Home {
    db: Database,
    clock: Clock,
    keeper: KeeperId,
}

impl Home {
    async fn new(allowed: &[&str]) -> Self {
        let (db, clock) = (postgres::database().await, Clock::system());
        let keeper = NewKeeper {
            id: clock.uuid(),
            email: "ada@example.org",
            display_name: "Ada",
            password_hash: "x",
            unit_system: "metric",
            created_at: clock.now(),
        };
        let mut connection = db.acquire().await.unwrap();
        assert!(db::keeper::create_first_owner(&mut connection, &keeper).await.unwrap());
        let keeper = KeeperId(keeper.id);
        for entry in allowed {
            let entry: Allowed = entry.parse().unwrap();
            db::egress::add(&mut connection, &entry, keeper, clock.now()).await.unwrap();
        }
        Self { db, clock, keeper }
    }

    async fn channel(&self, kind: Kind, target: &str, secret: Option<&str>) -> ChannelId {
        let mut db = self.db.acquire().await.unwrap();
        let mut allowed = db::egress::list(&mut db).await.unwrap();
        // As if an owner had taken it back since.
        allowed.0.extend(["localhost", "127.0.0.1"].map(|entry| entry.parse().unwrap()));
        let details = check(kind, |name| if name == "target" { target } else { "" }, &allowed).unwrap();
        let id = ChannelId(self.clock.uuid());
        let now = self.clock.now();
        db::channel::own::create(&mut db, self.keeper, (id, kind), &details, secret, now).await.unwrap();
        id
    }

    /// Tells the channel something and answers how the job ended: its id, state, attempts, and last error.
    async fn tell(&self, channel: ChannelId, poster: Poster) -> (Uuid, String, i32, String) {
        let message = Message {
            purpose: Purpose::Alert,
            urgency: Urgency::Now,
            title: "pH ☂ is low".to_owned(),
            lines: vec![Line {
                text: "Reef: 7.1".to_owned(),
                path: "/tanks/1".to_owned(),
                actions: Vec::new(),
            }],
            path: "/".to_owned(),
        };
        let job = Job::ToChannel(ToChannel { channel, message });
        let id = enqueue(&mut self.db.acquire().await.unwrap(), &self.clock, &job).await.unwrap();
        let context = Context {
            photos: Store::below(&crate::support::folder("uploads")),
            pool: self.db.pool.clone(),
            clock: self.clock.clone(),
            public_url: PublicUrl::parse("https://reef.example.org").unwrap(),
            mailer: None,
            poster,
        };
        let worker = start(&self.db, &self.clock, &context, None, Options { backoff: HASTY, ..alert() });
        let ended = async {
            loop {
                let status = super::rig::status(&self.db, id).await;
                if matches!(status.state.as_str(), "done" | "dead") {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_mins(1), ended).await.unwrap();
        worker.stop().await;
        (id, ended.state, ended.attempts, ended.last_error.unwrap_or_default())
    }

    async fn own(&self, channel: ChannelId) -> db::channel::own::Own {
        let mut db = self.db.acquire().await.unwrap();
        db::channel::own::find(&mut db, self.keeper, channel).await.unwrap().unwrap()
    }
}

fn hasty() -> Poster {
    let limits = Limits { all: Duration::from_millis(300), connect: Duration::from_millis(200) };
    Poster::with(limits, system(), &[])
}

#[tokio::test]
async fn a_webhook_is_signed_and_tried_again() {
    let receiver = Receiver::start(vec![answer("503 Service Unavailable"), answer("200 OK")]).await;
    let home = Home::new(&["127.0.0.1"]).await;
    let key = [7; 32];
    let secret = format!("{SECRET_PREFIX}{}", STANDARD.encode(key));
    let target = format!("http://127.0.0.1:{}/hook/s3cret?a=b", receiver.port);
    let channel = home.channel(Kind::Webhook, &target, Some(&secret)).await;
    let (id, state, attempts, _) = home.tell(channel, Poster::default()).await;
    assert_eq!((state.as_str(), attempts), ("done", 2));
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    for request in &got {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /hook/s3cret?a=b HTTP/1.1\r\n"), "{head}");
        let header = |name: &str| {
            head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
        };
        assert_eq!(header("webhook-id"), id.to_string());
        assert_eq!(header("content-type"), "application/json");
        assert_eq!(header("host"), format!("127.0.0.1:{}", receiver.port));
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{}.{body}", header("webhook-timestamp")).as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(header("webhook-signature"), format!("v1,{signature}"));
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&json["id"], &json["version"]), (&id.to_string().into(), &1.into()));
        assert_eq!((&json["purpose"], &json["urgency"]), (&"alert".into(), &"now".into()));
        assert_eq!(json["lines"][0]["url"], "https://reef.example.org/tanks/1");
        assert_eq!(json["title"], "pH ☂ is low");
    }
    let own = home.own(channel).await;
    assert!(own.last_sent_at.is_some() && own.failure.is_none());
}

#[tokio::test]
async fn ntfy_gets_json_at_its_root_and_the_token() {
    let receiver = Receiver::start(vec![answer("200 OK")]).await;
    let home = Home::new(&["127.0.0.0/8"]).await;
    let target = format!("http://127.0.0.1:{}/reef-7f3", receiver.port);
    let channel = home.channel(Kind::Ntfy, &target, Some("tk_x")).await;
    assert_eq!(home.tell(channel, Poster::default()).await.1, "done");
    let got = receiver.got().remove(0);
    assert!(
        got.starts_with("POST / HTTP/1.1\r\n") && got.contains("\r\nauthorization: Bearer tk_x\r\n"),
        "{got}"
    );
    let json: serde_json::Value = serde_json::from_str(got.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!((&json["topic"], &json["priority"]), (&"reef-7f3".into(), &5.into()));
    assert_eq!(json["click"], "https://reef.example.org/");
}

#[tokio::test]
async fn what_is_not_allowed_is_never_connected_to() {
    let receiver = Receiver::start(vec![answer("200 OK")]).await;
    let home = Home::new(&[]).await;
    for host in ["localhost", "127.0.0.1"] {
        let channel =
            home.channel(Kind::Webhook, &format!("https://{host}:{}/s3cret", receiver.port), None).await;
        let (_, state, attempts, error) = home.tell(channel, Poster::default()).await;
        assert_eq!((state.as_str(), attempts), ("dead", 1), "{error}");
        let told = home.own(channel).await.failure.unwrap().0;
        assert!(!told.contains("s3cret") && told == error, "{told}");
    }
    // A name may lead to a public address and to a private one: that is not left to chance.
    let port = receiver.port;
    let resolve: Resolve = Arc::new(move |_, _| {
        Box::pin(async move {
            Ok(vec![
                ([127, 0, 0, 1], port).into(),
                ([169, 254, 169, 254], port).into(),
                ([1, 1, 1, 1], port).into(),
            ])
        })
    });
    let secret = format!("{SECRET_PREFIX}{}", STANDARD.encode([7; 32]));
    let target = format!("https://hooks.example.org:{port}/");
    let channel = home.channel(Kind::Webhook, &target, Some(&secret)).await;
    let (.., error) = home.tell(channel, Poster::with(Limits::default(), resolve, &[])).await;
    assert!(error.contains("hooks.example.org") && error.contains("this machine itself"), "{error}");
    assert_eq!(receiver.got(), [""; 0]);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let second = Receiver::start(vec![answer("200 OK")]).await;
    let to = format!("302 Found\r\nlocation: http://127.0.0.1:{}/", second.port);
    let first = Receiver::start(vec![answer(&to)]).await;
    let home = Home::new(&["127.0.0.1"]).await;
    let channel = home.channel(Kind::Ntfy, &format!("http://127.0.0.1:{}/reef", first.port), None).await;
    let (_, state, attempts, error) = home.tell(channel, Poster::default()).await;
    assert_eq!((state.as_str(), attempts), ("dead", 1));
    assert!(error.contains("302 Found") && !error.contains("/reef"), "{error}");
    assert_eq!((first.got().len(), second.got().len()), (1, 0));
}

#[tokio::test]
async fn silence_size_and_refusal() {
    let home = Home::new(&["127.0.0.1"]).await;
    let huge = format!("HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n{}", "x".repeat(5_000_000));
    let headless = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(1_000_000));
    for (answers, state, attempts, said) in [
        (vec![huge], "done", 1, ""),
        (vec![String::new(), answer("204 No Content")], "done", 2, ""),
        (vec![headless, answer("200 OK")], "done", 2, ""),
        (vec![answer("400 Bad Request")], "dead", 1, "400 Bad Request"),
        (vec![answer("429 Too Many Requests"), answer("200 OK")], "done", 2, ""),
        (vec!["not HTTP at all\r\n\r\n".to_owned(), answer("200 OK")], "done", 2, ""),
    ] {
        let receiver = Receiver::start(answers).await;
        let channel =
            home.channel(Kind::Ntfy, &format!("http://127.0.0.1:{}/reef", receiver.port), None).await;
        let ended = home.tell(channel, hasty()).await;
        assert_eq!((ended.1.as_str(), ended.2), (state, attempts), "{}", ended.3);
        assert!(ended.3.contains(said), "{}", ended.3);
        sqlx::query("delete from channels where kind = 'ntfy'").execute(&home.db.pool).await.unwrap();
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_turns_its_channel_off() {
    let receiver = Receiver::start(vec![answer("410 Gone")]).await;
    let home = Home::new(&["127.0.0.1"]).await;
    let channel = home.channel(Kind::Ntfy, &format!("http://127.0.0.1:{}/reef", receiver.port), None).await;
    assert_eq!(home.tell(channel, Poster::default()).await.1, "dead");
    let own = home.own(channel).await;
    assert!(!own.enabled && own.failure.unwrap().0.contains("410 Gone"));
    // One that is turned off wants nothing.
    assert_eq!(home.tell(channel, Poster::default()).await.1, "done");
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn a_job_that_is_not_done_is_waited_for() {
    let home = Home::new(&["127.0.0.1"]).await;
    // Nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let channel = home.channel(Kind::Ntfy, &format!("http://127.0.0.1:{port}/reef"), None).await;
    let (id, state, attempts, error) = home.tell(channel, hasty()).await;
    assert_eq!((state.as_str(), attempts), ("dead", 12));
    assert!(error.contains("cannot be reached") && !error.contains("/reef"), "{error}");
    assert_eq!(reaches(&home.db, id, "dead").await.attempts, 12);
}
