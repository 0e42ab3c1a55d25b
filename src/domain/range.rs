//! Ranges: four numbers that say whether a value is fine, needs watching or needs acting on.

use rust_decimal::Decimal;

use crate::domain::unit::ParameterUnit;

/// `act_low ≤ ok_low ≤ ok_high ≤ act_high` in the canonical unit, each side optional. What is toxic has no
/// lower side: 0 is ideal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Below this: act.
    pub act_low: Option<Decimal>,
    /// Below this: watch.
    pub ok_low: Option<Decimal>,
    /// Above this: watch.
    pub ok_high: Option<Decimal>,
    /// Above this: act.
    pub act_high: Option<Decimal>,
}

/// How a value stands to its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Inside ok, bounds included.
    Ok,
    /// Between ok and act, act's bounds included.
    Watch,
    /// Beyond act.
    Act,
}

/// On which side of its range a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Too low.
    Low,
    /// Too high.
    High,
}

/// A band and, unless it is ok, the side and the number that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The band.
    pub band: Band,
    /// The side and the nearest bound that was passed: the ok bound where there is one.
    pub beyond: Option<(Side, Decimal)>,
}

const FINE: Verdict = Verdict { band: Band::Ok, beyond: None };

/// How the act numbers follow from a preset's `[min, max]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActRule {
    /// Both sides, widened by a quarter of the width.
    Quarter,
    /// No lower side, the upper one widened by a quarter of the width: nitrate, phosphate.
    QuarterUpper,
    /// No lower side, act from twice the maximum: ammonia, nitrite.
    TwiceUpper,
}

/// A range whose numbers are not in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The four numbers must rise: act below, ok from, ok to, act above.")]
pub struct NotRising;

impl Range {
    /// A range of these numbers, if they are in order.
    pub fn new(
        act_low: Option<Decimal>,
        ok_low: Option<Decimal>,
        ok_high: Option<Decimal>,
        act_high: Option<Decimal>,
    ) -> Result<Self, NotRising> {
        let present = [act_low, ok_low, ok_high, act_high].into_iter().flatten();
        if present.is_sorted() { Ok(Self { act_low, ok_low, ok_high, act_high }) } else { Err(NotRising) }
    }

    /// The range of a preset `[min, max]`.
    pub fn from_preset(min: Decimal, max: Decimal, rule: ActRule) -> Self {
        let quarter = (max - min) / Decimal::from(4);
        let upper = Self { ok_high: Some(max), ..Self::default() };
        match rule {
            ActRule::Quarter => Self {
                act_low: Some(min - quarter),
                ok_low: Some(min),
                act_high: Some(max + quarter),
                ..upper
            },
            ActRule::QuarterUpper => Self { act_high: Some(max + quarter), ..upper },
            ActRule::TwiceUpper => Self { act_high: Some(max + max), ..upper },
        }
    }

    /// Without any number: everything is ok.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Judges a canonical value. With `below`, the value is a limit of detection: where only the upper side
    /// exists that is ok, whatever the limit.
    pub fn judge(&self, value: Decimal, below: bool) -> Verdict {
        if below && self.act_low.is_none() && self.ok_low.is_none() {
            return FINE;
        }
        let under = |bound: &Decimal| value < *bound;
        let over = |bound: &Decimal| value > *bound;
        let verdict = |band, side, nearest| Verdict { band, beyond: Some((side, nearest)) };
        if let Some(act) = self.act_low.filter(under) {
            return verdict(Band::Act, Side::Low, self.ok_low.unwrap_or(act));
        }
        if let Some(act) = self.act_high.filter(over) {
            return verdict(Band::Act, Side::High, self.ok_high.unwrap_or(act));
        }
        if let Some(ok) = self.ok_low.filter(under) {
            return verdict(Band::Watch, Side::Low, ok);
        }
        if let Some(ok) = self.ok_high.filter(over) {
            return verdict(Band::Watch, Side::High, ok);
        }
        FINE
    }

    /// The ok part in words and in this unit: `8.1 to 8.4`, `up to 0.25`, `from 380`; `None` without it.
    pub fn ok_in_words(&self, unit: &ParameterUnit) -> Option<String> {
        match (self.ok_low, self.ok_high) {
            (Some(low), Some(high)) => Some(format!("{} to {}", bound(low, unit), bound(high, unit))),
            (None, Some(high)) => Some(format!("up to {}", bound(high, unit))),
            (Some(low), None) => Some(format!("from {}", bound(low, unit))),
            (None, None) => None,
        }
    }
}

