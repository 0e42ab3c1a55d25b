//! Reminders: once a keeper and day, whoever looks and whatever becomes of workers, clocks and Redis.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use safeharbor::db::job::Claimed;
use safeharbor::db::keeper::NewKeeper;
use safeharbor::db::{self, reminder};
use safeharbor::domain::channel::{Kind, check};
use safeharbor::domain::id::{ChannelId, KeeperId, TaskId};
use safeharbor::domain::keeper::Role;
use safeharbor::domain::reminder::Plan;
use safeharbor::domain::task::{NewTask, Rule, Schedule};
use safeharbor::domain::zone;
use safeharbor::jobs::post::Poster;
use safeharbor::jobs::worker::{Handler as _, Options};
use safeharbor::jobs::{Context, Job};
use safeharbor::mail::Mailer;
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::settings::{MailSettings, MailTls};
use safeharbor::stage::mailsink::{Behaviour, MailSink};
use safeharbor::system::clock::Clock;

use super::rig::{HASTY, alert, start, until};
use crate::support::postgres::{self, Database};
use crate::support::redis;

const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Australia/Lord_Howe"];

struct Home {
    db: Database,
    clock: Clock,
    sink: MailSink,
    context: Context,
}

impl Home {
    /// A household whose worker's mails arrive in a sink.
    async fn new(now: &str) -> Self {
        let (db, clock) = (postgres::database().await, Clock::fixed(now.parse().unwrap(), 1));
        let sink = MailSink::start_with("127.0.0.1:0".parse().unwrap(), Behaviour::default()).await.unwrap();
        let settings = MailSettings {
            host: "localhost".to_owned(),
            port: sink.addr().port(),
            tls: MailTls::None,
            user: None,
            password: None,
            from: "Safe Harbor <harbor@example.org>".to_owned(),
        };
        let public_url = PublicUrl::parse("https://tank.example.org").unwrap();
        let mailer = Mailer::new(&settings, &public_url, clock.clone()).unwrap();
        let context = Context {
            photos: Store::below(&crate::support::folder("uploads")),
            pool: db.pool.clone(),
            clock: clock.clone(),
            public_url,
            poster: Poster::default(),
            mailer: Some(mailer),
        };
        Self { db, clock, sink, context }
    }

    /// A keeper who is reminded at that hour in this zone.
    async fn keeper(&self, name: &str, at: &str, zone: &str) -> KeeperId {
        let email = format!("{name}@example.org");
        let keeper = NewKeeper {
            id: self.clock.uuid(),
            email: &email,
            display_name: name,
            password_hash: "x",
            unit_system: "metric",
            created_at: self.clock.now(),
        };
        let mut db = self.db.acquire().await.unwrap();
        db::keeper::create(&mut db, &keeper, Role::Keeper).await.unwrap();
        let keeper = KeeperId(keeper.id);
        let plan = Plan { at: at.parse().unwrap(), ..Plan::usual(zone::parse(zone).unwrap()) };
        let day = plan.reached(self.clock.now()).yesterday().unwrap();
        reminder::save(&mut db, keeper, &plan, day).await.unwrap();
        keeper
    }

    /// Changes a keeper's plan, and nothing of what was seen to.
    async fn replan(&self, keeper: KeeperId, change: impl FnOnce(Plan) -> Plan) {
        let mut db = self.db.acquire().await.unwrap();
        let planned = reminder::find(&mut db, keeper).await.unwrap().unwrap();
        reminder::save(&mut db, keeper, &change(planned.plan), planned.handled_on.unwrap()).await.unwrap();
    }

    /// A daily task of the household's, due first on the day it is.
    async fn task(&self, title: &str, by: KeeperId) -> TaskId {
        let id = TaskId(self.clock.uuid());
        let today = zone::day_of(self.clock.now(), &TimeZone::UTC);
        let schedule = Schedule { rule: Rule::Days(1), starts_on: today, time: "00:00".parse().unwrap() };
        let task = NewTask { title: title.to_owned(), notes: None, schedule, care: None };
        let mut db = self.db.acquire().await.unwrap();
        db::task::create(&mut db, &TimeZone::UTC, (id, None), &task, by, self.clock.now()).await.unwrap();
        id
    }

    async fn look(&self) {
        let claimed = Claimed {
            id: self.clock.uuid(),
            kind: Job::Reminders.kind().to_owned(),
            payload: serde_json::json!({}),
            attempt: 1,
            max_attempts: 3,
        };
        self.context.run(&claimed).await.unwrap();
    }

