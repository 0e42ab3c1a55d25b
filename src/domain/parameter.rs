//! What is measured, in which units, and the profiles a tank chooses from.

use std::collections::HashMap;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::domain::id::ParameterId;
use crate::domain::unit::{ParameterUnit, UnitSystem, Units};

/// The water of a tank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaterType {
    /// Fresh water.
    Fresh,
    /// Sea water.
    Salt,
    /// In between.
    Brackish,
}

impl WaterType {
    /// All of them, in the order of a list.
    pub const ALL: [Self; 3] = [Self::Fresh, Self::Salt, Self::Brackish];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Salt => "salt",
            Self::Brackish => "brackish",
        }
    }

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fresh => "Freshwater",
            Self::Salt => "Saltwater",
            Self::Brackish => "Brackish",
        }
    }
}

impl FromStr for WaterType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|water| water.as_str() == text)
            .ok_or_else(|| format!("no such water type: {text}"))
    }
}

/// One thing that is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its id.
    pub id: ParameterId,
    /// Its key in forms and addresses, such as `nitrite`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Its name where there is little room, such as NO₂.
    pub short_name: String,
    /// The unit its values are stored in.
    pub canonical: ParameterUnit,
    /// All units it can be entered in, the first offered first; the canonical one is among them.
    pub units: Vec<ParameterUnit>,
    /// Below this (canonical) is a slip of the finger.
    pub hard_low: Decimal,
    /// Above this (canonical) is a slip of the finger.
    pub hard_high: Decimal,
    /// A larger step (canonical) from the tank's last value asks once.
    pub jump: Option<Decimal>,
    /// False for what is toxic: 0 is ideal.
    pub has_lower_side: bool,
    /// The waters in which it is offered.
    pub waters: Vec<WaterType>,
    /// Defined by the household.
    pub custom: bool,
    /// No longer offered and no longer tracked; what was measured stays.
    pub retired: bool,
    /// Its place in lists.
    pub position: i16,
}

impl Parameter {
    /// The unit with this code.
    pub fn unit(&self, code: &str) -> Option<&ParameterUnit> {
        self.units.iter().find(|unit| unit.code == code)
    }

    /// The unit to show and to offer. In this order:
    ///
    /// 1. the one the keeper chose for this parameter;
    /// 2. else the one last used for it in the tank: at a tank people keep to one kit;
    /// 3. else the one of the keeper's system;
    /// 4. else the canonical one.
    ///
    /// A code that the parameter does not have (any more) is passed over.
    pub fn preferred_unit<'u>(&self, units: impl Into<Units<'u>>, last_used: Option<&str>) -> &ParameterUnit {
        let Units { system, own } = units.into();
        let chosen = own.iter().find(|(parameter, _)| *parameter == self.id).map(|(_, code)| code.as_str());
        let unit = |code: Option<&str>| code.and_then(|code| self.unit(code));
        unit(chosen).or_else(|| unit(last_used)).unwrap_or_else(|| self.unit_of(system))
    }

    /// The unit of a system.
    pub fn unit_of(&self, system: UnitSystem) -> &ParameterUnit {
        match system {
            UnitSystem::Metric => &self.canonical,
            UnitSystem::Imperial => self.units.iter().find(|unit| unit.imperial).unwrap_or(&self.canonical),
        }
    }

    /// Whether it is offered in this water.
    pub fn is_offered_in(&self, water: WaterType) -> bool {
        !self.retired && self.waters.contains(&water)
    }
}

/// A kind of tank, with its presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its key, such as `reef_sw`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// The water it belongs to.
    pub water_type: WaterType,
}

/// Everything that can be measured, and every profile. Kept in memory; a household changes it rarely.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    parameters: Vec<Parameter>,
    profiles: Vec<Profile>,
    by_id: HashMap<ParameterId, usize>,
}

impl Catalogue {
    /// A catalogue of these, in this order.
    pub fn new(parameters: Vec<Parameter>, profiles: Vec<Profile>) -> Self {
        let by_id = parameters.iter().enumerate().map(|(place, parameter)| (parameter.id, place)).collect();
        Self { parameters, profiles, by_id }
    }

