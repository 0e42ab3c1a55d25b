use futures_util::future::join_all;
use safeharbor::db::care::{self, Change, RecordError, Recorded, Undone};
use safeharbor::domain::care::{Entry, Kind, Unit, What};
use safeharbor::domain::id::{CareId, TankId};

use super::household::{Household, at, d};

fn water(amount: &str) -> Entry {
    let what = What { amount: Some((d(amount), Unit::Percent)), ..What::bare(Kind::WaterChange) };
    Entry { what, done_at: at("2026-11-23T11:00:00Z"), note: None }
}

#[tokio::test]
async fn an_entry_is_stored_once_and_found_again() {
    let household = Household::new().await;
    let (tank, other) = (household.tank().await, household.tank().await);
    let (id, now) = (CareId(household.clock.uuid()), household.clock.now());
    let what = What {
        subject: Some("Alkalinity".to_owned()),
        amount: Some((d("5.125"), Unit::Millilitre)),
        ..What::bare(Kind::Dose)
    };
    let entry = Entry { what, done_at: at("2026-11-23T11:00:00Z"), note: Some("half".to_owned()) };
    let mut db = household.connection().await;
    let mut record = async |tank, id| care::record(&mut db, tank, id, &entry, household.owner, now).await;
    assert_eq!(record(tank, id).await.unwrap(), Recorded::New);
    assert_eq!(record(tank, id).await.unwrap(), Recorded::AlreadyThere);
    assert!(matches!(record(other, id).await, Err(RecordError::OtherTank)));
    let nowhere = TankId(household.clock.uuid());
    assert!(matches!(record(nowhere, id).await, Err(RecordError::NoTank)));
    let found = care::find(&mut db, id).await.unwrap().unwrap();
    assert_eq!((&found.entry, found.tank, found.deleted), (&entry, tank, false));
    assert_eq!(found.recorded_by.as_deref(), Some("Marina"));
    assert_eq!(care::subjects(&mut db, "dose").await.unwrap(), ["Alkalinity"]);
    assert!(care::subjects(&mut db, "feeding").await.unwrap().is_empty());
}

#[tokio::test]
async fn writers_of_one_entry_at_once_leave_a_chain_of_changes() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let (id, now) = (CareId(household.clock.uuid()), household.clock.now());
    let mut db = household.connection().await;
    care::record(&mut db, tank, id, &water("1"), household.owner, now).await.unwrap();
    let edit = async |number: usize| {
        let mut db = household.connection().await;
        let entry = water(&(number + 2).to_string());
        care::edit(&mut db, &household.clock, id, &entry, household.owner).await.unwrap().unwrap();
    };
    join_all((0..10).map(edit)).await;
    let changes = care::revisions(&mut db, id).await.unwrap();
    assert_eq!(changes.len(), 10);
    assert!(changes.iter().all(|change| change.change == Change::Edited));
    // Each begins where the one before ended: what was overwritten is all there.
    let mut amounts: Vec<_> = changes.iter().map(|change| change.before.what.amount.unwrap().0).collect();
    amounts.push(care::find(&mut db, id).await.unwrap().unwrap().entry.what.amount.unwrap().0);
    amounts.sort();
    assert_eq!(amounts, (1..=11).map(Into::into).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_the_newest_change_is_taken_back() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let (id, clock, owner) = (CareId(household.clock.uuid()), &household.clock, household.owner);
    let mut db = household.connection().await;
    care::record(&mut db, tank, id, &water("10"), owner, clock.now()).await.unwrap();
    let (_, first) = care::edit(&mut db, clock, id, &water("20"), owner).await.unwrap().unwrap();
    assert_eq!(care::edit(&mut db, clock, id, &water("20.000"), owner).await.unwrap(), Some((tank, None)));
    let (_, second) = care::delete(&mut db, clock, id, owner).await.unwrap().unwrap();
    assert_eq!(care::delete(&mut db, clock, id, owner).await.unwrap(), Some((tank, second)));
    assert_eq!(care::edit(&mut db, clock, id, &water("30"), owner).await.unwrap(), None);
    let mut undo = async |revision| care::undo(&mut db, clock, id, revision, owner).await.unwrap();
    assert_eq!(undo(first.unwrap()).await, Some(Undone::TooLate(tank)));
    assert_eq!(undo(second).await, Some(Undone::Now(tank)));
    assert_eq!(undo(second).await, Some(Undone::Now(tank)));
    assert_eq!(undo(clock.uuid()).await, Some(Undone::TooLate(tank)));
    let found = care::find(&mut db, id).await.unwrap().unwrap();
    assert_eq!((found.entry, found.deleted), (water("20"), false));
    let nothing = CareId(clock.uuid());
    assert_eq!(care::undo(&mut db, clock, nothing, second, owner).await.unwrap(), None);
    assert_eq!(care::delete(&mut db, clock, nothing, owner).await.unwrap(), None);
}

#[tokio::test]
async fn the_schema_holds_what_belongs_to_each_kind() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let try_it = async |kind: &str, rest: &str| {
        let sql = format!(
            "insert into care_entries (id, tank_id, kind, done_at, created_at, updated_at, subject, amount, unit,
                                       portion, note)
             values (gen_random_uuid(), '{tank}', '{kind}', now(), now(), now(), {rest})"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&household.database.pool).await.is_ok()
    };
    for (kind, rest, fits) in [
        ("water_change", "null, 10, 'percent', null, null", true),
        ("water_change", "null, 101, 'percent', null, null", false),
        ("water_change", "null, 101, 'L', null, null", true),
        ("water_change", "null, null, 'L', null, null", false),
        ("water_change", "null, 10, null, null, null", false),
        ("water_change", "null, 0, 'L', null, null", false),
        ("water_change", "'x', 10, 'L', null, null", false),
        ("water_change", "null, 10, 'mL', null, null", false),
        ("dose", "'Iron', 10, 'drop', null, null", true),
        ("dose", "null, 10, 'drop', null, null", false),
        ("dose", "'Iron', 10, 'L', null, null", false),
        ("dose", "'Iron', null, null, null, null", false),
        ("feeding", "null, null, null, null, null", true),
        ("feeding", "'mysis', null, null, '2 cubes', 'x'", true),
        ("feeding", "'mysis', 2, 'g', null, null", false),
        ("feeding", "'', null, null, null, null", false),
        ("cleaning", "null, null, null, null, null", true),
        ("cleaning", "null, null, null, 'x', null", false),
        ("filter", "'sponge', null, null, null, null", true),
        ("equipment", "'heater', null, null, null, null", true),
        ("equipment", "null, null, null, null, 'x'", false),
        ("note", "null, null, null, null, 'x'", true),
        ("note", "null, null, null, null, null", false),
        ("note", "'x', null, null, null, 'x'", false),
        ("tea", "null, null, null, null, null", false),
    ] {
        assert_eq!(try_it(kind, rest).await, fits, "{kind} {rest}");
    }
}