    async fn written(&self) -> i64 {
        sqlx::query_scalar("select count(*) from jobs where kind = 'channel.message'")
            .fetch_one(&self.db.pool)
            .await
            .unwrap()
    }

    fn later(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
    }
}

/// How many mails each address got.
fn counts(sink: &MailSink) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mail in sink.messages() {
        *counts.entry(mail.to.join(",")).or_insert(0) += 1;
    }
    counts
}

#[tokio::test]
async fn a_hundred_at_eight_in_mixed_zones_with_two_workers_while_redis_is_flushed() {
    // Each keeper's eight o'clock comes within the next day; the clock goes through it in steps of half an hour.
    let home = Home::new("2026-11-30T00:00:00Z").await;
    let mut owner = None;
    for number in 0..100 {
        owner = Some(home.keeper(&format!("keeper{number}"), "08:00", ZONES[number % ZONES.len()]).await);
    }
    home.task("Feed", owner.unwrap()).await;
    // What lies behind is seen to.
    let mut db = home.db.acquire().await.unwrap();
    for planned in reminder::enabled(&mut db).await.unwrap() {
        let today = planned.plan.reached(home.clock.now());
        reminder::save(&mut db, planned.keeper, &planned.plan, today).await.unwrap();
    }
    drop(db);
    let plumbing = redis::own().await;
    let options = || Options { backoff: HASTY, ..alert() };
    let workers =
        [1, 2].map(|_| start(&home.db, &home.clock, &home.context, Some(&plumbing.url()), options()));
    let client = ::redis::Client::open(plumbing.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    for step in 0..48 {
        let key = safeharbor::jobs::reminders::slot(home.clock.now());
        until("both have looked", async || {
            let state: Option<String> = sqlx::query_scalar("select state from jobs where once_key = $1")
                .bind(&key)
                .fetch_optional(&home.db.pool)
                .await
                .unwrap();
            state.as_deref() == Some("done")
        })
        .await;
        if step % 5 == 0 {
            let _flushed: () = ::redis::cmd("FLUSHALL").query_async(&mut connection).await.unwrap();
        }
        home.clock.advance(SignedDuration::from_mins(30));
    }
    until("all is sent", async || {
        let left: i64 = sqlx::query_scalar(
            "select count(*) from jobs where kind = 'channel.message' and state <> 'done'",
        )
        .fetch_one(&home.db.pool)
        .await
        .unwrap();
        left == 0
    })
    .await;
    for worker in workers {
        worker.stop().await;
    }
    let counts = counts(&home.sink);
    assert_eq!(counts.len(), 100, "{counts:?}");
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

#[tokio::test]
async fn many_who_look_at_once_write_one() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.task("Feed", ana).await;
    futures_util::future::join_all((0..8).map(|_| home.look())).await;
    assert_eq!(home.written().await, 1);
    // An hour or a day back, nothing comes again; the next day it does.
    for hours in [-1, -24, 25] {
        home.later(hours);
        home.look().await;
        assert_eq!(home.written().await, 1, "{hours}");
    }
    home.later(24);
    home.look().await;
    assert_eq!(home.written().await, 2);
}

#[tokio::test]
async fn after_three_days_without_a_worker_there_is_one() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.task("Feed", ana).await;
    home.look().await;
    home.later(3 * 24 + 2);
    for _ in 0..3 {
        home.look().await;
    }
    assert_eq!(home.written().await, 2);
}

#[tokio::test]
async fn nobody_is_told_who_does_not_want_it() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    sqlx::query("update keepers set role = 'owner'").execute(&home.db.pool).await.unwrap();
    home.keeper("ben", "08:00", "Europe/Berlin").await;
    home.keeper("cleo", "08:00", "Europe/Berlin").await;
    home.keeper("dan", "10:00", "Europe/Berlin").await;
    home.look().await;
    assert_eq!(home.written().await, 0, "nothing is due");
    home.later(24);
    home.task("Feed", ana).await;
    for sql in [
        "update keepers set active = false where display_name = 'cleo'",
        "update reminder_preferences set enabled = false
         where keeper_id = (select id from keepers where display_name = 'ben')",
        "update channels set reminders = false where id = (select id from keepers where display_name = 'ana')",
    ] {
        sqlx::query(sql).execute(&home.db.pool).await.unwrap();
    }
    home.look().await;
    assert_eq!(home.written().await, 0);
    home.later(2);
    home.look().await;
    assert_eq!(home.written().await, 1, "dan's hour has come");
}

