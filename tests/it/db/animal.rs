use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use safeharbor::db;
use safeharbor::db::animal::{ChangeError, Done, Filter, Import, Imported};
use safeharbor::domain::animal::event::{Event, Kind, What};
use safeharbor::domain::animal::history::History;
use safeharbor::domain::animal::{Facts, NewAnimal};
use safeharbor::domain::cursor::{Cursor, Page, Toward};
use safeharbor::domain::id::{AnimalEventId, AnimalId, FormId, TankId};

use super::household::{Household, at};

const CAME: &str = "2026-11-01T10:00:00Z";

async fn group(household: &Household, tank: TankId, species: &str, quantity: u32) -> AnimalId {
    let facts =
        Facts { name: None, species: species.to_owned(), scientific_name: None, sex: None, notes: None };
    let new = NewAnimal {
        form_id: FormId(household.clock.uuid()),
        facts,
        quantity,
        tank,
        acquired_at: at(CAME),
        note: None,
    };
    let mut db = household.connection().await;
    db::animal::create(&mut db, &household.clock, &new, household.owner).await.unwrap().unwrap()
}

fn event(household: &Household, hours: i64, what: What) -> Event {
    Event {
        id: AnimalEventId(household.clock.uuid()),
        at: at(CAME) + SignedDuration::from_hours(hours),
        entered_at: household.clock.now(),
        what,
        note: None,
    }
}

async fn record(household: &Household, animal: AnimalId, event: Event) -> Result<Done, ChangeError> {
    let mut db = household.connection().await;
    db::animal::record(&mut db, &household.clock, animal, event, household.owner).await
}

/// Species, kind, whether it arrived, how many, and the other tank.
type Told = (String, Kind, bool, Option<i32>, Option<String>);

/// Whether everything that is kept beside the events is what follows from them.
async fn what_is_kept_follows(household: &Household) {
    let mut db = household.connection().await;
    let ids: Vec<AnimalId> = sqlx::query_scalar!("select id from animals where deleted_at is null")
        .fetch_all(&mut *db)
        .await
        .unwrap()
        .into_iter()
        .map(AnimalId)
        .collect();
    for id in ids {
        let logged = db::animal::events(&mut db, id).await.unwrap();
        let history = History::of(logged.iter().map(|logged| logged.event.clone()).collect()).unwrap();
        assert_eq!(history.faults(), [], "{id}");
        let animal = db::animal::find(&mut db, id).await.unwrap().unwrap();
        let standing = history.standing();
        assert_eq!(
            (animal.tank.id, animal.count, animal.acquired_at, animal.ended_at),
            (standing.place, i32::try_from(standing.count).unwrap(), standing.acquired_at, standing.ended_at)
        );
        for logged in logged {
            assert_eq!(logged.tank.id, history.find(logged.event.id).unwrap().1.tank);
        }
    }
}

#[tokio::test]
async fn only_as_many_die_as_there_are_however_many_say_so_at_once() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let animal = group(&household, tank, "Guppy", 5).await;
    let outcomes = join_all((0..20).map(|_| {
        let event = event(&household, 1, What::Died { quantity: 1 });
        record(&household, animal, event)
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(Done::New))).count(), 5);
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, Err(ChangeError::Impossible(_))));
    assert_eq!(refused.count(), 15);
    what_is_kept_follows(&household).await;
}

