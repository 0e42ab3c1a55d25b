//! Care of a tank: what was done, checked against its kind.

pub mod form;
pub mod unit;

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::domain::number::{self, Digits};
use crate::domain::tank::Volume;

pub use self::form::{CareForm, Entry, check};
pub use self::unit::Unit;

/// The longest product, food, thing or portion, in characters.
pub const SUBJECT_MAX: usize = 64;
/// The longest note, in characters.
pub const NOTE_MAX: usize = 512;

/// What kind of care it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Water was changed: a volume, or a part of the tank's.
    WaterChange,
    /// A product was added.
    Dose,
    /// Animals were fed.
    Feeding,
    /// Something was cleaned.
    Cleaning,
    /// The filter was seen to.
    Filter,
    /// Equipment was changed, repaired or set.
    Equipment,
    /// Anything else, in words.
    Note,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::WaterChange,
        Self::Dose,
        Self::Feeding,
        Self::Cleaning,
        Self::Filter,
        Self::Equipment,
        Self::Note,
    ];

    /// Its name in the schema, in forms and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WaterChange => "water_change",
            Self::Dose => "dose",
            Self::Feeding => "feeding",
            Self::Cleaning => "cleaning",
            Self::Filter => "filter",
            Self::Equipment => "equipment",
            Self::Note => "note",
        }
    }

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::WaterChange => "Water change",
            Self::Dose => "Dose",
            Self::Feeding => "Feeding",
            Self::Cleaning => "Cleaning",
            Self::Filter => "Filter",
            Self::Equipment => "Equipment",
            Self::Note => "Note",
        }
    }

    /// What its subject is asked as; `None` for kinds that have none.
    pub const fn subject_label(self) -> Option<&'static str> {
        match self {
            Self::WaterChange | Self::Note => None,
            Self::Dose => Some("Product"),
            Self::Feeding => Some("Food"),
            Self::Cleaning => Some("What was cleaned"),
            Self::Filter | Self::Equipment => Some("What was done"),
        }
    }

    /// Whether the subject must be given.
    pub const fn needs_subject(self) -> bool {
        matches!(self, Self::Dose | Self::Equipment)
    }

    /// The units of its amount; none for kinds without an amount.
    pub const fn units(self) -> &'static [Unit] {
        match self {
            Self::WaterChange => &Unit::OF_WATER,
            Self::Dose => &Unit::OF_DOSES,
            _ => &[],
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| "Choose what was done.".to_owned())
    }
}

/// What was done, or what a task does each time: everything but when, and the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct What {
    /// The kind.
    pub kind: Kind,
    /// The product, the food, the thing.
    pub subject: Option<String>,
    /// How much, as entered.
    pub amount: Option<(Decimal, Unit)>,
    /// How much was fed, in words.
    pub portion: Option<String>,
}

impl What {
    /// Care of a kind with nothing said about it.
    pub const fn bare(kind: Kind) -> Self {
        Self { kind, subject: None, amount: None, portion: None }
    }

    /// In a few words: `Water change 10 %`, `Dose 5 mL Alkalinity`, `Fed pellets, 2 pinches`.
    pub fn summary(&self) -> String {
        let amount = self.amount.map(|(value, unit)| unit.with(&number::plainly(value)));
        let subject = self.subject.as_deref();
        match (self.kind, subject) {
            (Kind::WaterChange, _) => ["Water change", &amount.unwrap_or_default()].join(" "),
            (Kind::Dose, subject) => {
                ["Dose", &amount.unwrap_or_default(), subject.unwrap_or_default()].join(" ")
            }
            (Kind::Feeding, subject) => {
                let fed = subject.map_or_else(|| "Fed".to_owned(), |food| format!("Fed {food}"));
                self.portion.as_ref().map_or_else(|| fed.clone(), |portion| format!("{fed}, {portion}"))
            }
            (Kind::Filter, None) => "Filter serviced".to_owned(),
            (kind, Some(subject)) => format!("{}: {subject}", kind.label()),
            (kind, None) => kind.label().to_owned(),
        }
    }

