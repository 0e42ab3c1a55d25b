//! A worker that is killed in the middle of each kind of job, and another one that comes after it.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use safeharbor::db;
use safeharbor::db::invite::NewInvite;
use safeharbor::db::token::{self, Subject};
use safeharbor::domain::channel::{Kind, check};
use safeharbor::domain::egress::Allowed;
use safeharbor::domain::id::{ChannelId, FormId, InviteId, SessionId, TankId};
use safeharbor::domain::keeper::Role;
use safeharbor::domain::message::{Message, Purpose, Urgency};
use safeharbor::domain::reading::{Batch, Value};
use safeharbor::domain::tank::{Details, NewTank};
use safeharbor::domain::zone;
use safeharbor::jobs::Job;
use safeharbor::jobs::job::{
    Addressee, EmailWas, ForAddress, ForEmailChange, ForInvite, ForKeeper, KINDS, OfTank, SecondFactorTold,
    ToChannel,
};
use safeharbor::stage::mailsink::Behaviour;
use safeharbor::stage::postgres::PrivatePostgres;
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use super::super::rig::{expire_leases, reaches, status, until};
use super::place::{OWNER, Place, SOON, template};
use crate::support::{postgres, redis};

/// When a worker that sends something is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The other side has all of it and has not answered.
    BeforeTheAnswer,
    /// The other side has said that it took it, and that is not committed: the one moment that costs a second one.
    BeforeTheCommit,
}

#[tokio::test]
async fn every_kind_of_job_is_done_once_though_its_worker_is_killed() {
    let server = postgres::own().await;
    template(&server).await;
    for kind in KINDS {
        match kind {
            "mail.welcome"
            | "mail.test"
            | "mail.invite"
            | "mail.reset"
            | "mail.password_changed"
            | "mail.second_factor"
            | "mail.email_change"
            | "mail.email_changed" => {
                mail(&server, kind, Moment::BeforeTheAnswer).await;
                mail(&server, kind, Moment::BeforeTheCommit).await;
            }
            "channel.message" => {
                webhook(&server, Moment::BeforeTheAnswer).await;
                webhook(&server, Moment::BeforeTheCommit).await;
            }
            "housekeeping" => housekeeping(&server).await,
            "alerts" => alerts(&server, false).await,
            "alerts.all" => alerts(&server, true).await,
            "reminders" => reminders(&server).await,
            kind => {
                panic!("no scenario for jobs of the kind {kind}: what is right when their worker is killed?")
            }
        }
    }
}

async fn place(server: &PrivatePostgres) -> Place {
    Place::new(server, &redis::server().await.url()).await
}

async fn mail_job(place: &Place, kind: &str) -> Job {
    let to = Addressee { email: "ada@example.org".to_owned(), name: "Ada".to_owned() };
    match kind {
        "mail.welcome" => Job::Welcome(to),
        "mail.test" => Job::MailTest(to),
        "mail.reset" => Job::Reset(ForAddress { email: OWNER.to_owned() }),
        "mail.password_changed" => Job::PasswordChanged(ForKeeper { keeper: place.owner }),
        "mail.second_factor" => {
            Job::SecondFactor(SecondFactorTold { keeper: place.owner, on: true, by: String::new() })
        }
        "mail.email_changed" => {
            Job::EmailChanged(EmailWas { email: to.email, name: to.name, now: OWNER.to_owned() })
        }
        "mail.email_change" => {
            let (request, now) = (place.clock.uuid(), place.clock.now());
            let subject = Subject::Email(place.owner, "ada@example.org");
            let until = now + SignedDuration::from_hours(1);
            let mut tx = place.pool.begin().await.unwrap();
            token::create(&mut tx, request, subject, &[7; 32], now, until).await.unwrap();
            tx.commit().await.unwrap();
            Job::EmailChange(ForEmailChange { email: to.email, request })
        }
        _ => {
            let (id, now) = (InviteId(place.clock.uuid()), place.clock.now());
            let invite = NewInvite {
                id,
                email: "ada@example.org",
                role: Role::Keeper,
                by: place.owner,
                created_at: now,
                expires_at: now + SignedDuration::from_hours(1),
            };
            let mut tx = place.pool.begin().await.unwrap();
            db::invite::create(&mut tx, &invite).await.unwrap();
            tx.commit().await.unwrap();
            Job::Invite(ForInvite { invite: id })
        }
    }
}

