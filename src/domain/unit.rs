//! Units: how an entered number becomes the canonical one, and back.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::domain::id::ParameterId;
use crate::domain::number::{self, Digits};
use crate::domain::seawater;

/// Decimals of a stored reading.
const STORED_DECIMALS: u32 = 4;

/// How a unit's numbers become numbers of the canonical unit. The text forms are those of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Times a factor.
    Linear,
    /// °F to °C.
    Fahrenheit,
    /// Specific gravity at 25/25 °C to ppt.
    SpecificGravity,
    /// mS/cm at 25 °C to ppt.
    Conductivity,
}

impl Conversion {
    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Fahrenheit => "fahrenheit",
            Self::SpecificGravity => "specific_gravity",
            Self::Conductivity => "conductivity",
        }
    }
}

impl std::str::FromStr for Conversion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Linear, Self::Fahrenheit, Self::SpecificGravity, Self::Conductivity]
            .into_iter()
            .find(|conversion| conversion.as_str() == text)
            .ok_or_else(|| format!("no such conversion: {text}"))
    }
}

/// The units a keeper starts with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnitSystem {
    /// °C, ppt, litres.
    #[default]
    Metric,
    /// °F, specific gravity, US gallons.
    Imperial,
}

impl UnitSystem {
    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Imperial => "imperial",
        }
    }
}

impl std::str::FromStr for UnitSystem {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "metric" => Ok(Self::Metric),
            "imperial" => Ok(Self::Imperial),
            _ => Err(format!("no such unit system: {text}")),
        }
    }
}

/// The units a keeper reads in: those of a system, and the ones chosen for single parameters.
///
/// Which unit a parameter is shown in is decided by
/// [`preferred_unit`](crate::domain::parameter::Parameter::preferred_unit), and nowhere else.
#[derive(Clone, Copy, Debug, Default)]
pub struct Units<'a> {
    /// The system.
    pub system: UnitSystem,
    /// Parameters with the code of the unit chosen for each.
    pub own: &'a [(ParameterId, String)],
}

impl From<UnitSystem> for Units<'static> {
    fn from(system: UnitSystem) -> Self {
        Self { system, own: &[] }
    }
}

/// A unit in which one parameter may be entered and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterUnit {
    /// The unit's key, such as `degC`.
    pub code: String,
    /// What is printed beside a number, such as °C.
    pub symbol: String,
    /// In words, for a list to choose from.
    pub name: String,
    /// How to get to the canonical unit.
    pub conversion: Conversion,
    /// For [`Conversion::Linear`]: canonical = entered × factor.
    pub factor: Decimal,
    /// Most decimals shown.
    pub decimals: u32,
    /// Always so many, so that a column lines up; else three significant digits, as for concentrations.
    pub fixed: bool,
    /// The one an imperial keeper starts with.
    pub imperial: bool,
}

impl ParameterUnit {
    /// The canonical value of an entered one, rounded as it is stored. `None` when the formula does not
    /// reach so far (SG below 1.000) or the result does not fit.
    pub fn to_canonical(&self, entered: Decimal) -> Option<Decimal> {
        let value = match self.conversion {
            Conversion::Linear => entered.checked_mul(self.factor)?,
            Conversion::Fahrenheit => entered
                .checked_sub(Decimal::from(32))?
                .checked_mul(Decimal::from(5))?
                .checked_div(Decimal::from(9))?,
            Conversion::SpecificGravity => by_formula(entered, seawater::salinity_of_specific_gravity_25)?,
            Conversion::Conductivity => by_formula(entered, seawater::salinity_of_conductivity_25)?,
        };
        let value = value.round_dp_with_strategy(STORED_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
        (value.abs() < Decimal::from(100_000_000)).then_some(value)
    }

    /// A canonical value in this unit, unrounded.
    pub fn from_canonical(&self, value: Decimal) -> Option<Decimal> {
        match self.conversion {
            Conversion::Linear => value.checked_div(self.factor),
            Conversion::Fahrenheit => value
                .checked_mul(Decimal::from(9))?
                .checked_div(Decimal::from(5))?
                .checked_add(Decimal::from(32)),
            Conversion::SpecificGravity => by_formula(value, |salinity| {
                (salinity >= 0.0).then(|| seawater::specific_gravity_25(salinity))
            }),
            Conversion::Conductivity => by_formula(value, seawater::conductivity_25),
        }
    }

    /// What may be entered in this unit whatever the parameter's bounds say; hydrometers end at 1.045.
    pub fn entry_bounds(&self) -> Option<(Decimal, Decimal)> {
        (self.conversion == Conversion::SpecificGravity)
            .then(|| (Decimal::new(1_000, 3), Decimal::new(1_045, 3)))
    }

    /// How its numbers are shown.
    pub const fn digits(&self) -> Digits {
        if self.fixed { Digits::Fixed(self.decimals) } else { Digits::Significant(self.decimals) }
    }

    /// A number of this unit with sensible digits, without the unit.
    pub fn show(&self, value: Decimal) -> String {
        number::show(value, self.digits())
    }

    /// A canonical value shown in this unit, without the unit.
    pub fn show_canonical(&self, value: Decimal) -> String {
        // Outside the formula's reach there is still the canonical number to show.
        self.from_canonical(value).map_or_else(|| number::plainly(value), |value| self.show(value))
    }

    /// A shown number with its unit: `25.6 °C`, `420 ppm`; pH has none.
    pub fn with_symbol(&self, shown: &str) -> String {
        if self.symbol.is_empty() || self.code == "pH" {
            shown.to_owned()
        } else {
            format!("{shown} {}", self.symbol)
        }
    }
}

/// The units whose numbers have fixed decimals: a column of them should line up.
pub fn is_fixed(code: &str) -> bool {
    matches!(code, "degC" | "degF" | "pH" | "ppt" | "sg")
}

fn by_formula(value: Decimal, formula: impl Fn(f64) -> Option<f64>) -> Option<Decimal> {
    Decimal::from_f64_retain(formula(value.to_f64()?)?)
}

/// Samples for the tests of other modules.
#[cfg(test)]
pub(crate) mod sample {
    use super::*;