    /// The other way to say how much water it was, for a tank of this size: `about 24 L` for 10 %, `about 10 %`
    /// for 24 L.
    pub fn other_way(&self, tank: Option<Volume>) -> Option<String> {
        let (value, unit) = self.amount.filter(|_| self.kind == Kind::WaterChange)?;
        let tank = tank?;
        match unit.volume() {
            None => {
                let part = tank.value.checked_mul(value)?.checked_div(Decimal::ONE_HUNDRED)?;
                let shown = number::show(part, Digits::Significant(2));
                Some(format!("about {shown} {}", tank.unit.symbol()))
            }
            Some(unit) => {
                let litres = Volume { value, unit }.litres();
                let percent = litres.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(tank.litres())?;
                Some(format!("about {} %", number::show(percent, Digits::Significant(1))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tank::VolumeUnit;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn water(amount: &str, unit: Unit) -> What {
        What { amount: Some((d(amount), unit)), ..What::bare(Kind::WaterChange) }
    }

    #[test]
    fn kinds_and_units_read_their_own_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            for unit in kind.units() {
                assert_eq!(unit.as_str().parse(), Ok(*unit));
            }
        }
        assert!("tea".parse::<Kind>().is_err() && "barrel".parse::<Unit>().is_err());
    }

    #[test]
    fn summaries() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(water("10.000", Unit::Percent).summary(), "Water change 10 %");
        assert_eq!(water("24.5", Unit::Litre).summary(), "Water change 24.5 L");
        let dose = What {
            subject: some("Alkalinity"),
            amount: Some((d("5"), Unit::Millilitre)),
            ..What::bare(Kind::Dose)
        };
        assert_eq!(dose.summary(), "Dose 5 mL Alkalinity");
        assert_eq!(
            What { amount: Some((d("3"), Unit::Drop)), ..dose.clone() }.summary(),
            "Dose 3 drops Alkalinity"
        );
        assert_eq!(What { amount: Some((d("1"), Unit::Drop)), ..dose }.summary(), "Dose 1 drop Alkalinity");
        let fed = What::bare(Kind::Feeding);
        assert_eq!(fed.summary(), "Fed");
        assert_eq!(What { portion: some("2 cubes"), ..fed.clone() }.summary(), "Fed, 2 cubes");
        assert_eq!(
            What { subject: some("mysis"), portion: some("2 cubes"), ..fed }.summary(),
            "Fed mysis, 2 cubes"
        );
        assert_eq!(What::bare(Kind::Cleaning).summary(), "Cleaning");
        assert_eq!(What::bare(Kind::Filter).summary(), "Filter serviced");
        assert_eq!(
            What { subject: some("new heater"), ..What::bare(Kind::Equipment) }.summary(),
            "Equipment: new heater"
        );
    }

    #[test]
    fn water_is_said_both_ways() {
        let tank = Some(Volume { value: d("240"), unit: VolumeUnit::Litre });
        let gallons = Some(Volume { value: d("100"), unit: VolumeUnit::UsGallon });
        let other = |what: What, tank| what.other_way(tank);
        assert_eq!(other(water("10", Unit::Percent), tank).as_deref(), Some("about 24 L"));
        assert_eq!(other(water("24", Unit::Litre), tank).as_deref(), Some("about 10 %"));
        assert_eq!(other(water("10", Unit::UsGallon), gallons).as_deref(), Some("about 10 %"));
        assert_eq!(other(water("10", Unit::Percent), gallons).as_deref(), Some("about 10 US gal"));
        assert_eq!(other(water("12.5", Unit::Percent), gallons).as_deref(), Some("about 12.5 US gal"));
        assert_eq!(other(water("10", Unit::Percent), None), None);
        assert_eq!(other(What::bare(Kind::Feeding), tank), None);
    }
}
