use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::domain::dates::DateFormat;
use crate::domain::id::{TankId, TaskId};
use crate::domain::task::{Rule, Schedule};

const NOW: &str = "2026-11-30T07:00:00Z";

fn task(number: u128, tank: Option<&str>, title: &str, due: &str) -> Task {
    let at: Timestamp = due.parse().unwrap();
    Task {
        id: TaskId(Uuid::from_u128(number)),
        tank: tank.map(|_| TankId(Uuid::from_u128(1))),
        tank_name: tank.map(str::to_owned),
        tank_zone: tank.map(|_| zone::parse("Europe/Berlin").unwrap()),
        tank_is_down: false,
        title: title.to_owned(),
        notes: None,
        schedule: Schedule {
            rule: Rule::Days(1),
            starts_on: date(2026, 11, 1),
            time: "09:00".parse().unwrap(),
        },
        care: None,
        turn: 4,
        next_due_on: date(2026, 11, 30),
        snoozed_until: None,
        next_due_at: at,
        paused_at: None,
        archived_at: None,
        created_at: at,
        updated_at: at,
    }
}

fn told(tasks: &[Task], more: i64, digest: bool, zone: &str) -> Vec<(String, Message)> {
    let plan = Plan { digest, ..Plan::usual(zone::parse(zone).unwrap()) };
    let reader = Reader { name: "Ana".to_owned(), dates: DateFormat::DayFirst, active: true };
    messages(tasks, more, KeeperId(Uuid::nil()), &reader, &plan, NOW.parse().unwrap())
}

fn texts(message: &Message) -> Vec<&str> {
    message.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn a_digest_goes_tank_by_tank() {
    let tasks = [
        task(1, None, "Buy salt", "2026-11-20T08:00:00Z"),
        task(2, Some("Reef"), "Change water", "2026-11-30T17:00:00Z"),
        task(3, Some("Cube"), "Feed", "2026-11-29T08:00:00Z"),
        task(4, Some("Reef"), "Test KH", "2026-11-27T08:00:00Z"),
    ];
    let all = told(&tasks, 0, true, "Europe/Berlin");
    let [(part, message)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((part.as_str(), message.title.as_str()), ("", "4 tasks are due, 3 of them overdue"));
    assert_eq!((message.urgency, message.path.as_str()), (Urgency::Soon, "/tasks"));
    assert_eq!(
        texts(message),
        [
            "Cube: Feed: 1 day overdue, since yesterday 09:00",
            "Reef: Test KH: 3 days overdue, since 27 Nov 2026, 09:00",
            "Reef: Change water: due today at 18:00",
            "Buy salt: 10 days overdue, since 20 Nov 2026, 09:00",
        ]
    );
    let deeds: Vec<_> = message.lines[1].actions.iter().map(|action| action.deed.unwrap()).collect();
    assert_eq!(deeds.iter().map(|deed| deed.what).collect::<Vec<_>>(), [What::Done, What::Tomorrow]);
    assert!(deeds.iter().all(|deed| deed.task == tasks[3].id && deed.turn == 4));
    // No job's row holds a link that does anything.
    assert!(!serde_json::to_string(message).unwrap().contains("/do/"));
}

#[test]
fn one_task_is_in_the_title() {
    for digest in [true, false] {
        let all = told(
            &[task(2, Some("Reef"), "Change water", "2026-11-28T17:00:00Z")],
            0,
            digest,
            "Europe/Berlin",
        );
        assert_eq!(all[0].1.title, "Reef: Change water is 2 days overdue");
    }
    let all = told(&[task(2, None, "Buy salt", "2026-11-30T17:00:00Z")], 0, true, "Europe/Berlin");
    assert_eq!((all[0].1.title.as_str(), all[0].1.urgency), ("Buy salt is due today", Urgency::Routine));
}

#[test]
fn another_clock_is_named() {
    let tasks = [task(2, Some("Reef"), "Change water", "2026-11-30T17:00:00Z")];
    let all = told(&tasks, 0, true, "America/New_York");
    assert_eq!(texts(&all[0].1), ["Reef: Change water: due today at 18:00 (Europe/Berlin)"]);
}

#[test]
fn single_messages_up_to_twenty() {
    let tasks: Vec<Task> =
        (1..=21).map(|number| task(number, Some("Reef"), "Feed", "2026-11-30T08:00:00Z")).collect();
    let single = told(&tasks[..20], 0, false, "Europe/Berlin");
    assert_eq!(single.len(), 20);
    let parts: std::collections::BTreeSet<_> = single.iter().map(|(part, _)| part).collect();
    assert_eq!(parts.len(), 20);
    let many = told(&tasks, 3, false, "Europe/Berlin");
    assert_eq!(many.len(), 1);
    assert_eq!(
        texts(&many[0].1)[21..],
        ["There are more, which the list of tasks shows.", "More than 20 at once come in one message."]
    );
}
