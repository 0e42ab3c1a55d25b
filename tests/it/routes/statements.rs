//! What pages cost: as many SQL statements for a large household as for a small one, and no page too heavy for a
//! phone's connection.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use uuid::Uuid;

use super::support::witness::Witness;
use super::support::{Ask, Browser, NOON, TestApp};

const LARGE: &str = include_str!("../../../benches/household.sql");
/// The most that a page weighs as it goes out; its pictures, styles and script are apart.
const PAGE_BYTES: usize = 60 * 1024;

/// How many statements a page takes.
async fn taken(witness: &Witness, browser: &mut Browser, path: &str) -> usize {
    witness.statements();
    browser.get(path).await.is(200);
    witness.statements().len()
}

/// One of each kind, as the addresses need them.
struct Ids {
    tank: Uuid,
    animal: Uuid,
    session: Uuid,
    reading: Uuid,
    care: Uuid,
    task: Uuid,
    photo: Uuid,
}

impl Ids {
    async fn of(pool: &PgPool) -> Self {
        let one = async |table: &str| -> Uuid {
            sqlx::query_scalar(AssertSqlSafe(format!(
                "select id from {table} order by created_at, id limit 1"
            )))
            .fetch_one(pool)
            .await
            .unwrap()
        };
        Self {
            tank: one("tanks").await,
            animal: one("animals").await,
            session: one("reading_sessions").await,
            reading: one("readings").await,
            care: one("care_entries").await,
            task: one("tasks").await,
            photo: one("photos").await,
        }
    }

    /// Every page that is read, by its name.
    fn pages(&self) -> BTreeMap<&'static str, String> {
        let Self { tank, animal, session, reading, care, task, photo } = self;
        BTreeMap::from([
            ("dashboard", "/".to_owned()),
            ("tanks", "/tanks".to_owned()),
            ("tanks, table", "/tanks?view=table".to_owned()),
            ("tanks, found", "/tanks?q=a".to_owned()),
            ("tanks, new", "/tanks/new".to_owned()),
            ("tank", format!("/tanks/{tank}")),
            ("tank, alerts", format!("/tanks/{tank}/alerts")),
            ("tank, edit", format!("/tanks/{tank}/edit")),
            ("tank, photos", format!("/tanks/{tank}/photos")),
            ("tank, parameters", format!("/tanks/{tank}/parameters")),
            ("tank, parameter", format!("/tanks/{tank}/parameters/ph")),
            ("tank, decommission", format!("/tanks/{tank}/decommission")),
            ("batch", format!("/tanks/{tank}/readings/new")),
            ("batch of any tank", "/readings/new".to_owned()),
            ("quick entry", "/readings/quick".to_owned()),
            ("history", format!("/tanks/{tank}/history")),
            ("history, pH", format!("/tanks/{tank}/history?parameter=ph")),
            ("charts", format!("/tanks/{tank}/charts")),
            ("charts, 1 y", format!("/tanks/{tank}/charts?range=1y&parameter=ph&parameter=temperature")),
            ("timeline", format!("/tanks/{tank}/timeline")),
            ("session", format!("/sessions/{session}")),
            ("session, edit", format!("/sessions/{session}/edit")),
            ("reading, edit", format!("/readings/{reading}/edit")),
            ("livestock", "/livestock".to_owned()),
            ("livestock, all", "/livestock?show=all".to_owned()),
            ("livestock, of a tank", format!("/livestock?tank={tank}")),
            ("livestock, found", "/livestock?q=fish".to_owned()),
            ("livestock, new", "/livestock/new".to_owned()),
            ("animal", format!("/livestock/{animal}")),
            ("animal, edit", format!("/livestock/{animal}/edit")),
            ("animal, photos", format!("/livestock/{animal}/photos")),
            ("animal, move", format!("/livestock/{animal}/move")),
            ("photo", format!("/photos/{photo}")),
            ("care, new", format!("/tanks/{tank}/care/new")),
            ("care", format!("/care/{care}")),
            ("tasks", "/tasks".to_owned()),
            ("tasks, all", "/tasks?show=all".to_owned()),
            ("task", format!("/tasks/{task}")),
            ("task, edit", format!("/tasks/{task}/edit")),
            ("task, new", "/tasks/new".to_owned()),
            ("settings", "/settings".to_owned()),
            ("settings, account", "/settings/account".to_owned()),
            ("settings, keepers", "/settings/keepers".to_owned()),
            ("settings, invites", "/settings/invites".to_owned()),
            ("settings, log", "/settings/log".to_owned()),
            ("settings, display", "/settings/display".to_owned()),
            ("settings, calendar", "/settings/calendar".to_owned()),
            ("settings, jobs", "/settings/jobs".to_owned()),
            ("settings, mail", "/settings/mail".to_owned()),
            ("settings, channels", "/settings/channels".to_owned()),
            ("settings, reminders", "/settings/reminders".to_owned()),
            ("settings, egress", "/settings/egress".to_owned()),
            ("settings, parameters", "/settings/parameters".to_owned()),
        ])
    }
}

