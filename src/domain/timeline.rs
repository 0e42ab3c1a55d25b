//! What a tank's timeline can be narrowed to.

use std::str::FromStr;

use super::care::Kind;

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Readings.
    Readings,
    /// Water changes.
    Water,
    /// Doses.
    Doses,
    /// Feedings.
    Feedings,
    /// Cleaning, filter, equipment.
    Upkeep,
    /// What happened to the animals.
    Livestock,
    /// Notes.
    Notes,
}

impl Filter {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::All,
        Self::Readings,
        Self::Water,
        Self::Doses,
        Self::Feedings,
        Self::Upkeep,
        Self::Livestock,
        Self::Notes,
    ];

    /// Its name in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Readings => "readings",
            Self::Water => "water",
            Self::Doses => "doses",
            Self::Feedings => "feedings",
            Self::Upkeep => "upkeep",
            Self::Livestock => "livestock",
            Self::Notes => "notes",
        }
    }

    /// What it says.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "Everything",
            Self::Readings => "Readings",
            Self::Water => "Water changes",
            Self::Doses => "Doses",
            Self::Feedings => "Feedings",
            Self::Upkeep => "Upkeep",
            Self::Livestock => "Livestock",
            Self::Notes => "Notes",
        }
    }

    /// Whether readings are among it.
    pub const fn has_readings(self) -> bool {
        matches!(self, Self::All | Self::Readings)
    }

    /// Whether events of animals are among it.
    pub const fn has_animals(self) -> bool {
        matches!(self, Self::All | Self::Livestock)
    }

    /// The kinds of care that are among it.
    pub const fn care(self) -> &'static [Kind] {
        match self {
            Self::All => &Kind::ALL,
            Self::Readings | Self::Livestock => &[],
            Self::Water => &[Kind::WaterChange],
            Self::Doses => &[Kind::Dose],
            Self::Feedings => &[Kind::Feeding],
            Self::Upkeep => &[Kind::Cleaning, Kind::Filter, Kind::Equipment],
            Self::Notes => &[Kind::Note],
        }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|filter| filter.as_str() == text)
            .ok_or_else(|| format!("no such filter: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_their_own_names_and_leave_nothing_out() {
        for filter in Filter::ALL {
            assert_eq!(filter.as_str().parse(), Ok(filter));
        }
        assert!("tea".parse::<Filter>().is_err());
        for kind in Kind::ALL {
            let narrow = Filter::ALL.into_iter().skip(1).filter(|filter| filter.care().contains(&kind));
            assert_eq!(narrow.count(), 1, "{kind:?}");
        }
    }
}
