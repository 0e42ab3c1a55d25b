use jiff::civil::{Date, time};
use jiff::{SignedDuration, tz::TimeZone};
use safeharbor::db::task::{self, Act, ActError, Life, Places};
use safeharbor::domain::id::{FormId, TankId, TaskId};
use safeharbor::domain::task::{NewTask, Rule, Schedule, Weekdays};
use safeharbor::domain::zone;

use super::household::{Household, at};

fn new_task(rule: Rule) -> NewTask {
    let schedule = Schedule { rule, starts_on: Date::constant(2026, 11, 1), time: time(2, 30, 0, 0) };
    NewTask { title: "Change water".to_owned(), notes: None, schedule, care: None }
}

async fn create(household: &Household, tank: Option<TankId>, rule: Rule) -> TaskId {
    let id = TaskId(household.clock.uuid());
    let mut db = household.connection().await;
    let (task, now) = (new_task(rule), household.clock.now());
    task::create(&mut db, &TimeZone::UTC, (id, tank), &task, household.owner, now).await.unwrap();
    id
}

#[tokio::test]
async fn every_rule_is_read_back_as_it_was_stored() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let days = Weekdays::from_bits(65).unwrap();
    for rule in [Rule::Days(366), Rule::Weeks(2), Rule::Weekdays(days), Rule::MonthDay(31), Rule::After(14)] {
        let id = create(&household, Some(tank), rule).await;
        let mut db = household.connection().await;
        let found = task::find(&mut db, id).await.unwrap().unwrap();
        assert_eq!(found.schedule, new_task(rule).schedule);
        assert_eq!((found.tank, found.turn, found.is_live()), (Some(tank), 0, true));
    }
}

#[tokio::test]
async fn a_tanks_new_zone_moves_the_instants_of_its_tasks() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let id = create(&household, Some(tank), Rule::Days(1)).await;
    let household_task = create(&household, None, Rule::Days(1)).await;
    let mut db = household.connection().await;
    let mut due = async |id| task::find(&mut db, id).await.unwrap().unwrap().next_due_at.to_string();
    assert_eq!(due(id).await, "2026-11-23T01:30:00Z");
    assert_eq!(due(household_task).await, "2026-11-23T02:30:00Z");
    sqlx::query("update tanks set timezone = 'America/New_York'")
        .execute(&household.database.pool)
        .await
        .unwrap();
    let mut tx = household.database.pool.begin().await.unwrap();
    task::rezone(&mut tx, tank).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(due(id).await, "2026-11-23T07:30:00Z");
    assert_eq!(due(household_task).await, "2026-11-23T02:30:00Z");
}

/// Half past two is skipped once a year and comes twice once a year.
#[tokio::test]
async fn days_when_clocks_change_are_due_once() {
    for (zone_name, start, instants) in [
        (
            "Europe/Berlin",
            "2027-03-27T12:00:00Z",
            ["2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z", "2027-03-30T00:30:00Z"],
        ),
        (
            "America/New_York",
            "2027-03-13T12:00:00Z",
            ["2027-03-14T07:30:00Z", "2027-03-15T06:30:00Z", "2027-03-16T06:30:00Z"],
        ),
        (
            "Australia/Lord_Howe",
            "2027-10-02T12:00:00Z",
            ["2027-10-02T15:30:00Z", "2027-10-03T15:30:00Z", "2027-10-04T15:30:00Z"],
        ),
    ] {
        let household = Household::new().await;
        household.clock.advance(at(start).duration_since(household.clock.now()));
        let home = zone::parse(zone_name).unwrap();
        let mut db = household.connection().await;
        let id = TaskId(household.clock.uuid());
        let task = new_task(Rule::Days(1));
        // Made at noon UTC: the day's own half past two has passed or not; the first that is shown is the first due.
        task::create(&mut db, &home, (id, None), &task, household.owner, household.clock.now())
            .await
            .unwrap();
        let mut met = Vec::new();
        for _ in 0..4 {
            let found = task::find(&mut db, id).await.unwrap().unwrap();
            met.push(found.next_due_at.to_string());
            let form = FormId(household.clock.uuid());
            let done = Act::Done(found.next_due_at);
            task::act(&mut db, &household.clock, &home, (id, form, found.turn), done, household.owner)
                .await
                .unwrap();
        }
        assert_eq!(met[1..], instants, "{zone_name}");
    }
}

