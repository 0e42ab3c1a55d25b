//! Dashboards to look at.

use super::{Attention, DashboardPage, Mini, RecentSession, TankCard, headline};
use crate::pages::parts::State;
use crate::pages::shell::Shell;
use crate::pages::task::due::DueList;

impl DashboardPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let base = |tanks: Vec<TankCard>, attention: Vec<Attention>, recent| Self {
            shell: Shell::sample("dashboard"),
            name: "Ana".to_owned(),
            headline: headline(&tanks.iter().map(|tank| tank.state).collect::<Vec<_>>()),
            today: "Monday 23 November".to_owned(),
            attention,
            more_attention: 0,
            decommissioned: 0,
            due: DueList::default(),
            failed: String::new(),
            tanks,
            recent,
        };
        let one = base(vec![tank("Reef by the window", State::Ok)], vec![], recent(2));
        let fresh = base(vec![TankCard { minis: vec![], ..tank("Nano", State::New) }], vec![], vec![]);
        let mut few = base(
            vec![
                tank("Quarantine", State::Act),
                tank("Reef by the window", State::Watch),
                tank(
                    "The very long named planted tank that grandfather gave us in the living room corner",
                    State::Stale,
                ),
                tank("Kitchen shrimps", State::Ok),
            ],
            vec![
                attention(State::Act, "Quarantine", "Ammonia 0.6 ppm is above 0.5"),
                attention(
                    State::Watch,
                    "Reef by the window",
                    "Nitrate 5.8 ppm is above 5; phosphate 0.06 ppm is above 0.05",
                ),
                attention(
                    State::Stale,
                    "The very long named planted tank that grandfather gave us in the living room corner",
                    "KH was last measured 34 days ago",
                ),
            ],
            recent(4),
        );
        few.failed = "2 background jobs failed".to_owned();
        few.due = DueList::sample("home");
        let mut many = base(
            (1..=40)
                .map(|index| {
                    let states =
                        [State::Ok, State::Ok, State::Watch, State::Ok, State::Stale, State::Ok, State::Act];
                    let minis = vec![];
                    TankCard { minis, ..tank(&format!("Rack {index:02}"), states[index % 7]) }
                })
                .collect(),
            (1..=6)
                .map(|index| {
                    attention(
                        State::Act,
                        &format!("Rack {:02}", index * 7 - 1),
                        "Nitrite 0.8 ppm is above 0.5",
                    )
                })
                .collect(),
            recent(10),
        );
        many.more_attention = 11;
        let mut dark = few.clone();
        dark.shell.theme = Some(crate::pages::shell::Theme::Dark);
        dark.shell.insecure = true;
        let empty = Self {
            shell: Shell::sample("dashboard").noting(State::Ok, "You are the first keeper. Welcome aboard."),
            ..base(vec![], vec![], vec![])
        };
        let down = Self { decommissioned: 2, ..base(vec![], vec![], vec![]) };
        [
            ("empty", empty),
            ("down", down),
            ("new", fresh),
            ("one", one),
            ("few", few),
            ("many", many),
            ("dark", dark),
        ]
        .into_iter()
        .map(|(name, page)| (format!("dashboard-{name}"), page))
        .collect()
    }
}

fn attention(state: State, tank: &str, text: &str) -> Attention {
    Attention { state, tank: tank.to_owned(), href: "/tanks/reef".to_owned(), text: text.to_owned() }
}

fn tank(name: &str, state: State) -> TankCard {
    let mini = |name: &str, value: &str, unit: &str, state| Mini {
        name: name.to_owned(),
        value: value.to_owned(),
        unit: unit.to_owned(),
        state,
        spark: crate::pages::samples::spark(),
    };
    let reason = match state {
        State::Ok => "All 8 tracked values are in range.",
        State::New => "No readings yet.",
        State::Stale => "KH was last measured 34 days ago.",
        State::Watch => "Nitrate is above its range.",
        State::Act => "Ammonia is far above its range.",
    };
    TankCard {
        cover: (name.len() > 4).then(crate::pages::photo::sample::cover),
        name: name.to_owned(),
        href: "/tanks/reef".to_owned(),
        state,
        reason: reason.to_owned(),
        minis: vec![
            mini("Temperature", "25.4", "°C", State::Ok),
            mini("pH", "8.1", "", State::Ok),
            mini("Salinity", "1.0264", "SG", State::Ok),
            mini("Nitrate", "<0.5", "ppm", if state == State::New { State::Ok } else { state }),
        ],
    }
}

fn recent(count: usize) -> Vec<RecentSession> {
    (0..count)
        .map(|index| RecentSession {
            tank: ["Reef by the window", "Kitchen shrimps", "Quarantine"][index % 3].to_owned(),
            href: "/tanks/reef".to_owned(),
            values: [
                "25.4 °C",
                "pH 8.1",
                "Salinity 35 ppt",
                "Ammonia <0.02 ppm",
                "Nitrate 5.8 ppm",
                "KH 8.2 dKH",
            ][..=(index * 5) % 6]
                .iter()
                .map(|value| (*value).to_owned())
                .collect(),
            when: ["today 18:30", "yesterday 09:12", "19 Nov 21:04"][index % 3].to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            by: ["Ana", "Maximilian-Alexander"][index % 2].to_owned(),
        })
        .collect()
}
