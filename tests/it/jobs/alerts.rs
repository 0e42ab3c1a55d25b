//! What is raised, told and cleared about a tank, and how often.

use jiff::{SignedDuration, Timestamp};
use safeharbor::db;
use safeharbor::db::alert::Rules;
use safeharbor::db::job::Claimed;
use safeharbor::db::keeper::NewKeeper;
use safeharbor::db::tracking::Change;
use safeharbor::domain::alert::Rule;
use safeharbor::domain::id::{FormId, KeeperId, ParameterId, SessionId, TankId};
use safeharbor::domain::keeper::Role;
use safeharbor::domain::parameter::Catalogue;
use safeharbor::domain::reading::{Batch, Value};
use safeharbor::domain::tank::{Decommission, Details, NewTank};
use safeharbor::domain::zone;
use safeharbor::jobs::job::OfTank;
use safeharbor::jobs::post::Poster;
use safeharbor::jobs::worker::Handler as _;
use safeharbor::jobs::{Context, Job, alerts};
use safeharbor::photos::Store;
use safeharbor::proxy::PublicUrl;
use safeharbor::system::clock::Clock;
use sqlx::{Connection as _, Row as _};

use crate::support::postgres::{self, Database};

/// A household with a reef, and what was told so far.
struct Reef {
    db: Database,
    clock: Clock,
    owner: KeeperId,
    catalogue: Catalogue,
    tank: TankId,
    context: Context,
}

