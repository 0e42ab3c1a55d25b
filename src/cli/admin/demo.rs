//! `admin demo`: three tanks, measured over two years, so that somebody can look around before they measure anything.

use std::io::Write;

use anyhow::{Context as _, Result, bail};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection as _, PgConnection};

use crate::db;
use crate::db::keeper::NewKeeper;
use crate::demo::{self, DemoAnimal, DemoEvent, DemoSession, DemoTank};
use crate::domain::animal::event::{Event, What};
use crate::domain::animal::{Facts, NewAnimal};
use crate::domain::care::Entry;
use crate::domain::id::{AnimalEventId, CareId, FormId, KeeperId, TankId, TaskId};
use crate::domain::parameter::Catalogue;
use crate::domain::reading::{self, Batch, BatchForm, Enterable, Row};
use crate::domain::tank::{Details, NewTank, Volume};
use crate::domain::task::{NewTask, Schedule};
use crate::domain::zone;
use crate::http::password::Hasher;
use crate::jobs;
use crate::system::clock::Clock;

/// The owner of a household that has none.
const EMAIL: &str = "demo@example.org";

/// Fills the household, all of it or nothing. Where there is no keeper yet, one is made, whose password is printed.
///
/// # Errors
/// When there are tanks and `add` is not asked for, the zone is none, or the database fails.
pub async fn run(
    db: &mut PgConnection,
    clock: &Clock,
    zone: &str,
    add: bool,
    out: &mut dyn Write,
) -> Result<()> {
    let zone = zone::parse(zone).with_context(|| format!("DEFAULT_TZ is {zone:?}"))?;
    let now = clock.now();
    let catalogue = db::parameter::catalogue(db).await?;
    let mut tx = db.begin().await?;
    let (tanks, owner) = db::demo::begin(&mut tx).await?;
    if tanks && !add {
        bail!("there are tanks already; with --add the demonstration's come beside them");
    }
    let (owner, password) = if let Some(owner) = owner {
        (owner, None)
    } else {
        let (owner, password) = make_owner(&mut tx, clock).await?;
        (owner, Some(password))
    };
    let today = zone::day_of(now, &zone);
    let mut readings = 0;
    for demo in demo::tanks(today) {
        let tank = make_tank(&mut tx, clock, &demo, &zone, owner).await?;
        for session in &demo.sessions {
            let batch = batch(session, &catalogue, clock, &zone, now)
                .with_context(|| format!("{}, {}", demo.name, session.at))?;
            readings += batch.values.len();
            let clock = soon_after(batch.taken_at, clock);
            db::reading::record(&mut tx, &clock, tank, &batch, owner).await?;
        }
        for care in &demo.care {
            let done_at = care.at.to_zoned(zone.clone())?.timestamp();
            let note = (!care.note.is_empty()).then(|| care.note.to_owned());
            let entry = Entry { what: care.what.clone(), done_at, note };
            db::care::record(&mut tx, tank, CareId(clock.uuid()), &entry, owner, done_at).await?;
        }
        for duty in &demo.tasks {
            let schedule = Schedule { rule: duty.rule, starts_on: duty.starts_on, time: duty.time };
            let new =
                NewTask { title: duty.title.to_owned(), notes: None, schedule, care: duty.care.clone() };
            db::task::create(&mut tx, &zone, (TaskId(clock.uuid()), Some(tank)), &new, owner, now).await?;
        }
        for animal in &demo.animals {
            stock(&mut tx, clock, animal, tank, &zone, owner).await?;
        }
        // What is out of range belongs to the picture: nobody is told of it.
        jobs::alerts::settle(&mut tx, clock, &catalogue, tank).await?;
    }
    tx.commit().await?;
    writeln!(out, "three tanks with {readings} readings over two years are there")
        .context("standard output")?;
    if let Some(password) = password {
        writeln!(out, "sign in as {EMAIL} with the password {password}").context("standard output")?;
    }
    Ok(())
}

