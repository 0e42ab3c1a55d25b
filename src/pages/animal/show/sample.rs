//! Animals to look at.

use super::{AnimalPage, ChangeRow, EventRow};
use crate::pages::form::Problem;
use crate::pages::parts::{Fact, Link, State};
use crate::pages::shell::Shell;

impl AnimalPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let group = group();
        let mut refused = group.clone();
        refused.problems.push(Problem::of_all(
            "This does not go with “3 died” on 12 Nov 2026, 18:30: there would be only 2 by then. Correct that first.",
        ));
        refused.stranded = true;
        let mut new = group.clone();
        new.shell = Shell::sample("livestock").noting(State::Ok, "The animal is added.");
        new.title = "Donaudampfschifffahrtsgesellschaftskapitänsgarnele".to_owned();
        new.meta.clear();
        new.count = 1;
        new.facts.truncate(1);
        new.origin = None;
        new.notes.clear();
        new.events = new.events.split_off(new.events.len() - 1);
        new.changes.clear();
        new.deletable = true;
        new.older = None;
        let gone = Self {
            count: 0,
            ended: "12 Nov 18:30".to_owned(),
            newer: Some("/livestock/neon?from=n1.0#timeline".to_owned()),
            ..group.clone()
        };
        [("group", group), ("refused", refused), ("new", new), ("gone", gone)]
            .into_iter()
            .map(|(name, page)| (format!("animal-{name}"), page))
            .collect()
    }
}

fn group() -> AnimalPage {
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    let link = |label: &str| Link { href: "/livestock/neon".to_owned(), label: label.to_owned() };
    let event = |kind: &'static str, title: &str, left: &str, note: &str| EventRow {
        title: title.to_owned(),
        kind,
        left: left.to_owned(),
        tank: "Planted".to_owned(),
        group: None,
        when: "12 Nov 18:30".to_owned(),
        iso: "2026-11-12T17:30:00Z".to_owned(),
        note: note.to_owned(),
        by: "Ana".to_owned(),
        corrected: kind == "died",
        odd: "",
        correct_href: "/livestock/neon/events/0193".to_owned(),
    };
    let mut split = event("moved", "4 moved to Nano", "20 left", "");
    split.group = Some(link("Neon tetra"));
    let mut odd = event("died", "1 died", "24 left", "");
    odd.odd = "before they came";
    AnimalPage {
        shell: Shell::sample("livestock"),
        problems: vec![],
        title: "Neon tetra".to_owned(),
        meta: vec!["Paracheirodon innesi".to_owned(), "female".to_owned()],
        count: 18,
        tank: link("Planted by the window in the hall"),
        stranded: false,
        ended: String::new(),
        facts: vec![
            fact("Came", "3 May 2025"),
            fact("In all", "25"),
            fact("Died", "3"),
            fact("Split off", "4"),
        ],
        origin: Some(link("Neon tetra of the big tank")),
        notes: "From the breeder in Kiel.\nEats everything small.".to_owned(),
        href: "/livestock/neon".to_owned(),
        events: vec![
            event(
                "health",
                "Health",
                "",
                "White spots on two of them.\nSeparate tomorrow if there are more.",
            ),
            event("died", "2 died", "18 left", ""),
            split,
            event("added", "1 more came", "25 in all", "born here"),
            odd,
            event("acquired", "24 came into Planted", "", "acclimatised for an hour"),
        ],
        newer: None,
        older: Some("/livestock/neon?from=o1.0#timeline".to_owned()),
        photos: crate::pages::photo::sample::gallery(3),
        changes: vec![
            ChangeRow {
                text: "Corrected: 3 died, 12 Nov 2026, 18:30 became 2 died, 12 Nov 2026, 18:30".to_owned(),
                when: "today 18:30, Ana".to_owned(),
                iso: "2026-11-23T17:30:00Z".to_owned(),
                undo: "/livestock/neon/revisions/0193/undo".to_owned(),
            },
            ChangeRow {
                text: "Removed: note, 12 Nov 2026, 18:30, “wrong tank”".to_owned(),
                when: "today 18:20, Ana".to_owned(),
                iso: "2026-11-23T17:20:00Z".to_owned(),
                undo: String::new(),
            },
        ],
        deletable: false,
    }
}
