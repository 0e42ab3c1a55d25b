//! The measured household: one owner who is signed in, one reef tank, and its readings over two years.

use anyhow::{Context as _, Result};
use safeharbor::db;
use safeharbor::domain::cursor::{Cursor, Toward};
use safeharbor::http::cookies::Credential;
use safeharbor::http::session;
use safeharbor::system::clock::Clock;
use secrecy::SecretString;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

pub(crate) struct Household {
    pub(crate) tank: Uuid,
    /// The session's cookie as a `Cookie` line.
    pub(crate) cookie: String,
}

/// Migrates, and creates the owner, the session and the tank.
pub(crate) async fn household(url: &SecretString) -> Result<Household> {
    let clock = Clock::system();
    db::migrate::run(&db::pool::for_migrations(url)?, |_| {}).await?;
    let mut connection = db::pool::one(url, "bench").await?;
    let mut tx = connection.begin().await?;
    let (keeper, tank, now) = (clock.uuid(), clock.uuid(), clock.now());
    let owner = db::keeper::NewKeeper {
        id: keeper,
        email: "bench@example.org",
        display_name: "Bench",
        password_hash: "none",
        unit_system: "metric",
        created_at: now,
    };
    db::keeper::create_first_owner(&mut tx, &owner).await?;
    let credential = Credential::new(clock.uuid(), clock.token());
    let new = db::session::NewSession {
        id: credential.id,
        keeper_id: keeper,
        secret_hash: &credential.hash(),
        created_at: now,
        expires_at: now + session::IDLE,
        addr: None,
        user_agent: None,
    };
    db::session::create(&mut tx, &new).await?;
    sqlx::query(
        "insert into tanks (id, form_id, name, profile_key, timezone, created_at, created_by)
         values ($1, $1, 'Reef', 'reef_sw', 'Europe/Berlin', now() - interval '2 years', $2)",
    )
    .bind(tank)
    .bind(keeper)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into tank_parameters (tank_id, parameter_id, position)
         select $1, r.parameter_id, p.position
         from profile_ranges r join parameters p on p.id = r.parameter_id where r.profile_key = 'reef_sw'",
    )
    .bind(tank)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Household { tank, cookie: format!("__Host-sh={}", credential.value()) })
}

/// Replaces the tank's readings by `count` of them, evenly over the last two years.
pub(crate) async fn readings(url: &SecretString, household: &Household, count: u32) -> Result<()> {
    let mut connection: PgConnection = db::pool::one(url, "bench").await?;
    for statement in ["delete from reading_days", "delete from readings", "delete from reading_sessions"] {
        sqlx::query(statement).execute(&mut connection).await.context(statement)?;
    }
    sqlx::query(
        "with tracked as (
           select t.parameter_id, r.ok_high, coalesce(r.ok_low, 0) as ok_low, p.canonical_unit,
                  count(*) over () as n
           from tank_parameters t
           join parameters p on p.id = t.parameter_id
           join profile_ranges r on r.parameter_id = t.parameter_id and r.profile_key = 'reef_sw'
           where t.tank_id = $1),
         made as (
           insert into reading_sessions (id, tank_id, taken_at, created_at)
           select gen_random_uuid(), $1,
                  now() - interval '1 hour' - i * (interval '730 days' / ceil($2::float8 / (select max(n) from tracked))),
                  now()
           from generate_series(0, ceil($2::float8 / (select max(n) from tracked))::int - 1) as i
           returning id, taken_at)
         insert into readings (id, session_id, tank_id, parameter_id, taken_at, value, entered_value,
                               entered_unit, created_at)
         select gen_random_uuid(), made.id, $1, parameter_id, taken_at, v.value, v.value, canonical_unit, now()
         from made cross join tracked,
              lateral (select round((ok_low + (ok_high - ok_low) * (0.5 + 0.45 * sin(
                         extract(epoch from taken_at)::float8 / 86400 / 9 + parameter_id))::numeric), 3) as value) v",
    )
    .bind(household.tank)
    .bind(f64::from(count))
    .execute(&mut connection)
    .await
    .context("the readings")?;
    sqlx::query(
        "insert into reading_days (tank_id, parameter_id, day, readings, min_value, min_at, max_value, max_at,
                                   last_value, last_at, any_below)
         select tank_id, parameter_id, (taken_at at time zone 'UTC')::date, count(*),
                min(value), (array_agg(taken_at order by value, taken_at))[1],
                max(value), (array_agg(taken_at order by value desc, taken_at))[1],
                (array_agg(value order by taken_at desc))[1], max(taken_at), bool_or(below)
         from readings group by 1, 2, 3",
    )
    .execute(&mut connection)
    .await
    .context("the daily roll-up")?;
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    // The aim is judged with this tank's size; the count is never quite round.
    let there: i64 = sqlx::query_scalar("select count(*) from readings").fetch_one(&mut connection).await?;
    anyhow::ensure!(there >= i64::from(count), "{there} readings were made, {count} asked for");
    Ok(connection.close().await?)
}

/// The cursor of a page with 99 of 100 readings before it.
pub(crate) async fn deep(url: &SecretString, household: &Household) -> Result<String> {
    let mut connection: PgConnection = db::pool::one(url, "bench").await?;
    let (micros, id): (i64, Uuid) = sqlx::query_as(
        "select (extract(epoch from taken_at) * 1000000)::bigint, id from readings
         where tank_id = $1 and taken_at <= now() - interval '720 days' order by taken_at desc, id desc limit 1",
    )
    .bind(household.tank)
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    let at = jiff::Timestamp::from_microsecond(micros)?;
    Ok(Cursor { toward: Toward::Older, at, id }.to_string())
}

/// Puts 39 more tanks, 2,000 animals and their tasks and care around the tank. Gives one of the animals, and the cursor
/// of a page with most of them before it.
pub(crate) async fn around(url: &SecretString) -> Result<(Uuid, String)> {
    let mut connection: PgConnection = db::pool::one(url, "bench").await?;
    sqlx::query("select set_config('household.now', now()::text, false)").execute(&mut connection).await?;
    sqlx::raw_sql(include_str!("../household.sql"))
        .execute(&mut connection)
        .await
        .context("household.sql")?;
    sqlx::query("vacuum analyze").execute(&mut connection).await?;
    let (micros, id): (i64, Uuid) = sqlx::query_as(
        "select (extract(epoch from acquired_at) * 1000000)::bigint, id from animals
         order by acquired_at, id offset 100 limit 1",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    let at = jiff::Timestamp::from_microsecond(micros)?;
    Ok((id, Cursor { toward: Toward::Older, at, id }.to_string()))
}