#[tokio::test]
async fn no_animal_is_lost_or_made_by_splits_corrections_and_undoing_at_once() {
    let household = Household::new().await;
    let (one, other) = (household.tank().await, household.tank().await);
    let animal = group(&household, one, "Guppy", 100).await;
    let splits: Vec<Event> = (1..=8)
        .map(|number| {
            let into = AnimalId(household.clock.uuid());
            event(&household, i64::from(number), What::Split { to: other, quantity: number, into })
        })
        .collect();
    for outcome in join_all(splits.iter().map(|split| record(&household, animal, split.clone()))).await {
        assert_eq!(outcome.unwrap(), Done::New);
    }
    what_is_kept_follows(&household).await;
    // Each split is corrected, removed and put back by one hand, while something happens to its group by another.
    let work = splits.iter().map(|split| {
        let household = &household;
        async move {
            let mut db = household.connection().await;
            let (clock, owner) = (&household.clock, household.owner);
            let more = Event { what: split.what.of(9), ..split.clone() };
            let id = clock.uuid().into();
            db::animal::correct(&mut db, clock, animal, id, None, &more, owner).await.unwrap();
            match db::animal::remove(&mut db, clock, animal, split.id, owner).await {
                Ok(revision) => {
                    assert_eq!(
                        db::animal::undo(&mut db, clock, animal, revision, owner).await.unwrap(),
                        Done::New
                    );
                }
                Err(ChangeError::GroupLives(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
    let lives = splits.iter().map(|split| {
        let household = &household;
        async move {
            let group = split.what.group().unwrap();
            match record(household, group, event(household, 20, What::Rehomed { quantity: 1 })).await {
                Ok(_) | Err(ChangeError::NoAnimal) => {}
                Err(error) => panic!("{error}"),
            }
        }
    });
    tokio::join!(join_all(work), join_all(lives));
    what_is_kept_follows(&household).await;
    let row = sqlx::query!(
        r#"select (select sum(quantity) from animals where deleted_at is null) as "there!",
                  (select coalesce(sum(quantity), 0) from animal_events where kind = 'rehomed') as "rehomed!""#
    )
    .fetch_one(&household.database.pool)
    .await
    .unwrap();
    assert_eq!(row.there + row.rehomed, 100);
}

#[tokio::test]
async fn a_move_and_the_end_of_a_tank_do_not_pass_each_other() {
    let household = Household::new().await;
    let (one, other) = (household.tank().await, household.tank().await);
    let animal = group(&household, one, "Guppy", 5).await;
    let mut taking_down = household.database.pool.begin().await.unwrap();
    sqlx::query!("update tanks set decommissioned_on = '2026-11-22' where id = $1", other.0)
        .execute(&mut *taking_down)
        .await
        .unwrap();
    let moving = record(&household, animal, event(&household, 1, What::Moved { to: other }));
    let (moved, ()) = tokio::join!(moving, async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        taking_down.commit().await.unwrap();
    });
    assert!(matches!(moved, Err(ChangeError::TankGone)), "{moved:?}");
}

#[tokio::test]
async fn a_tank_tells_what_happened_to_its_animals() {
    let household = Household::new().await;
    let (reef, nano) = (household.tank().await, household.tank().await);
    sqlx::query!("update tanks set name = 'Nano' where id = $1", nano.0)
        .execute(&household.database.pool)
        .await
        .unwrap();
    let guppies = group(&household, reef, "Guppy", 10).await;
    let tetras = group(&household, nano, "Tetra", 3).await;
    let into = AnimalId(household.clock.uuid());
    for (animal, hours, what) in [
        (guppies, 1, What::Died { quantity: 1 }),
        (guppies, 2, What::Split { to: nano, quantity: 4, into }),
        (guppies, 3, What::Moved { to: nano }),
        (guppies, 4, What::Died { quantity: 5 }),
        (tetras, 5, What::Moved { to: reef }),
    ] {
        record(&household, animal, event(&household, hours, what)).await.unwrap();
    }
    let mistake = group(&household, reef, "Mistake", 1).await;
    let mut db = household.connection().await;
    db::animal::delete(&mut db, &household.clock, mistake, household.owner).await.unwrap();
    let told = |events: &[db::animal::TankEvent]| -> Vec<Told> {
        let tell = |event: &db::animal::TankEvent| {
            (event.species.clone(), event.kind, event.arrived, event.quantity, event.other_tank.clone())
        };
        events.iter().map(tell).collect()
    };
    let (from, until) = (at(CAME), at(CAME) + SignedDuration::from_hours(24));
    let of_reef = db::animal::of_tank_in(&mut db, reef, from, until, 100).await.unwrap();
    let row = |species: &str, kind, arrived, quantity, other: Option<&str>| {
        (species.to_owned(), kind, arrived, quantity, other.map(str::to_owned))
    };
    assert_eq!(
        told(&of_reef),
        [
            row("Tetra", Kind::Moved, true, None, Some("Nano")),
            row("Guppy", Kind::Moved, false, None, Some("Nano")),
            row("Guppy", Kind::Moved, false, Some(4), Some("Nano")),
            row("Guppy", Kind::Died, false, Some(1), None),
            row("Guppy", Kind::Acquired, false, Some(10), None),
        ]
    );
    assert_eq!(of_reef[0].by.as_deref(), Some("Marina"));
    let of_nano = db::animal::of_tank_in(&mut db, nano, from, until, 100).await.unwrap();
    assert_eq!(
        told(&of_nano),
        [
            row("Tetra", Kind::Moved, false, None, Some("Reef")),
            row("Guppy", Kind::Died, false, Some(5), None),
            row("Guppy", Kind::Moved, true, None, Some("Reef")),
            row("Guppy", Kind::Acquired, false, Some(4), Some("Reef")),
            row("Tetra", Kind::Acquired, false, Some(3), None),
        ]
    );
    // The window takes its beginning and leaves its end.
    let hour = |hours| from + SignedDuration::from_hours(hours);
    let some = db::animal::of_tank_in(&mut db, reef, hour(1), hour(3), 100).await.unwrap();
    assert_eq!(some, of_reef[2..4]);
    assert_eq!(db::animal::of_tank_in(&mut db, reef, from, until, 2).await.unwrap(), of_reef[..2]);

    // Page by page it is the same, forward and back.
    let place = |event: &db::animal::TankEvent| (event.occurred_at, event.id.0);
    let mut all = Vec::new();
    let mut cursor: Option<Cursor> = None;
    loop {
        let rows = db::animal::of_tank(&mut db, reef, cursor, 3).await.unwrap();
        let page = Page::new(rows, 2, cursor, place);
        all.extend(page.rows);
        cursor = page.older;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(all, of_reef);
    let last = all.last().unwrap();
    let back = Cursor { toward: Toward::Newer, at: last.occurred_at, id: last.id.0 };
    let newer = db::animal::of_tank(&mut db, reef, Some(back), 3).await.unwrap();
    assert_eq!(Page::new(newer, 2, Some(back), place).rows, of_reef[2..4]);
}

#[tokio::test]
async fn a_hasty_second_form_of_another_animal_changes_nothing() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let (one, other) = (group(&household, tank, "Guppy", 5).await, group(&household, tank, "Tetra", 5).await);
    let event = event(&household, 1, What::Died { quantity: 1 });
    let outcomes = join_all([one, other].map(|animal| record(&household, animal, event.clone()))).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(Done::New))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(ChangeError::OtherUse))).count(), 1);
    what_is_kept_follows(&household).await;
    let nowhere = AnimalId(household.clock.uuid());
    assert!(matches!(record(&household, nowhere, event).await, Err(ChangeError::NoAnimal)));
}

#[tokio::test]
async fn the_schema_itself_refuses_what_makes_no_sense() {
    let household = Household::new().await;
    let tank = household.tank().await;
    group(&household, tank, "Guppy", 5).await;
    for wrong in [
        "update animals set quantity = -1",
        "update animals set quantity = 0",
        "update animals set ended_at = now()",
        "update animals set species = ''",
        "update animals set sex = 'both'",
        "update animal_events set kind = 'eaten'",
        "update animal_events set kind = 'died'",
        "update animal_events set quantity = 0",
        "update animal_events set quantity = null",
        "update animal_events set to_tank_id = null",
        "update animal_events set kind = 'note', to_tank_id = null, quantity = null",
        "update animal_events set split_into = animal_id",
        "update animal_events set note = repeat('x', 513)",
        "insert into animal_events select gen_random_uuid(), animal_id, kind, tank_id, to_tank_id, quantity, split_into,
                                          occurred_at, note, recorded_by, created_at from animal_events",
        "insert into animal_event_revisions (id, animal_id, event_id, change, changed_at)
         select gen_random_uuid(), id, id, 'removed', now() from animals",
    ] {
        let refused = sqlx::query(wrong).execute(&household.database.pool).await.unwrap_err();
        let code = refused.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap().into_owned();
        assert!(code.starts_with("23"), "{code}: {wrong}");
    }
}

#[tokio::test]
async fn a_list_of_thousands_costs_what_a_short_one_does() {
    let household = Household::new().await;
    let tank = household.tank().await;
    sqlx::query(
        "insert into animals (id, form_id, species, tank_id, quantity, acquired_at, created_at)
         select gen_random_uuid(), gen_random_uuid(), 'Fish ' || n, $1, 2, now() - n * interval '1 hour', now()
         from generate_series(1, 20000) n",
    )
    .bind(tank.0)
    .execute(&household.database.pool)
    .await
    .unwrap();
    sqlx::query("analyze animals").execute(&household.database.pool).await.unwrap();
    let mut db = household.connection().await;
    // A plan, not a stopwatch: the page is read off the index, and no more of it than is shown.
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select id from animals where deleted_at is null and quantity > 0
         order by acquired_at desc, id desc limit 51",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    assert!(plan.iter().any(|line| line.contains("Index") && line.contains("animals_in_order")), "{plan:?}");
    let page = db::animal::list(&mut db, &Filter::default(), None, 50).await.unwrap();
    assert_eq!((page.rows.len(), page.newer.is_none(), page.older.is_some()), (50, true, true));
    let stock = db::animal::stock(&mut db, tank, 12).await.unwrap();
    assert_eq!((stock.records, stock.animals, stock.first.len()), (20_000, 40_000, 12));
    let newest: Vec<Timestamp> = page.rows.iter().map(|row| row.acquired_at).collect();
    assert!(newest.is_sorted_by(|one, next| one >= next));
}

#[tokio::test]
async fn the_predecessors_animals_come_as_they_were() {
    let household = Household::new().await;
    let (one, other) = (household.tank().await, household.tank().await);
    let facts = Facts {
        name: Some("Nemo".to_owned()),
        species: "Clownfish".to_owned(),
        scientific_name: None,
        sex: None,
        notes: None,
    };
    // A death before they came, a move to where they were, an event in the future: all of it was taken there.
    let events = [
        event(&household, 0, What::Acquired { tank: one, quantity: 3 }),
        event(&household, -5, What::Died { quantity: 1 }),
        event(&household, 2, What::Moved { to: one }),
        event(&household, 3, What::Moved { to: other }),
        event(&household, 9_000, What::Health),
    ];
    let events =
        events.map(|event| (Event { note: Some("as it was".to_owned()), ..event }, Some(household.owner)));
    let id = AnimalId(household.clock.uuid());
    let (created_at, created_by) = (at(CAME), None);
    let animal = Imported { id, facts: facts.clone(), events: events.to_vec(), created_at, created_by };
    let mut db = household.connection().await;
    assert_eq!(db::animal::import(&mut db, &animal).await.unwrap(), Import::Stored(1));
    assert_eq!(db::animal::import(&mut db, &animal).await.unwrap(), Import::AlreadyThere);
    let found = db::animal::find(&mut db, id).await.unwrap().unwrap();
    assert_eq!((found.facts, found.tank.id, found.count), (facts.clone(), other, 2));
    assert_eq!((found.acquired_at, found.ended_at), (at(CAME), None));
    let mut logged = db::animal::events(&mut db, id).await.unwrap();
    logged.sort_by_key(|logged| logged.event.at);
    let mut told: Vec<_> = events.iter().map(|(event, _)| event.clone()).collect();
    told.sort_by_key(|event| event.at);
    assert_eq!(logged.iter().map(|logged| logged.event.clone()).collect::<Vec<_>>(), told);
    assert_eq!(logged.iter().map(|logged| logged.tank.id).collect::<Vec<_>>(), [one, one, one, one, other]);

    // Gone from the beginning, and never come at all.
    let id = AnimalId(household.clock.uuid());
    let gone = [
        event(&household, 0, What::Acquired { tank: one, quantity: 3 }),
        event(&household, 1, What::Died { quantity: 3 }),
    ];
    let gone = gone.map(|event| (event, None)).to_vec();
    let animal = Imported { id, facts: facts.clone(), events: gone, created_at, created_by };
    assert_eq!(db::animal::import(&mut db, &animal).await.unwrap(), Import::Stored(0));
    let found = db::animal::find(&mut db, id).await.unwrap().unwrap();
    assert_eq!((found.count, found.ended_at), (0, Some(at(CAME) + SignedDuration::from_hours(1))));
    let never = Imported { id: AnimalId(household.clock.uuid()), events: Vec::new(), ..animal };
    assert_eq!(db::animal::import(&mut db, &never).await.unwrap(), Import::NeverCame);
}
