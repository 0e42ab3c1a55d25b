//! What keepers are told of their accounts, through a real SMTP conversation.

use std::time::Duration;

use jiff::SignedDuration;
use safeharbor::db::invite::{self, Made, NewInvite};
use safeharbor::db::keeper::{self, NewKeeper};
use safeharbor::db::token::{self, Subject};
use safeharbor::domain::id::{InviteId, KeeperId};
use safeharbor::domain::keeper::Role;
use safeharbor::http::cookies;
use safeharbor::jobs::job::{EmailWas, ForEmailChange, ForInvite, SecondFactorTold};
use safeharbor::jobs::post::Poster;
use safeharbor::jobs::worker::Options;
use safeharbor::jobs::{Context, Job, enqueue};
use safeharbor::photos::Store;
use safeharbor::settings::MailTls;
use safeharbor::stage::mailsink::{Behaviour, MailSink};
use safeharbor::system::clock::Clock;
use uuid::Uuid;

use super::mail::{mailer, public_url, settings};
use super::rig::{HASTY, alert, reaches, start};
use crate::support::postgres::{self, Database};

const SOON: Duration = Duration::from_mins(1);

async fn add(db: &Database, clock: &Clock, email: &str) -> KeeperId {
    let new = NewKeeper {
        id: clock.uuid(),
        email,
        display_name: "Ben",
        password_hash: "none",
        unit_system: "metric",
        created_at: clock.now(),
    };
    let mut connection = db.acquire().await.unwrap();
    keeper::create(&mut connection, &new, Role::Owner).await.unwrap();
    KeeperId(new.id)
}

/// A request for another address, as its form leaves it.
async fn request(db: &Database, clock: &Clock, keeper: KeeperId, email: &str) -> Uuid {
    let (id, now) = (clock.uuid(), clock.now());
    let until = now.checked_add(SignedDuration::from_hours(24)).unwrap();
    let hash = cookies::hash(&clock.token());
    let mut connection = db.acquire().await.unwrap();
    token::create(&mut connection, id, Subject::Email(keeper, email), &hash, now, until).await.unwrap();
    let asked = ForEmailChange { email: email.to_owned(), request: id };
    enqueue(&mut connection, clock, &Job::EmailChange(asked)).await.unwrap()
}

/// An invite, as its form leaves it.
async fn invitation(db: &Database, clock: &Clock, by: KeeperId, email: &str) -> Uuid {
    let (id, now) = (InviteId(clock.uuid()), clock.now());
    let until = now.checked_add(SignedDuration::from_hours(24)).unwrap();
    let new = NewInvite { id, email, role: Role::Keeper, by, created_at: now, expires_at: until };
    let mut connection = db.acquire().await.unwrap();
    assert_eq!(invite::create(&mut connection, &new).await.unwrap(), Made::Done);
    enqueue(&mut connection, clock, &Job::Invite(ForInvite { invite: id })).await.unwrap()
}

#[tokio::test]
async fn what_keepers_are_told_of_their_accounts() {
    let (db, clock) = (postgres::database().await, Clock::system());
    let sink = MailSink::start_with("127.0.0.1:0".parse().unwrap(), Behaviour::default()).await.unwrap();
    let context = Context {
        photos: Store::below(&crate::support::folder("uploads")),
        pool: db.pool.clone(),
        clock: clock.clone(),
        public_url: public_url(),
        mailer: Some(mailer(&settings(&sink, MailTls::None))),
        poster: Poster::default(),
    };
    let ben = add(&db, &clock, "ben@example.org").await;
    add(&db, &clock, "ana@example.org").await;
    let taken = request(&db, &clock, ben, "ana@example.org").await;
    let open = request(&db, &clock, ben, "ben@example.net").await;
    let off = SecondFactorTold { keeper: ben, on: false, by: "Ana, an owner of the log".to_owned() };
    let was = EmailWas {
        email: "old@example.org".to_owned(),
        name: "Ben".to_owned(),
        now: "ben@example.net".to_owned(),
    };
    let mut jobs = vec![taken, open, invitation(&db, &clock, ben, "ana@example.org").await];
    for job in [Job::SecondFactor(off), Job::EmailChanged(was)] {
        jobs.push(enqueue(&mut db.acquire().await.unwrap(), &clock, &job).await.unwrap());
    }
    let worker = start(&db, &clock, &context, None, Options { backoff: HASTY, ..alert() });
    let to = async |whom: &str| sink.wait_for(SOON, |mail| mail.to == [whom]).await.unwrap();
    let (confirm, told, changed) =
        (to("ben@example.net").await, to("ben@example.org").await, to("old@example.org").await);
    for job in jobs {
        reaches(&db, job, "done").await;
    }
    worker.stop().await;
    // None to the address that somebody has, neither to confirm it nor to register with it.
    assert_eq!(sink.messages().len(), 3);
    for kind in ["text/plain", "text/html"] {
        let confirm = confirm.part(kind).unwrap();
        let (_, secret) = confirm.split_once("https://tank.example.org:8443/email/").unwrap();
        let hash = cookies::hash(secret.get(..43).unwrap());
        let mut connection = db.acquire().await.unwrap();
        let asked = token::new_email_by_secret(&mut connection, &hash, clock.now()).await.unwrap().unwrap();
        assert_eq!((asked.keeper, asked.email.as_str()), (ben, "ben@example.net"));
        let told = told.part(kind).unwrap();
        assert!(told.contains("turned off") && told.contains("Ana, an owner of the log"), "{told}");
        assert!(changed.part(kind).unwrap().contains("ben@example.net"));
    }
}
