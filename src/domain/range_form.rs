//! A tank's own range for a parameter, as it is typed: in the keeper's unit, stored in the canonical one.

use rust_decimal::{Decimal, RoundingStrategy};

use super::field::FieldErrors;
use super::number;
use super::parameter::Parameter;
use super::range::Range;
use super::unit::ParameterUnit;

/// After at most so many days a reading is stale.
pub const STALE_MAX: i16 = 3650;
/// The names of the four fields, in the order in which their numbers rise.
pub const FIELDS: [&str; 4] = ["act_low", "ok_low", "ok_high", "act_high"];
/// What the fields are called.
pub const LABELS: [&str; 4] = ["Act below", "OK from", "OK up to", "Act above"];

/// The form as it came in.
#[derive(Clone, Debug, Default)]
pub struct RangeForm {
    /// The four numbers, in the order of [`FIELDS`]; each may be empty.
    pub bounds: [String; 4],
    /// Days; empty for the preset's.
    pub stale_after_days: String,
}

/// What holds in a tank for one parameter, and what would hold without the tank's own numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standards {
    /// The range in force.
    pub range: Range,
    /// The preset of the tank's profile; empty when it has none.
    pub preset: Range,
    /// The preset's days.
    pub preset_stale_after_days: Option<i16>,
}

/// The tank's own numbers; `None` where the preset's hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnRange {
    /// The range, which may be empty: then every value is OK.
    pub range: Option<Range>,
    /// After how many days a reading is stale.
    pub stale_after_days: Option<i16>,
}

/// The four numbers of a range in the order of [`FIELDS`].
pub const fn bounds(range: &Range) -> [Option<Decimal>; 4] {
    [range.act_low, range.ok_low, range.ok_high, range.act_high]
}

/// A canonical number as its field shows it: in this unit, with all the digits that can be typed.
pub fn text(value: Decimal, unit: &ParameterUnit) -> String {
    number::plainly(in_unit(value, unit).unwrap_or(value))
}

fn in_unit(value: Decimal, unit: &ParameterUnit) -> Option<Decimal> {
    let value = unit.from_canonical(value)?;
    Some(value.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero))
}

/// Checks a form. A number that was left as it was shown stays exactly what it is stored as, whatever the
/// conversion makes of it.
///
/// # Errors
/// Everything that is wrong, by the names of [`FIELDS`] and `stale_after_days`.
pub fn check(
    form: &RangeForm,
    parameter: &Parameter,
    unit: &ParameterUnit,
    standards: &Standards,
) -> Result<OwnRange, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut found = [None; 4];
    let mut below: Option<(usize, Decimal)> = None;
    for (place, field) in FIELDS.into_iter().enumerate() {
        let known = [bounds(&standards.range)[place], bounds(&standards.preset)[place]];
        let bound = bound(&form.bounds[place], place, known, parameter, unit);
        let Some(Some(value)) = errors.take(field, bound) else { continue };
        if let Some((other, least)) = below.filter(|(_, least)| value < *least) {
            let (label, least) = (LABELS[other], text(least, unit));
            errors.push(field, format!("The numbers must rise: “{label}” is {least}."));
        }
        found[place] = Some(value);
        below = Some((place, value));
    }
    let stale_after_days = errors.take("stale_after_days", days(&form.stale_after_days)).flatten();
    if !errors.is_empty() {
        return Err(errors);
    }
    let [act_low, ok_low, ok_high, act_high] = found;
    let range = Range { act_low, ok_low, ok_high, act_high };
    Ok(OwnRange {
        range: (range != standards.preset).then_some(range),
        stale_after_days: stale_after_days.filter(|days| Some(*days) != standards.preset_stale_after_days),
    })
}

fn bound(
    typed: &str,
    place: usize,
    known: [Option<Decimal>; 2],
    parameter: &Parameter,
    unit: &ParameterUnit,
) -> Result<Option<Decimal>, String> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    if place < 2 && !parameter.has_lower_side {
        return Err(format!("{} has no lower side: 0 is ideal.", parameter.name));
    }
    let entered = number::parse_plain(typed, number::READING).map_err(|error| error.to_string())?;
    if let Some(same) = known.into_iter().flatten().find(|known| in_unit(*known, unit) == Some(entered)) {
        return Ok(Some(same));
    }
    let hard = parameter.hard_low..=parameter.hard_high;
    if let Some(value) = unit.to_canonical(entered).filter(|value| hard.contains(value)) {
        return Ok(Some(value));
    }
    let [low, high] = [parameter.hard_low, parameter.hard_high].map(|hard| unit.show_canonical(hard));
    Err(format!("{} is between {low} and {}.", parameter.name, unit.with_symbol(&high)))
}

