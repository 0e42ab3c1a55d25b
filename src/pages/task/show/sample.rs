//! Tasks to look at.

use super::{Life, TaskEvent, TaskPage};
use crate::domain::task::Snooze;
use crate::pages::form::{Choice, Field};
use crate::pages::parts::Fact;
use crate::pages::shell::Shell;
use crate::pages::task::due::DueList;

impl TaskPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
        let event = |what: &str, undone: bool, undo: &str| TaskEvent {
            what: what.to_owned(),
            due: "14 Nov 2026".to_owned(),
            when: "14 Nov 18:30".to_owned(),
            iso: "2026-11-14T17:30:00Z".to_owned(),
            by: "Ana".to_owned(),
            care_href: if what == "Done" && !undone { "/care/1".to_owned() } else { String::new() },
            undone,
            undo: undo.to_owned(),
        };
        let page = Self {
            shell: Shell::sample("tasks"),
            task: DueList::sample("task").rows.remove(0),
            life: Life::Live,
            facts: vec![
                fact("How often", "every 2 weeks on Saturday"),
                fact("Logs when done", "Water change 10 %"),
                fact("Times are those of", "Europe/Berlin (CET)"),
            ],
            notes: vec!["Use the blue hose; heat the water to 25 °C first.".to_owned()],
            done_at: Field {
                kind: "datetime-local",
                ..Field::text("done_at", "Done at").with("2026-11-23T18:30")
            },
            zone: "Europe/Berlin".to_owned(),
            snooze: Field::text("for", "Put it off for").with("1d"),
            snoozes: Snooze::ALL.map(|snooze| Choice::new(snooze.code(), snooze.label())).to_vec(),
            error: None,
            form_ids: ["1", "2", "3"].map(str::to_owned),
            history: vec![
                event("Done", false, "/tasks/1/undo/1"),
                event("Put off until 14 Nov 09:00", false, ""),
                event("Done", true, ""),
                event("Skipped", false, ""),
            ],
            newer: String::new(),
            older: "/tasks/1?at=o1.2".to_owned(),
        };
        let mut wrong = page.clone();
        wrong.done_at = wrong.done_at.failing(Some("This time is in the future."));
        wrong.snooze = wrong.snooze.failing(Some("Choose for how long."));
        wrong.error = Some("This form is damaged.".to_owned());
        let with = |life| Self { life, history: vec![], older: String::new(), notes: vec![], ..page.clone() };
        let (paused, archived, down) = (with(Life::Paused), with(Life::Archived), with(Life::TankDown));
        vec![
            ("task".to_owned(), page),
            ("task-wrong".to_owned(), wrong),
            ("task-paused".to_owned(), paused),
            ("task-archived".to_owned(), archived),
            ("task-tank-down".to_owned(), down),
        ]
    }
}