/// Keeps the job's row from being written to.
async fn lock(place: &Place, id: Uuid) -> Transaction<'static, Postgres> {
    let mut tx = place.pool.begin().await.unwrap();
    sqlx::query("select from jobs where id = $1 for update").bind(id).execute(&mut *tx).await.unwrap();
    tx
}

/// What is left by a killed worker is taken up by another one, as if the minute of the lease were over.
async fn taken_up(place: &Place, id: Uuid) {
    assert_eq!(status(&place.pool, id).await.state, "running");
    expire_leases(&place.pool).await;
    let mut second = place.worker().await;
    reaches(&place.pool, id, "done").await;
    second.stop().await.unwrap();
}

async fn mail(server: &PrivatePostgres, kind: &str, moment: Moment) {
    let place = place(server).await;
    let hold = Arc::new(Semaphore::new(0));
    place.sink.behave(Behaviour { hold: Some(hold.clone()), ..Behaviour::default() });
    let job = mail_job(&place, kind).await;
    let id = place.enqueue(&job).await;
    let mut first = place.worker().await;
    place.sink.offered(SOON, 1).await.unwrap();
    if moment == Moment::BeforeTheCommit {
        let locked = lock(&place, id).await;
        hold.add_permits(1);
        place.sink.wait_for(SOON, |_| true).await.unwrap();
        place.held_up("sent_at").await;
        place.kill(&mut first).await;
        locked.rollback().await.unwrap();
    } else {
        place.kill(&mut first).await;
    }
    place.sink.behave(Behaviour::default());
    taken_up(&place, id).await;
    let mails = place.sink.messages();
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("Message-ID").unwrap()).collect();
    let expected = vec![format!("<{id}@localhost>"); if moment == Moment::BeforeTheCommit { 2 } else { 1 }];
    assert_eq!(ids, expected, "{kind}, {moment:?}");
    let sent = place.count("select count(*) from jobs where sent_at is not null and state = 'done'").await;
    assert_eq!(sent, 1, "{kind}, {moment:?}");
}

/// A web server that answers with a permit, and counts what came and what it has answered.
struct Receiver {
    port: u16,
    came: watch::Receiver<usize>,
    answered: Arc<Mutex<Vec<String>>>,
    permits: Arc<Semaphore>,
}

impl Receiver {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (count, came) = watch::channel(0);
        let (answered, permits) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Semaphore::new(0)));
        let (kept, needed): (Arc<Mutex<Vec<String>>>, _) = (answered.clone(), permits.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (kept, needed, count) = (kept.clone(), needed.clone(), count.clone());
                tokio::spawn(async move {
                    let (mut text, mut buffer) = (String::new(), [0; 4_096]);
                    // The body is an object: it ends with what the outermost brace ends with.
                    while !text.ends_with('}') {
                        let read = stream.read(&mut buffer).await.unwrap();
                        assert!(read > 0, "hung up in {text}");
                        text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
                    }
                    count.send_modify(|count| *count += 1);
                    let permit = needed.acquire().await.unwrap();
                    let name = text.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap();
                    if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.is_ok() {
                        kept.lock().unwrap().push(name.to_owned());
                    }
                    permit.forget();
                });
            }
        });
        Self { port, came, answered, permits }
    }
}