fn days(typed: &str) -> Result<Option<i16>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let plain = typed.len() <= 4 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let days = plain.then(|| typed.parse().ok()).flatten().filter(|days| (1..=STALE_MAX).contains(days));
    days.map(Some).ok_or_else(|| format!("Enter a whole number of days, 1 to {STALE_MAX}."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::parameter::sample;
    use crate::domain::range::ActRule;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn form(bounds: [&str; 4], days: &str) -> RangeForm {
        RangeForm { bounds: bounds.map(str::to_owned), stale_after_days: days.to_owned() }
    }

    fn standards() -> Standards {
        let preset = Range::from_preset(d("24.4"), d("26.7"), ActRule::Quarter);
        Standards { range: preset, preset, preset_stale_after_days: Some(7) }
    }

    fn submit(bounds: [&str; 4], days: &str, unit: &str) -> Result<OwnRange, Vec<String>> {
        let temperature = sample::temperature();
        check(&form(bounds, days), &temperature, temperature.unit(unit).unwrap(), &standards()).map_err(
            |errors| errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect(),
        )
    }

    #[test]
    fn what_is_left_as_it_was_stays_the_presets() {
        let temperature = sample::temperature();
        for unit in ["degC", "degF"] {
            let shown =
                bounds(&standards().range).map(|bound| text(bound.unwrap(), temperature.unit(unit).unwrap()));
            let typed = shown.each_ref().map(String::as_str);
            assert_eq!(submit(typed, "7", unit), Ok(OwnRange::default()), "{typed:?}");
            assert_eq!(submit(typed, "", unit), Ok(OwnRange::default()));
            assert_eq!(submit(typed, "3", unit).unwrap().stale_after_days, Some(3));
        }
    }

    #[test]
    fn own_numbers_are_stored_in_the_canonical_unit() {
        let own = submit(["73", "75,2", "80.6", ""], "10", "degF").unwrap();
        let range = own.range.unwrap();
        assert_eq!(bounds(&range), [Some(d("22.7778")), Some(d("24")), Some(d("27")), None]);
        assert_eq!(own.stale_after_days, Some(10));
        let none = submit(["", "", "", ""], "", "degC").unwrap();
        assert_eq!(none.range, Some(Range::default()), "a range of its own that is empty");
    }

    #[test]
    fn each_field_is_described() {
        assert_eq!(
            submit(["24", "23", "x", "22"], "0", "degC").unwrap_err(),
            [
                "ok_low: The numbers must rise: “Act below” is 24.",
                "ok_high: This is not a number. Write it like 8.2 or 8,2.",
                "act_high: The numbers must rise: “OK from” is 23.",
                "stale_after_days: Enter a whole number of days, 1 to 3650.",
            ]
        );
        assert_eq!(
            submit(["", "", "60", "<80"], "3651", "degC").unwrap_err(),
            [
                "ok_high: Temperature is between -2.0 and 45.0 °C.",
                "act_high: Enter a plain number, without <.",
                "stale_after_days: Enter a whole number of days, 1 to 3650.",
            ]
        );
        let (nitrite, unit) = (sample::nitrite(), sample::nitrite().canonical);
        let errors =
            check(&form(["", "0.1", "0.2", ""], ""), &nitrite, &unit, &Standards::default()).unwrap_err();
        assert_eq!(errors.on("ok_low"), Some("Nitrite has no lower side: 0 is ideal."));
    }

    proptest! {
        #[test]
        fn never_panics_and_always_rises(typed in prop::array::uniform4("(?s)[0-9.,<-]{0,6}|.{0,12}"), days in "(?s).{0,6}", fahrenheit: bool) {
            let temperature = sample::temperature();
            let unit = &temperature.units[usize::from(fahrenheit)];
            let form = RangeForm { bounds: typed, stale_after_days: days };
            if let Ok(OwnRange { range: Some(range), stale_after_days }) = check(&form, &temperature, unit, &standards()) {
                prop_assert!(bounds(&range).into_iter().flatten().is_sorted());
                prop_assert!(stale_after_days.is_none_or(|days| (1..=STALE_MAX).contains(&days)));
            }
        }

        #[test]
        fn showing_and_saving_changes_nothing(tenths in prop::array::uniform4(0_i64..45_000), fahrenheit: bool) {
            let mut tenths = tenths;
            tenths.sort_unstable();
            let [act_low, ok_low, ok_high, act_high] = tenths.map(|value| Some(Decimal::new(value, 3)));
            let range = Range { act_low, ok_low, ok_high, act_high };
            let (temperature, standards) = (sample::temperature(), Standards { range, ..standards() });
            let unit = &temperature.units[usize::from(fahrenheit)];
            let shown = bounds(&range).map(|bound| text(bound.unwrap(), unit));
            let form = RangeForm { bounds: shown, stale_after_days: String::new() };
            prop_assert_eq!(check(&form, &temperature, unit, &standards).unwrap().range, Some(range));
        }
    }
}