#[tokio::test]
async fn what_is_stale_does_nothing_and_what_is_due_is_counted() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let id = create(&household, Some(tank), Rule::Days(1)).await;
    create(&household, None, Rule::Days(1)).await;
    let mut db = household.connection().await;
    let (clock, owner) = (&household.clock, household.owner);
    let now = clock.now();
    let due = task::due(&mut db, Places::All, now, 1).await.unwrap();
    assert_eq!((due.tasks.len(), due.more), (1, 1));
    assert_eq!(task::due(&mut db, Places::Tank(tank), now, 9).await.unwrap().tasks.len(), 1);
    assert_eq!(task::due(&mut db, Places::Household, now, 9).await.unwrap().tasks.len(), 1);
    assert!(task::set_life(&mut db, &TimeZone::UTC, id, Life::Pause, now).await.unwrap());
    assert!(task::due(&mut db, Places::Tank(tank), now, 9).await.unwrap().tasks.is_empty());
    let form = FormId(clock.uuid());
    for turn in [0, 1, 7] {
        let acted = task::act(&mut db, clock, &TimeZone::UTC, (id, form, turn), Act::Skip, owner).await;
        assert!(matches!(acted, Err(ActError::Stale)), "{turn}");
    }
    let nothing = (TaskId(clock.uuid()), form, 0);
    let acted = task::act(&mut db, clock, &TimeZone::UTC, nothing, Act::Skip, owner).await;
    assert!(matches!(acted, Err(ActError::Nothing)));
    // A form of another task is no form of this one.
    assert!(task::set_life(&mut db, &TimeZone::UTC, id, Life::Resume, now).await.unwrap());
    let turn = task::find(&mut db, id).await.unwrap().unwrap().turn;
    task::act(&mut db, clock, &TimeZone::UTC, (id, form, turn), Act::Skip, owner).await.unwrap();
    let third = create(&household, None, Rule::After(3)).await;
    let acted = task::act(&mut db, clock, &TimeZone::UTC, (third, form, 0), Act::Skip, owner).await;
    assert!(matches!(acted, Err(ActError::Stale)));
    let next = task::find(&mut db, id).await.unwrap().unwrap().next_due_at;
    assert!(next > now && next < now + SignedDuration::from_hours(24));
}

#[tokio::test]
async fn the_schema_holds_what_belongs_to_each_recurrence() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let try_it = async |rule: &str, place: &str, care: &str| {
        let sql = format!(
            "insert into tasks (id, title, due_time, starts_on, next_due_on, next_due_at, created_at, updated_at,
                                recurrence, every, weekdays, month_day, tank_id, care_kind, care_subject,
                                care_amount, care_unit, care_portion)
             values (gen_random_uuid(), 'x', '10:00', '2026-11-01', '2026-11-01', now(), now(), now(), {rule}, {place},
                     {care})"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&household.database.pool).await.is_ok()
    };
    let (none, here) = ("null, null, null, null, null", format!("'{tank}'"));
    for (rule, fits) in [
        ("'days', 1, null, null", true),
        ("'days', null, null, null", false),
        ("'days', 367, null, null", false),
        ("'days', 1, 1, null", false),
        ("'weekdays', null, 127, null", true),
        ("'weekdays', null, 0, null", false),
        ("'weekdays', null, 128, null", false),
        ("'month_day', null, null, 31", true),
        ("'month_day', null, null, 32", false),
        ("'after', 14, null, null", true),
        ("'never', 14, null, null", false),
    ] {
        assert_eq!(try_it(rule, "null", none).await, fits, "{rule}");
    }
    for (place, care, fits) in [
        (here.as_str(), "'water_change', null, 10, 'percent', null", true),
        ("null", "'water_change', null, 10, 'percent', null", false),
        (&here, "'water_change', null, null, null, null", false),
        (&here, "null, 'x', null, null, null", false),
        (&here, "'note', null, null, null, null", false),
        (&here, "'feeding', null, null, null, '2 cubes'", true),
    ] {
        assert_eq!(try_it("'days', 1, null, null", place, care).await, fits, "{care}");
    }
}