/// A little of everything, for the small household; tasks as many as it takes for lists to say that there are more.
async fn a_little(app: &TestApp) {
    for sql in [
        "with s as (insert into reading_sessions (id, tank_id, taken_at, created_at)
                    select gen_random_uuid(), id, $1 - interval '1 hour', $1 from tanks returning id, tank_id, taken_at)
         insert into readings (id, session_id, tank_id, parameter_id, taken_at, value, entered_value, entered_unit,
                               created_at)
         select gen_random_uuid(), id, tank_id, parameter, taken_at, value, value, unit, $1
         from s, (values (1, 25, 'degC'), (2, 8.1, 'pH')) of (parameter, value, unit)",
        "insert into reading_days (tank_id, parameter_id, day, readings, min_value, min_at, max_value, max_at,
                                   last_value, last_at, any_below)
         select tank_id, parameter_id, taken_at::date, 1, value, taken_at, value, taken_at, value, $1, false
         from readings",
        "with a as (insert into animals (id, form_id, species, tank_id, quantity, acquired_at, created_at)
                    select gen_random_uuid(), gen_random_uuid(), 'Tang', id, 1, $1, $1 from tanks
                    returning id, tank_id)
         insert into animal_events (id, animal_id, kind, tank_id, to_tank_id, quantity, occurred_at, created_at)
         select gen_random_uuid(), id, 'acquired', tank_id, tank_id, 1, $1, $1 from a",
        "insert into care_entries (id, tank_id, kind, done_at, amount, unit, created_at, updated_at)
         select gen_random_uuid(), id, 'water_change', $1, 10, 'percent', $1, $1 from tanks",
        "insert into tasks (id, tank_id, title, recurrence, every, due_time, starts_on, next_due_on, next_due_at,
                            created_at, updated_at)
         select gen_random_uuid(), id, 'Duty', 'days', 7, '10:00', $1::date, $1::date, $1 - interval '2 hours', $1, $1
         from tanks, generate_series(1, 30)",
        "insert into photos (id, form_id, place, tank_id, animal_id, width, height, thumb_width, thumb_height, created_at)
         select gen_random_uuid(), gen_random_uuid(), 0, id, null, 800, 600, 400, 300, $1 from tanks
         union all
         select gen_random_uuid(), gen_random_uuid(), 0, null, id, 800, 600, 400, 300, $1 from animals",
    ] {
        let now = jiff_sqlx::ToSqlx::to_sqlx(app.clock.now());
        sqlx::query(sql).bind(now).execute(&app.database.pool).await.unwrap();
    }
}

#[tokio::test]
async fn pages_take_as_many_statements_however_much_there_is_and_stay_light() {
    let witness = Witness::new();
    let app = TestApp::anonymous().await;
    let keeper = app.owner().await;
    // With one tank alone, a page that asks for which one leads on.
    for name in ["Reef", "Nano"] {
        app.tank(keeper, name, "reef_sw").await;
    }
    let mut browser = app.signed_in(keeper).await;
    a_little(&app).await;
    let ids = Ids::of(&app.database.pool).await;
    let counted = tracing::subscriber::set_default(registry().with(witness.clone()));
    // What is read once in the life of a process does not belong to a page.
    browser.get("/").await.is(200);
    let mut small = BTreeMap::new();
    for (name, path) in ids.pages() {
        small.insert(name, taken(&witness, &mut browser, &path).await);
    }
    assert!(small.values().all(|count| *count > 0), "statements are not told: {small:?}");

    let mut script = app.database.pool.acquire().await.unwrap();
    sqlx::query("select set_config('household.now', $1, false)")
        .bind(NOON)
        .execute(&mut *script)
        .await
        .unwrap();
    sqlx::raw_sql(LARGE).execute(&mut *script).await.unwrap();
    drop(script);
    let mut wrong = Vec::new();
    for (name, path) in ids.pages() {
        let count = taken(&witness, &mut browser, &path).await;
        if count != small[name] {
            wrong.push(format!("{name}: {count} statements, {} for a small household", small[name]));
        }
        let packed = browser.send(Ask::get(&path).header("accept-encoding", "gzip")).await;
        let bytes = packed.bytes;
        if bytes > PAGE_BYTES {
            wrong.push(format!("{name}: {bytes} bytes"));
        }
    }
    drop(counted);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
