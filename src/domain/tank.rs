//! Tanks: what a person may enter about one.

mod lifecycle;

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::FormId;
use crate::domain::letters;
use crate::domain::number;
use crate::domain::parameter::{Catalogue, WaterType};
use crate::domain::unit::UnitSystem;
use crate::domain::{words, zone};

pub use lifecycle::{Decommission, DecommissionForm, REASON_MAX, check_decommission};

/// The longest name, in characters.
pub const NAME_MAX: usize = 128;
/// The longest substrate, in characters.
pub const SUBSTRATE_MAX: usize = 256;
/// The longest notes, in characters.
pub const NOTES_MAX: usize = 4096;

/// The unit of a tank's volume. The entered value and unit are kept, so 100 L stays 100 L.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeUnit {
    /// Litres.
    Litre,
    /// US gallons, 3.785411784 L.
    UsGallon,
    /// UK gallons, 4.54609 L.
    UkGallon,
}

impl VolumeUnit {
    /// All of them, in the order of a list.
    pub const ALL: [Self; 3] = [Self::Litre, Self::UsGallon, Self::UkGallon];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Litre => "L",
            Self::UsGallon => "us_gal",
            Self::UkGallon => "uk_gal",
        }
    }

    /// Its symbol for people.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Litre => "L",
            Self::UsGallon => "US gal",
            Self::UkGallon => "UK gal",
        }
    }

    /// The one to offer first.
    pub const fn preferred(system: UnitSystem) -> Self {
        match system {
            UnitSystem::Metric => Self::Litre,
            UnitSystem::Imperial => Self::UsGallon,
        }
    }

    /// Litres in one.
    pub fn litres(self) -> Decimal {
        match self {
            Self::Litre => Decimal::ONE,
            Self::UsGallon => Decimal::new(3_785_411_784, 9),
            Self::UkGallon => Decimal::new(454_609, 5),
        }
    }
}

impl FromStr for VolumeUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.as_str() == text)
            .ok_or_else(|| "Choose one of the units.".to_owned())
    }
}

/// A volume as it was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The number.
    pub value: Decimal,
    /// Its unit.
    pub unit: VolumeUnit,
}

impl Volume {
    /// In litres.
    pub fn litres(self) -> Decimal {
        self.value * self.unit.litres()
    }

    /// As entered, such as `26.4 US gal`.
    pub fn show(self) -> String {
        format!("{} {}", number::plainly(self.value), self.unit.symbol())
    }
}

/// The form as it came in.
#[derive(Clone, Debug, Default)]
pub struct TankForm {
    /// Made by the form: the same id again is the same tank.
    pub form_id: String,
    /// What the household calls it.
    pub name: String,
    /// `fresh`, `salt` or `brackish`.
    pub water_type: String,
    /// A profile's key.
    pub profile: String,
    /// Optional.
    pub volume: String,
    /// The volume's unit.
    pub volume_unit: String,
    /// An IANA zone.
    pub timezone: String,
    /// Optional, `YYYY-MM-DD`.
    pub set_up_on: String,
    /// Optional: what lies on the ground.
    pub substrate: String,
    /// Optional: equipment and the like, in Markdown.
    pub notes: String,
}

/// A checked tank, not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTank {
    /// The form it came from.
    pub form_id: FormId,
    /// What is known of it.
    pub details: Details,
}

/// What is known of a tank, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// What the household calls it.
    pub name: String,
    /// A profile's key.
    pub profile: String,
    /// Its size.
    pub volume: Option<Volume>,
    /// Its zone.
    pub zone: TimeZone,
    /// When it was set up.
    pub set_up_on: Option<Date>,
    /// What lies on the ground.
    pub substrate: Option<String>,
    /// Equipment and the like, in Markdown.
    pub notes: Option<String>,
}

