use jiff::civil::{Date, time};

use super::*;
use crate::domain::id::TaskId;
use crate::domain::task::Schedule;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn task(rule: Rule, due_on: Date) -> Task {
    let schedule = Schedule { rule, starts_on: Date::constant(2026, 10, 24), time: time(9, 0, 0, 0) };
    let zone = zone::parse("Europe/Berlin").unwrap();
    Task {
        id: TaskId(uuid::Uuid::from_u128(7)),
        tank: None,
        tank_name: Some("Reef".to_owned()),
        tank_zone: None,
        tank_is_down: false,
        title: "Change water".to_owned(),
        notes: Some("with the hose".to_owned()),
        schedule,
        care: None,
        turn: 0,
        next_due_on: due_on,
        snoozed_until: None,
        next_due_at: schedule.instant(due_on, &zone),
        paused_at: None,
        archived_at: None,
        created_at: at("2026-01-01T00:00:00Z"),
        updated_at: at("2026-01-02T00:00:00Z"),
    }
}

fn of(task: &Task, now: &str) -> Vec<Event> {
    let (berlin, now) = (zone::parse("Europe/Berlin").unwrap(), at(now));
    events(task, &berlin, now, now + AHEAD, &"https://tanks.example.org".parse().unwrap())
}

#[test]
fn a_weekly_duty_keeps_its_time_of_day_when_clocks_change() {
    let weekly = task(Rule::Weeks(1), Date::constant(2026, 10, 24));
    let found = of(&weekly, "2026-10-20T12:00:00Z");
    assert_eq!(found.len(), 9);
    assert_eq!(found[0].when, When::At(at("2026-10-24T07:00:00Z")));
    assert_eq!(found[1].when, When::At(at("2026-10-31T08:00:00Z")));
    assert_eq!(found[0].uid, "task-00000000-0000-0000-0000-000000000007-20261024@tanks.example.org");
    assert_eq!(found[0].summary, "Change water (Reef)");
    assert_eq!(found[0].description, "Due every Saturday.\nwith the hose");
    assert_eq!(found[0].url, "https://tanks.example.org/tasks/00000000-0000-0000-0000-000000000007");
}

#[test]
fn what_is_overdue_is_there_once_on_today() {
    let daily = task(Rule::Days(1), Date::constant(2026, 10, 24));
    let found = of(&daily, "2026-11-23T12:00:00Z");
    assert_eq!(found[0].when, When::AllDay(Date::constant(2026, 11, 23)));
    assert_eq!(found[0].summary, "Overdue: Change water (Reef)");
    assert_eq!(found[1].when, When::At(at("2026-11-24T08:00:00Z")));
    assert_eq!(found.len(), OCCURRENCES);
    let mut uids: Vec<_> = found.iter().map(|event| &event.uid).collect();
    uids.dedup();
    assert_eq!(uids.len(), found.len());
}

#[test]
fn after_the_last_one_only_the_next_is_certain() {
    let after = task(Rule::After(3), Date::constant(2026, 11, 25));
    let found = of(&after, "2026-11-23T12:00:00Z");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].when, When::At(at("2026-11-25T08:00:00Z")));
}