async fn webhook(server: &PrivatePostgres, moment: Moment) {
    let place = place(server).await;
    let mut receiver = Receiver::start().await;
    let mut conn = place.pool.acquire().await.unwrap();
    let entry: Allowed = "127.0.0.1".parse().unwrap();
    db::egress::add(&mut conn, &entry, place.owner, place.clock.now()).await.unwrap();
    let allowed = db::egress::list(&mut conn).await.unwrap();
    let target = format!("http://127.0.0.1:{}/hook", receiver.port);
    let details = check(Kind::Webhook, |name| if name == "target" { &target } else { "" }, &allowed).unwrap();
    let channel = ChannelId(place.clock.uuid());
    let secret = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let (name, now) = ((channel, Kind::Webhook), place.clock.now());
    db::channel::own::create(&mut conn, place.owner, name, &details, Some(secret), now).await.unwrap();
    drop(conn);
    let message = Message {
        purpose: Purpose::Alert,
        urgency: Urgency::Now,
        title: "pH is low".to_owned(),
        lines: Vec::new(),
        path: "/".to_owned(),
    };
    let id = place.enqueue(&Job::ToChannel(ToChannel { channel, message })).await;
    let mut first = place.worker().await;
    tokio::time::timeout(SOON, receiver.came.wait_for(|count| *count == 1)).await.unwrap().unwrap();
    if moment == Moment::BeforeTheCommit {
        let locked = lock(&place, id).await;
        receiver.permits.add_permits(1);
        place.held_up("sent_at").await;
        place.kill(&mut first).await;
        locked.rollback().await.unwrap();
    } else {
        place.kill(&mut first).await;
        // What the first worker asked is never answered: nobody listens.
    }
    receiver.permits.add_permits(100);
    taken_up(&place, id).await;
    let mut names = receiver.answered.lock().unwrap().clone();
    if moment == Moment::BeforeTheAnswer {
        // The held answer may have been written to the closed connection; the receiver had the message then.
        names.dedup();
        assert!(*receiver.came.borrow() == 2, "begun by both");
    }
    let expected = vec![id.to_string(); if moment == Moment::BeforeTheCommit { 2 } else { 1 }];
    assert_eq!(names, expected, "{moment:?}");
    assert_eq!(place.count("select count(*) from jobs where sent_at is not null").await, 1);
}

async fn housekeeping(server: &PrivatePostgres) {
    let place = place(server).await;
    let old = place.clock.now() - SignedDuration::from_hours(24 * 50);
    db::worker::beat(&place.pool, "gone", old, old).await.unwrap();
    for age in ["50 days", "50 days", "1 day"] {
        sqlx::query(AssertSqlSafe(format!(
            "insert into jobs (id, kind, payload, state, run_after, created_at, finished_at)
             values (gen_random_uuid(), 'old', '{{}}', 'done', now() - interval '{age}', now(), now() - interval '{age}')"
        )))
        .execute(&place.pool)
        .await
        .unwrap();
    }
    let mut locked = place.pool.begin().await.unwrap();
    sqlx::query("select from jobs where kind = 'old' for update").execute(&mut *locked).await.unwrap();
    let id = place.enqueue(&Job::Housekeeping).await;
    let mut first = place.worker().await;
    place.held_up("delete from jobs").await;
    place.kill(&mut first).await;
    locked.rollback().await.unwrap();
    assert_eq!(
        place.count("select count(*) from jobs where kind = 'old'").await,
        3,
        "the bite is whole or not at all"
    );
    taken_up(&place, id).await;
    assert_eq!(place.count("select count(*) from jobs where kind = 'old'").await, 1);
    assert_eq!(place.count("select count(*) from workers where id = 'gone'").await, 0);
}