async fn make_owner(tx: &mut PgConnection, clock: &Clock) -> Result<(KeeperId, String)> {
    let password = clock.token().chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>();
    let password_hash = Hasher::default().hash(password.clone()).await?;
    let id = clock.uuid();
    let new = NewKeeper {
        id,
        email: EMAIL,
        display_name: "Demo",
        password_hash: &password_hash,
        unit_system: "metric",
        created_at: clock.now(),
    };
    if !db::keeper::create_first_owner(tx, &new).await? {
        bail!("there are keepers but no owner: the demonstration has nobody to belong to");
    }
    Ok((KeeperId(id), password))
}

async fn make_tank(
    tx: &mut PgConnection,
    clock: &Clock,
    demo: &DemoTank,
    zone: &TimeZone,
    owner: KeeperId,
) -> Result<TankId> {
    let (amount, unit) = demo.volume;
    let new = NewTank {
        form_id: FormId(clock.uuid()),
        details: Details {
            name: demo.name.to_owned(),
            profile: demo.profile.to_owned(),
            volume: Some(Volume { value: amount.into(), unit }),
            zone: zone.clone(),
            set_up_on: Some(demo.set_up_on),
            substrate: Some(demo.substrate.to_owned()),
            notes: Some(demo.notes.to_owned()),
        },
    };
    let born = demo.set_up_on.to_zoned(zone.clone())?.timestamp();
    let tank = db::tank::create(tx, TankId(clock.uuid()), &new, owner, born).await?;
    db::demo::track(tx, tank, demo.also, demo.not).await?;
    Ok(tank)
}

/// Puts an animal into its tank, with what happened to it since.
async fn stock(
    tx: &mut PgConnection,
    clock: &Clock,
    demo: &DemoAnimal,
    tank: TankId,
    zone: &TimeZone,
    owner: KeeperId,
) -> Result<()> {
    let words = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let at = |local: DateTime| anyhow::Ok(local.to_zoned(zone.clone())?.timestamp());
    let acquired_at = at(demo.at)?;
    let new = NewAnimal {
        form_id: FormId(clock.uuid()),
        facts: Facts {
            name: words(demo.name),
            species: demo.species.to_owned(),
            scientific_name: words(demo.latin),
            sex: None,
            notes: None,
        },
        quantity: demo.quantity,
        tank,
        acquired_at,
        note: None,
    };
    let id = db::animal::create(tx, &soon_after(acquired_at, clock), &new, owner).await?;
    let id = id.context("an animal's form was used before")?;
    for (local, what, note) in &demo.events {
        let clock = soon_after(at(*local)?, clock);
        let what = match *what {
            DemoEvent::Added(quantity) => What::Added { quantity },
            DemoEvent::Died(quantity) => What::Died { quantity },
            DemoEvent::Rehomed(quantity) => What::Rehomed { quantity },
            DemoEvent::Note => What::Note,
            DemoEvent::Health => What::Health,
        };
        let event = Event {
            id: AnimalEventId(clock.uuid()),
            at: at(*local)?,
            entered_at: clock.now(),
            what,
            note: words(note),
        };
        db::animal::record(tx, &clock, id, event, owner).await?;
    }
    Ok(())
}

/// A session as the batch form would have brought it: checked by the same rules.
fn batch(
    session: &DemoSession,
    catalogue: &Catalogue,
    clock: &Clock,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Batch> {
    let enterable: Vec<_> =
        catalogue.parameters().iter().map(|parameter| Enterable { parameter, last: None }).collect();
    let row = |(key, value, unit): &(&str, String, &str)| Row {
        key: (*key).to_owned(),
        value: value.clone(),
        unit: (*unit).to_owned(),
    };
    let form = BatchForm {
        session_id: clock.uuid().to_string(),
        taken_at: session.at.strftime("%Y-%m-%dT%H:%M").to_string(),
        note: session.note.to_owned(),
        rows: session.values.iter().map(row).collect(),
        confirmed: Vec::new(),
    };
    reading::check(&form, &enterable, zone, now)
        .map_err(|rejection| anyhow::anyhow!("the readings are refused: {rejection:?}"))
}

/// A clock at which somebody types what they have just measured.
fn soon_after(taken_at: Timestamp, clock: &Clock) -> Clock {
    let mut seed = [0; 8];
    clock.fill(&mut seed);
    let at = taken_at.saturating_add(SignedDuration::from_mins(3)).unwrap_or(taken_at);
    Clock::fixed(at, u64::from_be_bytes(seed))
}
