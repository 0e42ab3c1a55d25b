//! Units of what is changed or added.

use std::str::FromStr;

use crate::domain::tank::VolumeUnit;

/// A unit of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Percent of the tank's volume.
    Percent,
    /// Litres.
    Litre,
    /// US gallons.
    UsGallon,
    /// UK gallons.
    UkGallon,
    /// Millilitres.
    Millilitre,
    /// Drops.
    Drop,
    /// Grams.
    Gram,
    /// Milligrams.
    Milligram,
    /// Teaspoons.
    Teaspoon,
    /// Tablespoons.
    Tablespoon,
    /// Fluid ounces.
    FluidOunce,
    /// Caps of the bottle.
    Cap,
    /// Strokes of the bottle's pump.
    Pump,
    /// Tablets.
    Tablet,
}

impl Unit {
    /// Those of a water change.
    pub const OF_WATER: [Self; 4] = [Self::Percent, Self::Litre, Self::UsGallon, Self::UkGallon];
    /// Those of a dose.
    pub const OF_DOSES: [Self; 10] = [
        Self::Millilitre,
        Self::Drop,
        Self::Gram,
        Self::Milligram,
        Self::Teaspoon,
        Self::Tablespoon,
        Self::FluidOunce,
        Self::Cap,
        Self::Pump,
        Self::Tablet,
    ];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Litre => "L",
            Self::UsGallon => "us_gal",
            Self::UkGallon => "uk_gal",
            Self::Millilitre => "mL",
            Self::Drop => "drop",
            Self::Gram => "g",
            Self::Milligram => "mg",
            Self::Teaspoon => "tsp",
            Self::Tablespoon => "tbsp",
            Self::FluidOunce => "fl_oz",
            Self::Cap => "cap",
            Self::Pump => "pump",
            Self::Tablet => "tablet",
        }
    }

    /// What a list of units says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Percent => "%",
            Self::Litre => "L",
            Self::UsGallon => "US gal",
            Self::UkGallon => "UK gal",
            Self::Millilitre => "mL",
            Self::Drop => "drops",
            Self::Gram => "g",
            Self::Milligram => "mg",
            Self::Teaspoon => "tsp",
            Self::Tablespoon => "tbsp",
            Self::FluidOunce => "fl oz",
            Self::Cap => "caps",
            Self::Pump => "pumps",
            Self::Tablet => "tablets",
        }
    }

    /// A number with the unit: `5 mL`, `1 drop`, `3 drops`.
    pub fn with(self, number: &str) -> String {
        let word = match self {
            Self::Drop | Self::Cap | Self::Pump | Self::Tablet if number == "1" => self.as_str(),
            _ => self.label(),
        };
        format!("{number} {word}")
    }

    /// The volume's unit, for those of a water change that are volumes.
    pub const fn volume(self) -> Option<VolumeUnit> {
        match self {
            Self::Litre => Some(VolumeUnit::Litre),
            Self::UsGallon => Some(VolumeUnit::UsGallon),
            Self::UkGallon => Some(VolumeUnit::UkGallon),
            _ => None,
        }
    }
}

impl FromStr for Unit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::OF_WATER
            .into_iter()
            .chain(Self::OF_DOSES)
            .find(|unit| unit.as_str() == text)
            .ok_or_else(|| "Choose one of the units.".to_owned())
    }
}