/// Checks a form. Everything that is wrong is reported at once, by the names of [`TankForm`]'s fields.
pub fn check(form: &TankForm, catalogue: &Catalogue, now: Timestamp) -> Result<NewTank, FieldErrors> {
    let mut errors = FieldErrors::new();
    let form_id: Option<FormId> = form.form_id.parse().ok();
    if form_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter the tank again.");
    }
    match (form_id, details(form, catalogue, now, &mut errors)) {
        (Some(form_id), Some(details)) => Ok(NewTank { form_id, details }),
        _ => Err(errors),
    }
}

/// Checks the form of a tank that exists; its `form_id` is not looked at.
pub fn check_edit(form: &TankForm, catalogue: &Catalogue, now: Timestamp) -> Result<Details, FieldErrors> {
    let mut errors = FieldErrors::new();
    details(form, catalogue, now, &mut errors).ok_or(errors)
}

fn details(
    form: &TankForm,
    catalogue: &Catalogue,
    now: Timestamp,
    errors: &mut FieldErrors,
) -> Option<Details> {
    let name = errors.take("name", name(&form.name));
    let water_type: Option<WaterType> = form.water_type.parse().ok();
    if water_type.is_none() {
        errors.push("water_type", "Choose the type of water.");
    }
    let profile = catalogue.profile(&form.profile);
    match (profile, water_type) {
        (None, _) => errors.push("profile", "Choose a profile."),
        (Some(profile), Some(water)) if profile.water_type != water => {
            errors.push("profile", "This profile belongs to another type of water.");
        }
        _ => {}
    }
    let volume = volume(&form.volume, &form.volume_unit, errors);
    let zone = errors.take("timezone", zone::parse(&form.timezone));
    let set_up_on = errors.take("set_up_on", past_day(&form.set_up_on, zone.as_ref(), now)).flatten();
    let substrate = errors.take("substrate", words::line(&form.substrate, SUBSTRATE_MAX)).flatten();
    let notes = errors.take("notes", words::lines(&form.notes, NOTES_MAX)).flatten();
    let (name, profile, zone) = (name?, profile?.key.clone(), zone?);
    errors.is_empty().then_some(Details { name, profile, volume, zone, set_up_on, substrate, notes })
}

fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    match name.chars().count() {
        1..=NAME_MAX if name.chars().any(letters::is_unwanted) => {
            Err("This contains characters that cannot be kept.")
        }
        ..=NAME_MAX if !letters::is_visible(name) => Err("Give the tank a name."),
        ..=NAME_MAX => Ok(name.to_owned()),
        _ => Err("A name has at most 128 characters."),
    }
}

fn volume(text: &str, unit: &str, errors: &mut FieldErrors) -> Option<Volume> {
    if text.trim().is_empty() {
        return None;
    }
    let value =
        number::parse_plain(text, number::VOLUME).map_err(|error| error.to_string()).and_then(|value| {
            if value < Decimal::new(1, 2) { Err("At least 0.01.".to_owned()) } else { Ok(value) }
        });
    let value = errors.take("volume", value);
    let unit = errors.take("volume_unit", unit.parse::<VolumeUnit>());
    Some(Volume { value: value?, unit: unit? })
}

/// A day that has begun in the zone, as a `date` field gives it; `None` when empty.
fn past_day(text: &str, zone: Option<&TimeZone>, now: Timestamp) -> Result<Option<Date>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: Date =
        plain.then(|| text.parse().ok()).flatten().ok_or("This is not a date. Write it like 2026-11-23.")?;
    // While the zone itself is wrong, the latest day there is anywhere (UTC+14) will do.
    let anywhere = TimeZone::fixed(jiff::tz::offset(14));
    let today = zone::day_of(now, zone.unwrap_or(&anywhere));
    match day {
        day if day > today => Err("This day is in the future."),
        day if day.year() < 1900 => Err("This day is before 1900."),
        day => Ok(Some(day)),
    }
}

/// The zone a stored name stands for; UTC when this machine does not know it (any more).
pub fn stored_zone(name: &str) -> TimeZone {
    zone::parse(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests;
