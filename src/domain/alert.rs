//! Alerts: which states of a tracked parameter keepers are told of, and what becomes of an alert when the state
//! changes.

use std::str::FromStr;

use crate::domain::health::State;

/// What an alert is about; the greater, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The last reading is too old to say.
    Stale,
    /// A reading left its OK range.
    Watch,
    /// A reading is far out of range.
    Act,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stale, Self::Watch, Self::Act];

    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Watch => "watch",
            Self::Act => "act",
        }
    }

    /// The kind that this state would raise.
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::New | State::Ok => None,
            State::Stale => Some(Self::Stale),
            State::Watch => Some(Self::Watch),
            State::Act => Some(Self::Act),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("no such kind of alert: {text}"))
    }
}

/// Which states raise an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A reading leaves its OK range.
    pub on_watch: bool,
    /// A reading is far out of range.
    pub on_act: bool,
    /// The last reading is too old to say.
    pub on_stale: bool,
}

impl Default for Rule {
    /// What holds in a tank for which nobody has said anything.
    fn default() -> Self {
        Self { on_watch: false, on_act: true, on_stale: true }
    }
}

impl Rule {
    /// Whether this kind is to be told.
    pub const fn raises(self, kind: Kind) -> bool {
        match kind {
            Kind::Stale => self.on_stale,
            Kind::Watch => self.on_watch,
            Kind::Act => self.on_act,
        }
    }
}

/// What becomes of a parameter's alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing changes.
    Keep,
    /// There was none, and now there is.
    Raise(Kind),
    /// It is worse than it was.
    Worsen(Kind),
    /// It is over. `quietly`: not because of a reading, so nobody is told.
    Clear {
        /// Nobody is told.
        quietly: bool,
    },
}

/// Decides by the state as it is now; a parameter that nobody tracks any more counts as never measured. What was
/// out of range stays an alert until a reading is in range again: neither growing old nor coming half the way back
/// ends it.
pub fn decide(rule: Rule, state: State, open: Option<Kind>) -> Step {
    let wanted = Kind::of(state).filter(|kind| rule.raises(*kind));
    match (wanted, open) {
        (None, None) => Step::Keep,
        (Some(kind), None) => Step::Raise(kind),
        (Some(kind), Some(open)) if kind > open => Step::Worsen(kind),
        (_, Some(open)) if rule.raises(open) && still_holds(open, state) => Step::Keep,
        (_, Some(open)) => {
            Step::Clear { quietly: !rule.raises(open) || !matches!(state, State::Ok | State::Watch) }
        }
    }
}

fn still_holds(open: Kind, state: State) -> bool {
    match open {
        Kind::Stale => state == State::Stale,
        Kind::Watch | Kind::Act => matches!(state, State::Stale | State::Watch | State::Act),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATES: [State; 5] = [State::New, State::Ok, State::Stale, State::Watch, State::Act];
    const ALL: Rule = Rule { on_watch: true, on_act: true, on_stale: true };
    const LOUD: Step = Step::Clear { quietly: false };
    const QUIET: Step = Step::Clear { quietly: true };

    #[test]
    fn each_rule_and_transition() {
        let (stale, watch, act) = (Kind::Stale, Kind::Watch, Kind::Act);
        let usual = Rule::default();
        for (rule, open, expected) in [
            // New, Ok, Stale, Watch, Act
            (usual, None, [Step::Keep, Step::Keep, Step::Raise(stale), Step::Keep, Step::Raise(act)]),
            (ALL, None, [Step::Keep, Step::Keep, Step::Raise(stale), Step::Raise(watch), Step::Raise(act)]),
            (usual, Some(stale), [QUIET, LOUD, Step::Keep, LOUD, Step::Worsen(act)]),
            (ALL, Some(stale), [QUIET, LOUD, Step::Keep, Step::Worsen(watch), Step::Worsen(act)]),
            (ALL, Some(watch), [QUIET, LOUD, Step::Keep, Step::Keep, Step::Worsen(act)]),
            (usual, Some(act), [QUIET, LOUD, Step::Keep, Step::Keep, Step::Keep]),
            // The rule that raised it was taken back.
            (usual, Some(watch), [QUIET, QUIET, QUIET, QUIET, Step::Worsen(act)]),
        ] {
            assert_eq!(STATES.map(|state| decide(rule, state, open)), expected, "{rule:?} {open:?}");
        }
    }

    #[test]
    fn a_kind_reads_its_own_name() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("".parse::<Kind>().is_err() && Kind::ALL.is_sorted());
    }

    proptest! {
        #[test]
        fn looking_again_changes_nothing(
            (on_watch, on_act, on_stale) in any::<(bool, bool, bool)>(), state in 0_usize..5, open in 0_usize..4,
        ) {
            let (rule, state) = (Rule { on_watch, on_act, on_stale }, STATES[state]);
            let open = Kind::ALL.get(open).copied();
            let after = match decide(rule, state, open) {
                Step::Keep => open,
                Step::Raise(kind) | Step::Worsen(kind) => Some(kind),
                Step::Clear { .. } => None,
            };
            // A rule that was taken back ends an alert first; what still holds is raised anew by the next look.
            if after.is_some() || open.is_none() {
                prop_assert_eq!(decide(rule, state, after), Step::Keep);
            }
            if !on_watch && !on_act && !on_stale {
                prop_assert_eq!(after, None);
            }
        }
    }
}