    /// All parameters in the order of lists.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter with this id.
    pub fn parameter(&self, id: ParameterId) -> Option<&Parameter> {
        self.by_id.get(&id).and_then(|place| self.parameters.get(*place))
    }

    /// The parameter with this key.
    pub fn parameter_by_key(&self, key: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.key == key)
    }

    /// All profiles in the order of lists.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The profile with this key.
    pub fn profile(&self, key: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.key == key)
    }
}

/// Samples for the tests of other modules.
#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use crate::domain::unit::Conversion;
    use crate::domain::unit::sample::{linear, unit};

    fn parameter(
        id: i16,
        key: &str,
        name: &str,
        units: Vec<ParameterUnit>,
        bounds: (i64, i64),
        jump: i64,
    ) -> Parameter {
        Parameter {
            id: ParameterId(id),
            key: key.to_owned(),
            name: name.to_owned(),
            short_name: name.to_owned(),
            canonical: units[0].clone(),
            units,
            hard_low: Decimal::from(bounds.0),
            hard_high: Decimal::from(bounds.1),
            jump: Some(Decimal::from(jump)),
            has_lower_side: key != "nitrite",
            waters: WaterType::ALL.to_vec(),
            custom: false,
            retired: false,
            position: id,
        }
    }

    pub(crate) fn temperature() -> Parameter {
        let fahrenheit = unit("degF", "°F", Conversion::Fahrenheit, "1", 1);
        parameter(
            1,
            "temperature",
            "Temperature",
            vec![linear("degC", "°C", "1", 1), fahrenheit],
            (-2, 45),
            5,
        )
    }

    pub(crate) fn ph() -> Parameter {
        parameter(2, "ph", "pH", vec![linear("pH", "pH", "1", 2)], (0, 14), 1)
    }

    pub(crate) fn salinity() -> Parameter {
        let gravity = unit("sg", "SG", Conversion::SpecificGravity, "1", 4);
        parameter(3, "salinity", "Salinity", vec![linear("ppt", "ppt", "1", 1), gravity], (0, 60), 5)
    }

    pub(crate) fn nitrite() -> Parameter {
        let units = vec![linear("ppm", "ppm", "1", 3), linear("ppm_n", "ppm N", "3.2844", 3)];
        parameter(5, "nitrite", "Nitrite", units, (0, 10_000), 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_used_unit_wins_over_the_keepers_system() {
        let temperature = sample::temperature();
        let code = |system, last| temperature.preferred_unit(system, last).code.as_str();
        assert_eq!(code(UnitSystem::Metric, None), "degC");
        assert_eq!(code(UnitSystem::Imperial, None), "degF");
        assert_eq!(code(UnitSystem::Imperial, Some("degC")), "degC");
        assert_eq!(code(UnitSystem::Metric, Some("sg")), "degC");
        assert_eq!(sample::ph().preferred_unit(UnitSystem::Imperial, None).code, "pH");
    }

    #[test]
    fn the_keepers_own_choice_wins_over_the_last_used_unit() {
        let (temperature, salinity) = (sample::temperature(), sample::salinity());
        let own = [(salinity.id, "ppt".to_owned()), (temperature.id, "degF".to_owned())];
        let units = Units { system: UnitSystem::Metric, own: &own };
        assert_eq!(temperature.preferred_unit(units, Some("degC")).code, "degF");
        assert_eq!(
            salinity.preferred_unit(Units { system: UnitSystem::Imperial, own: &own }, None).code,
            "ppt"
        );
        let gone = [(temperature.id, "kelvin".to_owned())];
        let units = Units { system: UnitSystem::Imperial, own: &gone };
        assert_eq!(temperature.preferred_unit(units, Some("degC")).code, "degC");
        assert_eq!(temperature.preferred_unit(units, None).code, "degF");
    }

    #[test]
    fn a_catalogue_finds_by_id_and_key() {
        let catalogue = Catalogue::new(vec![sample::ph(), sample::nitrite()], Vec::new());
        assert_eq!(catalogue.parameter(ParameterId(5)).unwrap().key, "nitrite");
        assert_eq!(catalogue.parameter_by_key("ph").unwrap().id, ParameterId(2));
        assert_eq!(catalogue.parameter(ParameterId(9)), None);
        assert_eq!(catalogue.profile("reef_sw"), None);
    }
}