impl Reef {
    async fn new() -> Self {
        let db = postgres::database().await;
        let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 1);
        let owner = KeeperId(clock.uuid());
        let mut conn = db.acquire().await.unwrap();
        let keeper = new_keeper(owner, "marina@example.org", "metric", clock.now());
        assert!(db::keeper::create_first_owner(&mut conn, &keeper).await.unwrap());
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
        let id = TankId(clock.uuid());
        let tank = db::tank::create(&mut conn, id, &new, owner, clock.now()).await.unwrap();
        drop(conn);
        let context = Context {
            photos: Store::below(&crate::support::folder("uploads")),
            pool: db.pool.clone(),
            clock: clock.clone(),
            public_url: PublicUrl::parse("https://tank.example.org").unwrap(),
            poster: Poster::default(),
            mailer: None,
        };
        Self { db, clock, owner, catalogue, tank, context }
    }

    fn parameter(&self, key: &str) -> ParameterId {
        self.catalogue.parameter_by_key(key).unwrap().id
    }

    /// Records a canonical value, taken so many minutes ago.
    async fn record(&self, minutes_ago: i64, key: &str, value: &str) {
        let parameter = self.catalogue.parameter_by_key(key).unwrap();
        let value = Value {
            parameter: parameter.id,
            value: value.parse().unwrap(),
            below: false,
            entered_value: value.parse().unwrap(),
            entered_unit: parameter.canonical.code.clone(),
        };
        let batch = Batch {
            session_id: SessionId(self.clock.uuid()),
            taken_at: self.clock.now() - SignedDuration::from_mins(minutes_ago),
            note: None,
            values: vec![value],
        };
        let mut conn = self.db.acquire().await.unwrap();
        db::reading::record(&mut conn, &self.clock, self.tank, &batch, self.owner).await.unwrap();
    }

    async fn run(&self, job: &Job) {
        run(&self.context, &self.clock, job).await;
    }

    async fn look(&self) {
        self.run(&Job::Alerts(OfTank { tank: self.tank })).await;
    }

    fn later(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    async fn rules(&self, tank: Rule, own: &[(&str, Rule)]) {
        let own = own.iter().map(|(key, rule)| (self.parameter(key), *rule)).collect();
        let mut tx = self.db.begin().await.unwrap();
        db::alert::save_rules(&mut tx, self.tank, &Rules { tank, own }).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What was told, in the order of time: urgency, title, lines.
    async fn told(&self) -> Vec<(String, String, Vec<String>)> {
        let rows =
            sqlx::query("select payload from jobs where kind = 'channel.message' order by created_at, id")
                .fetch_all(&self.db.pool)
                .await
                .unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        rows.iter()
            .map(|row| {
                let message = &row.get::<serde_json::Value, _>(0)["message"];
                let lines = message["lines"].as_array().unwrap();
                let lines = lines.iter().map(|line| text(&line["text"])).collect();
                (text(&message["urgency"]), text(&message["title"]), lines)
            })
            .collect()
    }

    /// The open alerts, by kind.
    async fn open(&self) -> Vec<String> {
        sqlx::query_scalar("select kind from alerts where cleared_at is null order by kind")
            .fetch_all(&self.db.pool)
            .await
            .unwrap()
    }

    /// When looks at this tank are asked for that have not been done.
    async fn asked_for(&self) -> Vec<Timestamp> {
        let rows: Vec<jiff_sqlx::Timestamp> =
            sqlx::query_scalar("select run_after from jobs where kind = 'alerts' order by run_after")
                .fetch_all(&self.db.pool)
                .await
                .unwrap();
        rows.into_iter().map(jiff_sqlx::Timestamp::to_jiff).collect()
    }
}

fn new_keeper<'a>(id: KeeperId, email: &'a str, units: &'a str, at: Timestamp) -> NewKeeper<'a> {
    NewKeeper {
        id: id.0,
        email,
        display_name: "Keeper",
        password_hash: "none",
        unit_system: units,
        created_at: at,
    }
}

async fn run(context: &Context, clock: &Clock, job: &Job) {
    let tagged = serde_json::to_value(job).unwrap();
    let claimed = Claimed {
        id: clock.uuid(),
        kind: job.kind().to_owned(),
        payload: tagged.get("payload").cloned().unwrap_or_else(|| serde_json::json!({})),
        attempt: 1,
        max_attempts: 3,
    };
    context.run(&claimed).await.unwrap();
}

const WATCH: Rule = Rule { on_watch: true, on_act: true, on_stale: true };
const NONE: Rule = Rule { on_watch: false, on_act: false, on_stale: false };

#[tokio::test]
async fn far_out_of_range_is_told_once_and_again_when_it_is_over() {
    let reef = Reef::new().await;
    reef.record(5, "nitrite", "0.5").await;
    for _ in 0..3 {
        reef.look().await;
        reef.run(&Job::AlertsOfAll).await;
    }
    let line = "Nitrite 0.5 ppm is above 0.05, measured 23 Nov 2026, 12:55";
    let first = ("now".to_owned(), format!("Reef: {line}"), vec![line.to_owned()]);
    assert_eq!(reef.told().await, std::slice::from_ref(&first));
    assert_eq!((reef.open().await, reef.asked_for().await), (vec!["act".to_owned()], vec![]));

    // Half the way back is not the end of it.
    reef.later(60);
    reef.record(0, "nitrite", "0.09").await;
    reef.look().await;
    assert_eq!((reef.told().await.len(), reef.open().await.len()), (1, 1));

    reef.later(60);
    reef.record(0, "nitrite", "0.02").await;
    reef.look().await;
    reef.look().await;
    let line = "Nitrite is OK again: 0.02 ppm, measured 23 Nov 2026, 15:00";
    let over = ("routine".to_owned(), format!("Reef: {line}"), vec![line.to_owned()]);
    assert_eq!(reef.told().await, [first, over]);
    assert!(reef.open().await.is_empty());
}

#[tokio::test]
async fn two_workers_at_once_tell_it_once() {
    let reef = Reef::new().await;
    reef.record(5, "nitrite", "0.5").await;
    let look = || {
        let (context, clock, tank) = (reef.context.clone(), reef.clock.clone(), reef.tank);
        tokio::spawn(async move { run(&context, &clock, &Job::Alerts(OfTank { tank })).await })
    };
    for task in [look(), look(), look(), look()] {
        task.await.unwrap();
    }
    assert_eq!((reef.told().await.len(), reef.open().await.len()), (1, 1));
}

#[tokio::test]
async fn a_look_that_waits_is_not_begun_before_the_change_it_is_to_see_is_committed() {
    let reef = Reef::new().await;
    let mut tx = reef.db.begin().await.unwrap();
    alerts::look(&mut tx, &reef.clock, reef.tank).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = reef.db.begin().await.unwrap();
    alerts::look(&mut tx, &reef.clock, reef.tank).await.unwrap();
    let claim = || async {
        let kinds = ["alerts".to_owned()];
        db::job::claim(&reef.db.pool, "worker", &kinds, 10, reef.clock.now(), 60.0).await.unwrap().len()
    };
    assert_eq!(claim().await, 0);
    tx.commit().await.unwrap();
    assert_eq!(claim().await, 1, "the one that waited will do");
}

#[tokio::test]
async fn leaving_the_ok_range_is_told_where_that_is_wanted_and_worse_is_told_again() {
    let reef = Reef::new().await;
    reef.record(5, "nitrite", "0.09").await;
    reef.look().await;
    assert!(reef.told().await.is_empty(), "it is not wanted unless somebody says so");
    reef.rules(Rule::default(), &[("nitrite", WATCH), ("ph", NONE)]).await;
    reef.record(5, "ph", "3").await;
    reef.look().await;
    assert_eq!(reef.open().await, ["watch"]);
    reef.later(20);
    reef.record(0, "nitrite", "0.5").await;
    reef.look().await;
    assert_eq!(reef.open().await, ["act"]);
    let urgencies: Vec<_> = reef.told().await.into_iter().map(|(urgency, ..)| urgency).collect();
    assert_eq!(urgencies, ["soon", "now"]);
}

#[tokio::test]
async fn what_grows_old_is_found_by_the_round_over_all_tanks() {
    let reef = Reef::new().await;
    reef.record(0, "kh", "9").await;
    reef.run(&Job::AlertsOfAll).await;
    assert!(reef.asked_for().await.is_empty(), "nothing is to be done");
    reef.later(31 * 24 * 60);
    reef.run(&Job::AlertsOfAll).await;
    assert_eq!(reef.asked_for().await.len(), 1);
    reef.look().await;
    let line = "KH not measured for 31 days, last on 23 Nov 2026, 13:00";
    assert_eq!(reef.told().await, [("routine".to_owned(), format!("Reef: {line}"), vec![line.to_owned()])]);
    reef.record(0, "kh", "9").await;
    reef.later(15);
    reef.look().await;
    assert!(reef.told().await[1].1.contains("KH is OK again: 9 dKH"));
}

#[tokio::test]
async fn an_old_reading_entered_late_raises_nothing() {
    let reef = Reef::new().await;
    reef.record(0, "nitrite", "0.01").await;
    reef.record(60 * 24, "nitrite", "3").await;
    reef.look().await;
    assert!(reef.told().await.is_empty() && reef.open().await.is_empty());
}

#[tokio::test]
async fn what_is_no_longer_tracked_or_in_use_ends_quietly() {
    let reef = Reef::new().await;
    reef.record(5, "nitrite", "0.5").await;
    reef.record(5, "ph", "3").await;
    reef.look().await;
    assert_eq!(reef.open().await, ["act", "act"]);
    let mut conn = reef.db.acquire().await.unwrap();
    let change = Change { remove: vec![reef.parameter("nitrite")], ..Change::default() };
    assert!(db::tracking::change(&mut conn, reef.tank, &change).await.unwrap());
    reef.later(20);
    reef.look().await;
    assert_eq!(reef.open().await, ["act"]);
    let how = Decommission {
        form_id: FormId(reef.clock.uuid()),
        on: jiff::civil::date(2026, 11, 23),
        reason: None,
    };
    db::tank::decommission(&mut conn, reef.tank, &how, reef.owner, reef.clock.now()).await.unwrap();
    reef.run(&Job::AlertsOfAll).await;
    assert_eq!(reef.asked_for().await.len(), 1, "the round finds it too");
    reef.look().await;
    assert!(reef.open().await.is_empty());
    assert_eq!(reef.told().await.len(), 1);
}

#[tokio::test]
async fn a_storm_is_one_message_and_one_at_the_end_of_the_quarter() {
    let reef = Reef::new().await;
    reef.rules(WATCH, &[]).await;
    let keys = ["nitrite", "ammonia", "ph", "nitrate", "phosphate"];
    for (key, round) in keys.into_iter().zip(1..) {
        for value in ["0.001", "7.9", "7.95", "7.9"] {
            reef.record(0, key, value).await;
            reef.look().await;
            reef.clock.advance(SignedDuration::from_secs(30));
        }
        assert_eq!(reef.told().await.len(), usize::from(round > 0), "{key}");
    }
    let [first] = reef.told().await.try_into().unwrap();
    assert_eq!(first.2.len(), 1);
    let quarter: Vec<_> = reef.asked_for().await;
    assert_eq!(quarter.len(), 1, "one look at the end, however many there were before");
    reef.later(15);
    assert!(quarter[0] <= reef.clock.now());
    reef.look().await;
    let told = reef.told().await;
    assert_eq!((told.len(), told[1].2.len()), (2, 4));
    assert_eq!(told[1].1, "Reef: 4 values ask for attention");
}

#[tokio::test]
async fn each_keeper_reads_it_in_their_own_units_and_dates() {
    let reef = Reef::new().await;
    let mut conn = reef.db.acquire().await.unwrap();
    for (email, active) in [("ada@example.org", true), ("gone@example.org", false)] {
        let id = KeeperId(reef.clock.uuid());
        db::keeper::create(&mut conn, &new_keeper(id, email, "imperial", reef.clock.now()), Role::Keeper)
            .await
            .unwrap();
        sqlx::query("update keepers set date_format = 'month_first', active = $2 where id = $1")
            .bind(id.0)
            .bind(active)
            .execute(&reef.db.pool)
            .await
            .unwrap();
    }
    reef.record(0, "temperature", "32").await;
    // The unit that was last used at the tank comes before the keeper's system; nobody used one here.
    sqlx::query("update tank_parameters set unit_code = null").execute(&reef.db.pool).await.unwrap();
    reef.look().await;
    let mut lines: Vec<_> = reef.told().await.into_iter().flat_map(|(.., lines)| lines).collect();
    lines.sort();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("Temperature 32.0 °C is above "), "{lines:?}");
    assert!(lines[0].ends_with("measured 23 Nov 2026, 13:00"), "{lines:?}");
    assert!(lines[1].starts_with("Temperature 89.6 °F is above "), "{lines:?}");
    assert!(lines[1].ends_with("measured Nov 23, 2026, 1:00 PM"), "{lines:?}");
}