    pub(crate) fn unit(
        code: &str,
        symbol: &str,
        conversion: Conversion,
        factor: &str,
        decimals: u32,
    ) -> ParameterUnit {
        ParameterUnit {
            code: code.to_owned(),
            symbol: symbol.to_owned(),
            name: code.to_owned(),
            conversion,
            factor: factor.parse().unwrap(),
            decimals,
            fixed: is_fixed(code),
            imperial: matches!(code, "degF" | "sg"),
        }
    }

    pub(crate) fn linear(code: &str, symbol: &str, factor: &str, decimals: u32) -> ParameterUnit {
        unit(code, symbol, Conversion::Linear, factor, decimals)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sample::{linear, unit};
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn fahrenheit() -> ParameterUnit {
        unit("degF", "°F", Conversion::Fahrenheit, "1", 1)
    }

    fn gravity() -> ParameterUnit {
        unit("sg", "SG", Conversion::SpecificGravity, "1", 4)
    }

    fn conductivity() -> ParameterUnit {
        unit("ms_cm", "mS/cm", Conversion::Conductivity, "1", 2)
    }

    #[test]
    fn golden_values() {
        assert_eq!(fahrenheit().to_canonical(d("78")), Some(d("25.5556")));
        assert_eq!(fahrenheit().show_canonical(d("25.4")), "77.7");
        assert_eq!(linear("ppm_n", "ppm N", "4.4266", 3).to_canonical(d("10")), Some(d("44.266")));
        assert_eq!(linear("meq_per_l", "meq/L", "2.8039", 2).to_canonical(d("1")), Some(d("2.8039")));
        assert_eq!(linear("ppb", "ppb", "0.001", 0).to_canonical(d("31")), Some(d("0.031")));
        assert_eq!(gravity().show_canonical(d("35")), "1.0264");
        assert_eq!(gravity().to_canonical(d("1.0000")), Some(d("0")));
        assert_eq!(gravity().to_canonical(d("0.9999")), None);
        assert_eq!(gravity().to_canonical(d("99999999")), None);
        assert_eq!(conductivity().show_canonical(d("35")), "53.1");
        assert_eq!(conductivity().to_canonical(d("-1")), None);
        assert_eq!(linear("x", "x", "1000", 0).to_canonical(d("99999999")), None);
    }

    #[test]
    fn a_conversion_reads_its_own_name() {
        for name in ["linear", "fahrenheit", "specific_gravity", "conductivity"] {
            assert_eq!(name.parse::<Conversion>().unwrap().as_str(), name);
        }
        assert!("celsius".parse::<Conversion>().is_err());
    }

    #[test]
    fn numbers_and_units_are_printed_as_people_write_them() {
        let ph = linear("pH", "pH", "1", 2);
        assert_eq!(ph.with_symbol(&ph.show(d("8.2"))), "8.20");
        let ppm = linear("ppm", "ppm", "1", 3);
        assert_eq!(ppm.with_symbol(&ppm.show(d("0.5000"))), "0.5 ppm");
    }

    /// What was entered comes back from the stored value at the precision it was entered with.
    fn comes_back(unit: &ParameterUnit, entered: Decimal) {
        let back = unit.from_canonical(unit.to_canonical(entered).unwrap()).unwrap();
        assert_eq!(back.round_dp(entered.scale()), entered, "{} {}", unit.code, entered);
    }

    proptest! {
        #[test]
        fn no_drift(tenths in 0_i64..10_000, hundredths in 0_i64..1_400, gravities in 10_000_i64..10_450) {
            comes_back(&fahrenheit(), Decimal::new(tenths % 900 + 290, 1));
            comes_back(&linear("pH", "pH", "1", 2), Decimal::new(hundredths, 2));
            comes_back(&gravity(), Decimal::new(gravities, 4));
            comes_back(&conductivity(), Decimal::new(tenths % 800, 1));
            for factor in ["1.2879", "1.0592153896", "3.2844", "4.4266", "3.0661", "2.8039", "0.0560331735", "0.0560286867"] {
                comes_back(&linear("x", "x", factor, 2), Decimal::new(hundredths, 2));
            }
            comes_back(&linear("ppb", "ppb", "0.001", 0), Decimal::from(tenths));
        }
    }
}
