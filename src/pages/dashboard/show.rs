//! `GET /`: what needs attention, every tank, what was logged last.

use askama::Template;

use crate::pages::parts::{Markup, State};
use crate::pages::shell::Shell;

/// One line of what needs attention.
#[derive(Clone, Debug)]
pub struct Attention {
    /// Watch, act or stale.
    pub state: State,
    /// The tank's name.
    pub tank: String,
    /// Where to look.
    pub href: String,
    /// The reason in words.
    pub text: String,
}

/// One value on a tank's card.
#[derive(Clone, Debug)]
pub struct Mini {
    /// The parameter's short name.
    pub name: String,
    /// The value, with `<` when below detection.
    pub value: String,
    /// The unit's symbol; may be empty.
    pub unit: String,
    /// Where it stands.
    pub state: State,
    /// How it moved lately; may be empty.
    pub spark: Markup,
}

/// A tank's card.
#[derive(Clone, Debug)]
pub struct TankCard {
    /// The tank's name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its health.
    pub state: State,
    /// Why, in words.
    pub reason: String,
    /// A few of its values. Left out when there are many tanks.
    pub minis: Vec<Mini>,
}

/// Readings that were logged together.
#[derive(Clone, Debug)]
pub struct RecentSession {
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub href: String,
    /// What was logged: `6 readings`, and the note.
    pub values: Vec<String>,
    /// When, in the tank's zone.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who logged it; may be empty.
    pub by: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "dashboard/show.html")]
pub struct DashboardPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The keeper's name, for the first greeting.
    pub name: String,
    /// The state of the household in one sentence.
    pub headline: String,
    /// The day in words.
    pub today: String,
    /// What needs attention, worst first.
    pub attention: Vec<Attention>,
    /// How many more lines there would be.
    pub more_attention: usize,
    /// Every tank that is in use.
    pub tanks: Vec<TankCard>,
    /// What was logged last, newest first.
    pub recent: Vec<RecentSession>,
}

/// The state of all tanks in one sentence.
pub fn headline(states: &[State]) -> String {
    let count = |state: State| states.iter().filter(|one| **one == state).count();
    let tanks = |count: usize| if count == 1 { "1 tank".to_owned() } else { format!("{count} tanks") };
    let verb = |count: usize| if count == 1 { "needs" } else { "need" };
    let (act, watch, stale) = (count(State::Act), count(State::Watch), count(State::Stale));
    if act > 0 {
        format!("{} {} action", tanks(act), verb(act))
    } else if watch > 0 {
        format!("{} to watch", tanks(watch))
    } else if stale > 0 {
        format!("{} {} measuring", tanks(stale), verb(stale))
    } else if count(State::Ok) > 0 {
        "All is well".to_owned()
    } else {
        "Ready for the first readings".to_owned()
    }
}

#[cfg(test)]
impl DashboardPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let base = |tanks: Vec<TankCard>, attention: Vec<Attention>, recent| Self {
            shell: Shell::sample("dashboard"),
            name: "Ana".to_owned(),
            headline: headline(&tanks.iter().map(|tank| tank.state).collect::<Vec<_>>()),
            today: "Monday 23 November".to_owned(),
            attention,
            more_attention: 0,
            tanks,
            recent,
        };
        let one = base(vec![tank("Reef by the window", State::Ok)], vec![], recent(2));
        let fresh = base(vec![TankCard { minis: vec![], ..tank("Nano", State::New) }], vec![], vec![]);
        let few = base(
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
        [("empty", empty), ("new", fresh), ("one", one), ("few", few), ("many", many), ("dark", dark)]
            .into_iter()
            .map(|(name, page)| (format!("dashboard-{name}"), page))
            .collect()
    }
}

#[cfg(test)]
fn attention(state: State, tank: &str, text: &str) -> Attention {
    Attention { state, tank: tank.to_owned(), href: "/tanks/reef".to_owned(), text: text.to_owned() }
}

#[cfg(test)]
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

#[cfg(test)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_names_the_worst() {
        use State::{Act, New, Ok, Stale, Watch};
        for (states, expected) in [
            (&[Ok, Act, Watch][..], "1 tank needs action"),
            (&[Act, Act][..], "2 tanks need action"),
            (&[Watch, Stale, Watch][..], "2 tanks to watch"),
            (&[Stale, Ok][..], "1 tank needs measuring"),
            (&[Ok, New][..], "All is well"),
            (&[New][..], "Ready for the first readings"),
        ] {
            assert_eq!(headline(states), expected);
        }
    }
}
