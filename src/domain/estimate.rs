//! What readings taken together tell that none of them says alone: toxic ammonia and dissolved CO₂. Shown with
//! their inputs, or not at all.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::domain::chemistry;
use crate::domain::health::State;
use crate::domain::parameter::WaterType;

/// The CO₂ that a planted tank is kept at, ppm.
pub const CO2_TARGET: (f64, f64) = (20.0, 30.0);

/// A value that was taken together with others, in its canonical unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// The value.
    pub value: Decimal,
    /// Below detection: the value is the limit.
    pub below: bool,
}

/// An estimated value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value: mg/L NH₃, or ppm CO₂.
    pub value: f64,
    /// The truth is below it.
    pub below: bool,
    /// How it stands; `None` where nobody can say from this alone.
    pub state: Option<State>,
    /// The keys of the parameters it follows from, in the order to name them.
    pub from: &'static [&'static str],
}

/// Toxic ammonia from total ammonia, pH, temperature and, but in fresh water, salinity; `None` when one of them
/// is missing or out of the formula's reach.
pub fn ammonia(water: WaterType, given: impl Fn(&str) -> Option<Given>) -> Option<Estimate> {
    let exact = |key: &str| given(key).filter(|given| !given.below)?.value.to_f64();
    let total = given("ammonia")?;
    let (ph, celsius) = (exact("ph")?, exact("temperature")?);
    let (fraction, from): (_, &[_]) = if water == WaterType::Fresh {
        (chemistry::nh3_fraction_fresh(ph, celsius)?, &["ammonia", "ph", "temperature"])
    } else {
        let fraction = chemistry::nh3_fraction_salt(ph, celsius, exact("salinity")?)?;
        (fraction, &["ammonia", "ph", "temperature", "salinity"])
    };
    let value = chemistry::toxic_ammonia(total.value.to_f64()?, fraction);
    let act = if water == WaterType::Salt { chemistry::NH3_ACT_MARINE } else { chemistry::NH3_ACT };
    let state = match value {
        _ if total.below => State::Ok,
        value if value >= act => State::Act,
        value if value >= chemistry::NH3_WATCH => State::Watch,
        _ => State::Ok,
    };
    Some(Estimate { value, below: total.below, state: Some(state), from })
}

/// Dissolved CO₂ from KH and pH, in fresh water only. It is judged where plants are what the tank is for.
pub fn co2(water: WaterType, planted: bool, given: impl Fn(&str) -> Option<Given>) -> Option<Estimate> {
    if water != WaterType::Fresh {
        return None;
    }
    let kh = given("kh")?;
    let ph = given("ph").filter(|ph| !ph.below)?;
    let value = chemistry::co2_estimate(kh.value.to_f64()?, ph.value.to_f64()?)?;
    let (low, high) = CO2_TARGET;
    let inside = (low..=high).contains(&value);
    let state = (planted && !kh.below).then_some(if inside { State::Ok } else { State::Watch });
    Some(Estimate { value, below: kh.below, state, from: &["kh", "ph"] })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `key value` pairs; a value with `<` is below detection.
    fn session(values: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<Given> {
        move |key| {
            let (_, text) = values.iter().find(|(known, _)| *known == key)?;
            let number = text.trim_start_matches('<');
            Some(Given { value: number.parse().unwrap(), below: number != *text })
        }
    }

    #[test]
    fn ammonia_needs_its_own_inputs() {
        let reef = &[("ammonia", "0.5"), ("ph", "8.2"), ("temperature", "25"), ("salinity", "35")];
        let estimate = ammonia(WaterType::Salt, session(reef)).unwrap();
        assert!((estimate.value - 0.5 / 1.2879 * 1.2159 * 0.0826).abs() < 1e-4, "{estimate:?}");
        assert_eq!((estimate.state, estimate.from.len()), (Some(State::Act), 4));
        let fresh = ammonia(WaterType::Fresh, session(reef)).unwrap();
        assert_eq!((fresh.state, fresh.from.len()), (Some(State::Watch), 3));
        let missing = &[("ammonia", "0.5"), ("ph", "8.2"), ("temperature", "25")];
        assert_eq!(ammonia(WaterType::Brackish, session(missing)), None);
        assert_eq!(ammonia(WaterType::Fresh, session(&[("ammonia", "0.5"), ("ph", "8.2")])), None);
        assert_eq!(ammonia(WaterType::Fresh, session(&[("ph", "8.2"), ("temperature", "25")])), None);
        let unsure = &[("ammonia", "0.5"), ("ph", "<8.2"), ("temperature", "25")];
        assert_eq!(ammonia(WaterType::Fresh, session(unsure)), None);
        let below = &[("ammonia", "<0.5"), ("ph", "9"), ("temperature", "25")];
        let below = ammonia(WaterType::Fresh, session(below)).unwrap();
        assert!(below.below && below.state == Some(State::Ok));
    }

    #[test]
    fn co2_is_judged_in_a_planted_tank_only() {
        let right = &[("kh", "4"), ("ph", "6.7")];
        let estimate = co2(WaterType::Fresh, true, session(right)).unwrap();
        assert!((estimate.value - 23.94).abs() < 0.01 && estimate.state == Some(State::Ok));
        assert_eq!(co2(WaterType::Fresh, false, session(right)).unwrap().state, None);
        assert_eq!(co2(WaterType::Salt, true, session(right)), None);
        let little = &[("kh", "4"), ("ph", "7.6")];
        assert_eq!(co2(WaterType::Fresh, true, session(little)).unwrap().state, Some(State::Watch));
        assert_eq!(co2(WaterType::Fresh, true, session(&[("kh", "4")])), None);
        let below = &[("kh", "<1"), ("ph", "7")];
        let below = co2(WaterType::Fresh, true, session(below)).unwrap();
        assert!(below.below && below.state.is_none());
    }
}
