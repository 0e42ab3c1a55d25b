//! What readings taken together tell: toxic ammonia and CO₂, each with its inputs.

use rust_decimal::Decimal;

use super::parts::State;
use super::tank::Seen;
use super::text;
use crate::db::overview::{LatestReading, Overview};
use crate::domain::estimate::{self, CO2_TARGET, Given};
use crate::domain::number::{self, Digits};
use crate::domain::parameter::{Catalogue, WaterType};

/// The profile of tanks whose CO₂ has an aim.
const PLANTED: &str = "planted_fw";

/// An estimate, ready to show.
#[derive(Clone, Debug)]
pub struct Estimate {
    /// Where it stands; none where it is not judged.
    pub state: Option<State>,
    /// `Toxic ammonia about 0.0123 mg/L NH₃`.
    pub title: String,
    /// What it was estimated from, and what to aim at.
    pub inputs: String,
}

/// A value of those that were taken together.
#[derive(Clone, Copy, Debug)]
pub struct Taken<'a> {
    /// What was measured, and in which unit to say it.
    pub seen: Seen<'a>,
    /// The reading.
    pub reading: &'a LatestReading,
}

/// Readings that were taken together, and the tank they are of.
struct Together<'a> {
    taken: Vec<Taken<'a>>,
    water: WaterType,
    planted: bool,
}

/// Everything that follows from readings taken together in this tank.
pub fn all(taken: Vec<Taken<'_>>, overview: &Overview, catalogue: &Catalogue) -> Vec<Estimate> {
    let together = Together::new(taken, overview, catalogue);
    [together.ammonia(), together.co2()].into_iter().flatten().collect()
}

/// What follows from a tank's latest values: only those count that were taken at one time.
pub fn of_latest(seen: &[Seen<'_>], overview: &Overview, catalogue: &Catalogue) -> Vec<Estimate> {
    let latest = |seen: &Seen<'_>| seen.tracked.latest.as_ref().map(|latest| latest.taken_at);
    let with = |key: &str| {
        let at = latest(seen.iter().find(|seen| seen.parameter.key == key)?)?;
        let taken = seen.iter().filter(|seen| latest(seen) == Some(at));
        let taken =
            taken.filter_map(|seen| Some(Taken { seen: *seen, reading: seen.tracked.latest.as_ref()? }));
        Some(Together::new(taken.collect(), overview, catalogue))
    };
    let ammonia = with("ammonia").and_then(|together| together.ammonia());
    let co2 = with("kh").and_then(|together| together.co2());
    [ammonia, co2].into_iter().flatten().collect()
}

impl<'a> Together<'a> {
    fn new(taken: Vec<Taken<'a>>, overview: &Overview, catalogue: &Catalogue) -> Self {
        let profile = catalogue.profile(&overview.tank.profile);
        let water = profile.map_or(WaterType::Fresh, |profile| profile.water_type);
        Self { taken, water, planted: overview.tank.profile == PLANTED }
    }

    fn find(&self, key: &str) -> Option<&Taken<'a>> {
        self.taken.iter().find(|taken| taken.seen.parameter.key == key)
    }

    fn given(&self, key: &str) -> Option<Given> {
        let reading = self.find(key)?.reading;
        Some(Given { value: reading.value, below: reading.below })
    }

    fn ammonia(&self) -> Option<Estimate> {
        let estimate = estimate::ammonia(self.water, |key| self.given(key))?;
        self.view(estimate, "Toxic ammonia", "mg/L NH₃", Digits::Significant(4), "")
    }

    fn co2(&self) -> Option<Estimate> {
        let estimate = estimate::co2(self.water, self.planted, |key| self.given(key))?;
        let (low, high) = CO2_TARGET;
        let aim = if self.planted {
            format!("; a planted tank aims at {low} to {high} ppm")
        } else {
            String::new()
        };
        // The formula is no better than that.
        let digits = Digits::Significant(u32::from(estimate.value < 10.0));
        self.view(estimate, "CO₂", "ppm", digits, &aim)
    }

    fn view(
        &self,
        estimate: estimate::Estimate,
        name: &str,
        unit: &str,
        digits: Digits,
        aim: &str,
    ) -> Option<Estimate> {
        let shown = number::show(Decimal::from_f64_retain(estimate.value)?, digits);
        let inputs = estimate.from.iter().filter_map(|key| {
            let Taken { seen, reading } = self.find(key)?;
            Some(format!("{} {}", seen.parameter.name, seen.unit.with_symbol(&seen.value(reading))))
        });
        let inputs = text::list(&inputs.collect::<Vec<_>>());
        Some(Estimate {
            state: estimate.state.map(State::from),
            title: format!("{name} about {}{shown} {unit}", if estimate.below { "<" } else { "" }),
            inputs: format!("estimated from: {inputs}{aim}"),
        })
    }
}

#[cfg(test)]
impl Estimate {
    pub(super) fn samples() -> Vec<Self> {
        let inputs = "estimated from: Ammonia 0.02 ppm, pH 8.1, Temperature 25.4 °C and Salinity 35.0 ppt";
        let co2 = "estimated from: KH 4 dKH and pH 6.7; a planted tank aims at 20 to 30 ppm";
        vec![
            Self {
                state: Some(State::Ok),
                title: "Toxic ammonia about 0.0013 mg/L NH₃".to_owned(),
                inputs: inputs.to_owned(),
            },
            Self { state: None, title: "CO₂ about 24 ppm".to_owned(), inputs: co2.to_owned() },
        ]
    }
}