impl Side {
    /// "above" or "below".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "below",
            Self::High => "above",
        }
    }
}

impl Verdict {
    /// What is wrong, such as `above 0.25`; `None` when nothing is.
    pub fn in_words(&self, unit: &ParameterUnit) -> Option<String> {
        self.beyond.map(|(side, nearest)| format!("{} {}", side.word(), bound(nearest, unit)))
    }
}

/// A bound without trailing zeros, also where readings line up in columns: "above 8.4", not "above 8.40".
fn bound(value: Decimal, unit: &ParameterUnit) -> String {
    let shown = unit.show_canonical(value);
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::unit::sample::linear;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn ph() -> Range {
        Range::from_preset(d("8.1"), d("8.4"), ActRule::Quarter)
    }

    #[test]
    fn act_is_derived() {
        assert_eq!((ph().act_low, ph().act_high), (Some(d("8.025")), Some(d("8.475"))));
        let nitrate = Range::from_preset(d("0"), d("40"), ActRule::QuarterUpper);
        assert_eq!((nitrate.act_low, nitrate.ok_low, nitrate.act_high), (None, None, Some(d("50"))));
        let nitrite = Range::from_preset(d("0"), d("0.25"), ActRule::TwiceUpper);
        assert_eq!((nitrite.ok_high, nitrite.act_high), (Some(d("0.25")), Some(d("0.5"))));
    }

    #[test]
    fn bounds_belong_to_the_better_band() {
        for (value, band, side) in [
            ("8.024", Band::Act, Some(Side::Low)),
            ("8.025", Band::Watch, Some(Side::Low)),
            ("8.0999", Band::Watch, Some(Side::Low)),
            ("8.1", Band::Ok, None),
            ("8.4", Band::Ok, None),
            ("8.4001", Band::Watch, Some(Side::High)),
            ("8.475", Band::Watch, Some(Side::High)),
            ("8.48", Band::Act, Some(Side::High)),
        ] {
            let verdict = ph().judge(d(value), false);
            assert_eq!((verdict.band, verdict.beyond.map(|beyond| beyond.0)), (band, side), "{value}");
        }
    }

    #[test]
    fn what_is_toxic_has_no_lower_side_and_below_detection_is_ok() {
        let nitrite = Range::from_preset(d("0"), d("0.25"), ActRule::TwiceUpper);
        assert_eq!(nitrite.judge(d("0"), false).band, Band::Ok);
        assert_eq!(nitrite.judge(d("1"), false).band, Band::Act);
        assert_eq!(nitrite.judge(d("1"), true).band, Band::Ok);
        assert_eq!(ph().judge(d("6"), true).band, Band::Act);
        assert_eq!(Range::default().judge(d("-5"), false), FINE);
    }

    #[test]
    fn says_it_in_words() {
        let (ppm, unit) = (linear("ppm", "ppm", "1", 3), linear("pH", "pH", "1", 2));
        let nitrite = Range::from_preset(d("0"), d("0.2500"), ActRule::TwiceUpper);
        assert_eq!(nitrite.judge(d("0.5"), false).in_words(&ppm).unwrap(), "above 0.25");
        assert_eq!(nitrite.judge(d("0.2"), false).in_words(&ppm), None);
        assert_eq!(ph().judge(d("7"), false).in_words(&unit).unwrap(), "below 8.1");
        assert_eq!(ph().ok_in_words(&unit).unwrap(), "8.1 to 8.4");
        assert_eq!(nitrite.ok_in_words(&ppm).unwrap(), "up to 0.25");
    }

    #[test]
    fn numbers_must_rise() {
        assert!(Range::new(None, Some(d("1")), Some(d("1")), Some(d("2"))).is_ok());
        assert_eq!(Range::new(Some(d("2")), None, None, Some(d("1"))), Err(NotRising));
    }

    proptest! {
        #[test]
        fn exactly_one_band_holds(mut bounds in prop::array::uniform4(-1_000_i64..1_000), value in -1_500_i64..1_500) {
            bounds.sort_unstable();
            let [act_low, ok_low, ok_high, act_high] = bounds.map(|bound| Some(Decimal::new(bound, 2)));
            let range = Range::new(act_low, ok_low, ok_high, act_high).unwrap();
            let expected = if (bounds[1]..=bounds[2]).contains(&value) {
                Band::Ok
            } else if (bounds[0]..=bounds[3]).contains(&value) {
                Band::Watch
            } else {
                Band::Act
            };
            prop_assert_eq!(range.judge(Decimal::new(value, 2), false).band, expected);
        }
    }
}