#[tokio::test]
async fn what_somebody_has_seen_is_not_told_unless_it_grows_worse() {
    let reef = Reef::new().await;
    reef.rules(WATCH, &[]).await;
    reef.record(0, "ph", "3").await;
    reef.look().await;
    reef.record(0, "nitrite", "0.09").await;
    reef.look().await;
    let mut conn = reef.db.acquire().await.unwrap();
    let nitrite = db::alert::open(&mut conn, reef.tank).await.unwrap();
    let nitrite = nitrite.iter().find(|alert| alert.parameter == reef.parameter("nitrite")).unwrap().id;
    let by = Some((reef.owner, reef.clock.now()));
    assert_eq!(db::alert::acknowledge(&mut conn, nitrite, by).await.unwrap(), Some(reef.tank));
    reef.later(20);
    reef.look().await;
    assert_eq!(reef.told().await.len(), 1);
    reef.record(0, "nitrite", "0.5").await;
    reef.look().await;
    assert_eq!(reef.told().await.len(), 2);
}

#[tokio::test]
async fn a_tank_that_comes_with_its_past_is_settled_silently() {
    let reef = Reef::new().await;
    reef.record(5, "nitrite", "0.5").await;
    let mut conn = reef.db.acquire().await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    alerts::settle(&mut tx, &reef.clock, &reef.catalogue, reef.tank).await.unwrap();
    tx.commit().await.unwrap();
    reef.run(&Job::AlertsOfAll).await;
    reef.look().await;
    assert!(reef.told().await.is_empty() && reef.asked_for().await.is_empty());
    assert_eq!(reef.open().await, ["act"]);
}
