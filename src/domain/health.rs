//! Health: how a tank stands, and why, in words.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::domain::id::ParameterId;
use crate::domain::parameter::Parameter;
use crate::domain::range::{Band, Range, Side};
use crate::domain::unit::ParameterUnit;

/// How a parameter or a tank stands; the greater, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Never measured.
    New,
    /// In range.
    Ok,
    /// The last reading is too old to say.
    Stale,
    /// Out of range, not far.
    Watch,
    /// Far out of range.
    Act,
}

impl State {
    /// Its name in markup.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Stale => "stale",
            Self::Watch => "watch",
            Self::Act => "act",
        }
    }

    /// In words, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "No readings yet",
            Self::Ok => "All well",
            Self::Stale => "Readings overdue",
            Self::Watch => "Watch",
            Self::Act => "Act now",
        }
    }
}

/// The last reading of a parameter, in its canonical unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The value.
    pub value: Decimal,
    /// Below detection: the value is the limit.
    pub below: bool,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// One tracked parameter of a tank.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What is measured.
    pub parameter: &'a Parameter,
    /// The unit to speak in.
    pub unit: &'a ParameterUnit,
    /// The range that holds in this tank.
    pub range: &'a Range,
    /// After how many days a reading says nothing any more.
    pub stale_after_days: Option<i16>,
    /// The last reading.
    pub latest: Option<Latest>,
}

/// How one parameter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: State,
    /// The side it is on, when it is out of range.
    pub side: Option<Side>,
    /// What is wrong, such as `Nitrite 0.5 ppm is above 0.25`; `None` when nothing is.
    pub reason: Option<String>,
}

/// How a tank stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The worst state of its tracked parameters.
    pub state: State,
    /// What is wrong, the worst first, in the order of the parameters within a state.
    pub reasons: Vec<Reason>,
}

/// One thing that is wrong with a tank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The parameter it is about.
    pub parameter: ParameterId,
    /// How bad it is.
    pub state: State,
    /// In words.
    pub text: String,
}

/// How one tracked parameter stands. A reading that is too old counts as stale, whatever its band was.
pub fn of_parameter(input: &Input<'_>, now: Timestamp) -> Standing {
    let Some(latest) = input.latest else {
        return Standing { state: State::New, side: None, reason: None };
    };
    let age = now.duration_since(latest.taken_at);
    if input.stale_after_days.is_some_and(|days| age > SignedDuration::from_hours(i64::from(days) * 24)) {
        let reason = format!("{} not measured for {}", input.parameter.name, days(age));
        return Standing { state: State::Stale, side: None, reason: Some(reason) };
    }
    let verdict = input.range.judge(latest.value, latest.below);
    // 1.0264 SG is a little more than 35 ppt once converted, and nobody can be told that it is above 1.0264.
    // Bounds are included, and so is what reads the same.
    let reads_as = |bound| input.unit.show_canonical(bound) == input.unit.show_canonical(latest.value);
    if verdict.band == Band::Watch && verdict.beyond.is_some_and(|(_, bound)| reads_as(bound)) {
        return Standing { state: State::Ok, side: None, reason: None };
    }
    let state = match verdict.band {
        Band::Ok => State::Ok,
        Band::Watch => State::Watch,
        Band::Act => State::Act,
    };
    let reason = verdict.in_words(input.unit).map(|words| {
        let sign = if latest.below { "<" } else { "" };
        let shown = input.unit.with_symbol(&input.unit.show_canonical(latest.value));
        format!("{} {sign}{shown} is {words}", input.parameter.name)
    });
    Standing { state, side: verdict.beyond.map(|(side, _)| side), reason }
}

/// How a tank stands: the worst of its tracked parameters. One that was never measured does not count
/// against it; a tank without any reading is new.
pub fn of_tank<'a>(inputs: impl IntoIterator<Item = Input<'a>>, now: Timestamp) -> Health {
    let mut state = State::New;
    let mut reasons = Vec::new();
    for input in inputs {
        let standing = of_parameter(&input, now);
        state = state.max(standing.state);
        reasons.extend(standing.reason.map(|text| Reason {
            parameter: input.parameter.id,
            state: standing.state,
            text,
        }));
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.state));
    Health { state, reasons }
}

fn days(age: SignedDuration) -> String {
    match age.as_hours() / 24 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::parameter::sample;
    use crate::domain::range::ActRule;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "the tests read better with `taken(…)` and `None`")]
    fn taken(value: &str, days: i64, below: bool) -> Option<Latest> {
        let taken_at = now() - SignedDuration::from_hours(24 * days);
        Some(Latest { value: d(value), below, taken_at })
    }

    /// States and reasons of a tank that tracks pH (8.1 to 8.4, 7 days) and nitrite (up to 0.25, 7 days).
    fn tank(ph: Option<Latest>, nitrite: Option<Latest>) -> (State, Vec<String>) {
        let (first, second) = (sample::ph(), sample::nitrite());
        let ranges = (
            Range::from_preset(d("8.1"), d("8.4"), ActRule::Quarter),
            Range::from_preset(d("0"), d("0.25"), ActRule::TwiceUpper),
        );
        let inputs =
            [(&first, &ranges.0, ph), (&second, &ranges.1, nitrite)].map(|(parameter, range, latest)| {
                Input { parameter, unit: &parameter.canonical, range, stale_after_days: Some(7), latest }
            });
        let health = of_tank(inputs, now());
        (health.state, health.reasons.into_iter().map(|reason| reason.text).collect())
    }

    #[test]
    fn the_worst_wins_and_says_why() {
        let reasons = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(tank(None, None), (State::New, vec![]));
        assert_eq!(tank(taken("8.2", 0, false), None), (State::Ok, vec![]));
        assert_eq!(
            tank(taken("8.2", 12, false), taken("0", 0, false)),
            (State::Stale, reasons(&["pH not measured for 12 days"]))
        );
        assert_eq!(
            tank(taken("8.45", 0, false), taken("0.5", 0, false)),
            (State::Watch, reasons(&["pH 8.45 is above 8.4", "Nitrite 0.5 ppm is above 0.25"]))
        );
        assert_eq!(
            tank(taken("8.45", 0, false), taken("0.51", 0, false)),
            (State::Act, reasons(&["Nitrite 0.51 ppm is above 0.25", "pH 8.45 is above 8.4"]))
        );
        assert_eq!(tank(taken("8.1", 7, false), taken("1", 0, true)), (State::Ok, vec![]));
    }

    #[test]
    fn an_old_bad_reading_is_stale_not_bad() {
        assert_eq!(tank(taken("3", 400, false), None).0, State::Stale);
        assert_eq!(tank(taken("3", 7, false), None).0, State::Act);
    }

    #[test]
    fn states_are_ordered() {
        let order = [State::New, State::Ok, State::Stale, State::Watch, State::Act];
        assert!(order.is_sorted());
        assert_eq!(order.map(State::as_str), ["new", "ok", "stale", "watch", "act"]);
    }

    #[test]
    fn reasons_speak_the_keepers_unit() {
        let temperature = sample::temperature();
        let range = Range::from_preset(d("24.4"), d("26.7"), ActRule::Quarter);
        let unit = temperature.unit("degF").unwrap();
        let latest = taken("28", 0, false);
        let input = Input { parameter: &temperature, unit, range: &range, stale_after_days: None, latest };
        assert_eq!(of_parameter(&input, now()).reason.unwrap(), "Temperature 82.4 °F is above 80.1");
    }
}