/// A tank whose nitrite is far too high.
async fn reef(place: &Place) -> TankId {
    let (clock, mut conn) = (&place.clock, place.pool.acquire().await.unwrap());
    let catalogue = db::parameter::catalogue(&mut conn).await.unwrap();
    let details = Details {
        name: "Reef".to_owned(),
        profile: "reef_sw".to_owned(),
        volume: None,
        zone: zone::parse("Europe/Berlin").unwrap(),
        set_up_on: None,
        substrate: None,
        notes: None,
    };
    let new = NewTank { form_id: FormId(clock.uuid()), details };
    let tank = TankId(clock.uuid());
    let tank = db::tank::create(&mut conn, tank, &new, place.owner, clock.now()).await.unwrap();
    let nitrite = catalogue.parameter_by_key("nitrite").unwrap();
    let value = Value {
        parameter: nitrite.id,
        value: "0.5".parse().unwrap(),
        below: false,
        entered_value: "0.5".parse().unwrap(),
        entered_unit: nitrite.canonical.code.clone(),
    };
    let batch = Batch {
        session_id: SessionId(clock.uuid()),
        taken_at: clock.now() - SignedDuration::from_mins(5),
        note: None,
        values: vec![value],
    };
    db::reading::record(&mut conn, clock, tank, &batch, place.owner).await.unwrap();
    tank
}

/// What the job has written is done by a third worker, and the owner is told once.
async fn told_once(place: &Place, job: &Job) {
    let mut third = place.worker().await;
    place.sink.wait_for(SOON, |mail| mail.to == [OWNER]).await.unwrap();
    until("nothing is left to do", async || {
        place.count("select count(*) from jobs where state in ('waiting', 'running')").await == 0
    })
    .await;
    third.stop().await.unwrap();
    assert_eq!(place.sink.messages().len(), 1, "{job:?}");
    assert_eq!(place.count("select count(*) from jobs where kind = 'channel.message'").await, 1, "{job:?}");
}

/// The look at one tank is cut off when what is raised is written and nobody is told yet, the look at all of them when
/// it reads what is wanted.
async fn alerts(server: &PrivatePostgres, all: bool) {
    let place = place(server).await;
    let tank = reef(&place).await;
    let job = if all { Job::AlertsOfAll } else { Job::Alerts(OfTank { tank }) };
    let table = if all { "alert_rules" } else { "channels" };
    let mut locked = place.pool.begin().await.unwrap();
    let sql = format!("lock table {table} in access exclusive mode");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *locked).await.unwrap();
    let id = place.enqueue(&job).await;
    let mut first = place.worker().await;
    place.held_up(table).await;
    place.kill(&mut first).await;
    locked.rollback().await.unwrap();
    assert_eq!(place.count("select count(*) from alerts").await, 0);
    taken_up(&place, id).await;
    told_once(&place, &job).await;
    assert_eq!(place.count("select count(*) from alerts where cleared_at is null").await, 1);
}

/// The round is cut off when the keeper's day is taken and the messages are not written yet.
async fn reminders(server: &PrivatePostgres) {
    let place = place(server).await;
    sqlx::query(
        "insert into tasks (id, title, recurrence, every, due_time, starts_on, next_due_on, next_due_at, created_by,
                            created_at, updated_at)
         values (gen_random_uuid(), 'Water change', 'days', 7, '00:00', current_date - 7, current_date - 1,
                 now() - interval '1 day', $1, now(), now())",
    )
    .bind(place.owner.0)
    .execute(&place.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into reminder_preferences (keeper_id, enabled, at, zone) values ($1, true, (now() at time zone 'UTC')::time, 'UTC')",
    )
    .bind(place.owner.0)
    .execute(&place.pool)
    .await
    .unwrap();
    let mut locked = place.pool.begin().await.unwrap();
    sqlx::query("lock table channels in access exclusive mode").execute(&mut *locked).await.unwrap();
    let id = place.enqueue(&Job::Reminders).await;
    let mut first = place.worker().await;
    place.held_up("channels").await;
    place.kill(&mut first).await;
    locked.rollback().await.unwrap();
    assert_eq!(
        place.count("select count(*) from reminder_preferences where handled_on is not null").await,
        0
    );
    taken_up(&place, id).await;
    told_once(&place, &Job::Reminders).await;
}