#[tokio::test]
async fn once_only_and_what_is_put_off_or_taken_down_stays_away() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.replan(ana, |plan| Plan { again: false, digest: false, ..plan }).await;
    home.task("Feed", ana).await;
    let put_off = home.task("Test", ana).await;
    home.task("Rest", ana).await;
    sqlx::query("update tasks set paused_at = now() where title = 'Rest'")
        .execute(&home.db.pool)
        .await
        .unwrap();
    sqlx::query("update tasks set snoozed_until = $2, next_due_at = $2 where id = $1")
        .bind(put_off.0)
        .bind(jiff_sqlx::ToSqlx::to_sqlx(home.clock.now() + SignedDuration::from_hours(27)))
        .execute(&home.db.pool)
        .await
        .unwrap();
    home.look().await;
    assert_eq!(home.written().await, 1);
    // What was told is not told again; what was put off until a later hour of this day is told in the morning.
    for _ in 0..2 {
        home.later(24);
        home.look().await;
        assert_eq!(home.written().await, 2);
    }
    // Something was done with it: it is another matter the next time.
    sqlx::query("update tasks set turn = turn + 1 where title = 'Feed'")
        .execute(&home.db.pool)
        .await
        .unwrap();
    home.later(24);
    home.look().await;
    assert_eq!(home.written().await, 3);
}

#[tokio::test]
async fn who_was_told_of_a_hundred_hears_of_the_others() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.replan(ana, |plan| Plan { again: false, ..plan }).await;
    for number in 0..103 {
        home.task(&format!("Feed {number}"), ana).await;
    }
    for told in [100_i64, 103, 103] {
        home.look().await;
        let known: i64 =
            sqlx::query_scalar("select count(*) from reminders_told").fetch_one(&home.db.pool).await.unwrap();
        assert_eq!(known, told);
        home.later(24);
    }
    assert_eq!(home.written().await, 2);
}

#[tokio::test]
async fn a_zone_that_no_longer_exists_counts_as_utc() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.task("Feed", ana).await;
    sqlx::query("update reminder_preferences set zone = 'Europe/Atlantis'")
        .execute(&home.db.pool)
        .await
        .unwrap();
    home.look().await;
    assert_eq!(home.written().await, 0, "in UTC it is not eight yet");
    home.later(1);
    home.look().await;
    home.look().await;
    assert_eq!(home.written().await, 1);
}

#[tokio::test]
async fn the_mail_holds_links_that_no_row_holds() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.task("Feed <b>", ana).await;
    let worker = start(&home.db, &home.clock, &home.context, None, Options { backoff: HASTY, ..alert() });
    let mail = home.sink.wait_for(Duration::from_mins(1), |_| true).await.unwrap();
    worker.stop().await;
    assert_eq!(mail.header("Subject").as_deref(), Some("Feed <b> is due today"));
    let text = mail.part("text/plain").unwrap();
    assert!(text.contains("Done: https://tank.example.org/do/"), "{text}");
    assert!(text.contains("Put off until tomorrow: https://tank.example.org/do/"), "{text}");
    let html = mail.part("text/html").unwrap();
    assert!(html.contains("href=\"https://tank.example.org/do/") && !html.contains("<b>"), "{html}");
    let rows: Vec<String> =
        sqlx::query_scalar("select payload::text from jobs").fetch_all(&home.db.pool).await.unwrap();
    assert!(rows.iter().all(|row| !row.contains("/do/")), "{rows:?}");
}

#[tokio::test]
async fn each_channel_that_wants_reminders_is_told_once() {
    let home = Home::new("2026-11-30T07:00:00Z").await;
    let ana = home.keeper("ana", "08:00", "Europe/Berlin").await;
    home.task("Feed", ana).await;
    let mut db = home.db.acquire().await.unwrap();
    for (topic, ticks) in [("both", "reminders"), ("alerts", "alerts")] {
        let target = format!("https://ntfy.sh/{topic}");
        let get = |name: &str| match name {
            "target" => target.as_str(),
            name if name == ticks => "1",
            _ => "",
        };
        let details = check(Kind::Ntfy, get, &db::egress::list(&mut db).await.unwrap()).unwrap();
        let id = ChannelId(home.clock.uuid());
        let now = home.clock.now();
        db::channel::own::create(&mut db, ana, (id, Kind::Ntfy), &details, None, now).await.unwrap();
    }
    drop(db);
    home.look().await;
    home.look().await;
    assert_eq!(home.written().await, 2, "by mail and to one topic");
}
