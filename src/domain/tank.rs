//! Tanks: what a person may enter about one.

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
use crate::domain::zone;

/// The longest name, in characters.
pub const NAME_MAX: usize = 128;

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
}

/// A checked tank, not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTank {
    /// The form it came from.
    pub form_id: FormId,
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
}

/// Checks a form. Everything that is wrong is reported at once, by the names of [`TankForm`]'s fields.
pub fn check(form: &TankForm, catalogue: &Catalogue, now: Timestamp) -> Result<NewTank, FieldErrors> {
    let mut errors = FieldErrors::new();
    let form_id: Option<FormId> = form.form_id.parse().ok();
    if form_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter the tank again.");
    }
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
    let volume = volume(&form.volume, &form.volume_unit, &mut errors);
    let zone = errors.take("timezone", zone::parse(&form.timezone));
    let set_up_on = errors.take("set_up_on", set_up_day(&form.set_up_on, zone.as_ref(), now)).flatten();
    match (form_id, name, profile, zone) {
        (Some(form_id), Some(name), Some(profile), Some(zone)) if errors.is_empty() => {
            Ok(NewTank { form_id, name, profile: profile.key.clone(), volume, zone, set_up_on })
        }
        _ => Err(errors),
    }
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

fn set_up_day(text: &str, zone: Option<&TimeZone>, now: Timestamp) -> Result<Option<Date>, &'static str> {
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::parameter::Profile;

    fn catalogue() -> Catalogue {
        let profile =
            |key: &str, water_type| Profile { key: key.to_owned(), name: key.to_owned(), water_type };
        let profiles = vec![profile("planted_fw", WaterType::Fresh), profile("reef_sw", WaterType::Salt)];
        Catalogue::new(Vec::new(), profiles)
    }

    fn form() -> TankForm {
        let text = str::to_owned;
        TankForm {
            form_id: text("019ab0de-7c1e-7000-8000-0000000000aa"),
            name: text("  Reef  "),
            water_type: text("salt"),
            profile: text("reef_sw"),
            volume: text("100,5"),
            volume_unit: text("us_gal"),
            timezone: text("Pacific/Auckland"),
            set_up_on: text("2026-11-24"),
        }
    }

    fn submit(form: &TankForm) -> Result<NewTank, FieldErrors> {
        // The 24th has begun in Auckland, not yet in Greenwich.
        check(form, &catalogue(), "2026-11-23T12:00:00Z".parse().unwrap())
    }

    fn error(change: impl FnOnce(&mut TankForm)) -> String {
        let mut form = form();
        change(&mut form);
        let errors = submit(&form).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.iter().next().unwrap();
        format!("{}: {}", error.field, error.message)
    }

    #[test]
    fn a_tank_is_accepted() {
        let tank = submit(&form()).unwrap();
        assert_eq!(tank.name, "Reef");
        assert_eq!(tank.volume.unwrap().show(), "100.5 US gal");
        assert_eq!(tank.volume.unwrap().litres().to_string(), "380.4338842920");
        assert_eq!(zone::name(&tank.zone), "Pacific/Auckland");
        let bare = TankForm {
            volume: String::new(),
            volume_unit: "?".to_owned(),
            set_up_on: String::new(),
            ..form()
        };
        let tank = submit(&bare).unwrap();
        assert_eq!((tank.volume, tank.set_up_on), (None, None));
    }

    #[test]
    fn each_field_is_described() {
        assert_eq!(
            error(|form| form.form_id.clear()),
            "form: This form is damaged. Reload the page and enter the tank again."
        );
        assert_eq!(error(|form| form.name = " ".to_owned()), "name: Give the tank a name.");
        assert_eq!(
            error(|form| form.name = "a\0b".to_owned()),
            "name: This contains characters that cannot be kept."
        );
        assert_eq!(error(|form| form.name = "ü".repeat(129)), "name: A name has at most 128 characters.");
        assert_eq!(error(|form| form.water_type = "tea".to_owned()), "water_type: Choose the type of water.");
        assert_eq!(error(|form| form.profile = "x".to_owned()), "profile: Choose a profile.");
        assert_eq!(
            error(|form| form.profile = "planted_fw".to_owned()),
            "profile: This profile belongs to another type of water."
        );
        assert_eq!(error(|form| form.volume = "0".to_owned()), "volume: At least 0.01.");
        assert_eq!(error(|form| form.volume = "-5".to_owned()), "volume: At least 0.01.");
        assert_eq!(
            error(|form| form.volume = "9999999999".to_owned()),
            "volume: Too many digits: at most 9 before the point and 3 after it."
        );
        assert_eq!(
            error(|form| form.volume = "Infinity".to_owned()),
            "volume: This is not a number. Write it like 8.2 or 8,2."
        );
        assert_eq!(
            error(|form| form.volume_unit = "barrel".to_owned()),
            "volume_unit: Choose one of the units."
        );
        assert_eq!(
            error(|form| form.timezone = "+02:00".to_owned()),
            "timezone: This is not a time zone. Write it like Europe/Berlin."
        );
        assert_eq!(
            error(|form| form.set_up_on = "2026-11-25".to_owned()),
            "set_up_on: This day is in the future."
        );
        assert_eq!(
            error(|form| form.set_up_on = "0001-01-01".to_owned()),
            "set_up_on: This day is before 1900."
        );
        assert_eq!(
            error(|form| form.set_up_on = "yesterday".to_owned()),
            "set_up_on: This is not a date. Write it like 2026-11-23."
        );
    }

    #[test]
    fn today_is_the_tanks_today() {
        let mut form = form();
        form.timezone = "Europe/London".to_owned();
        assert_eq!(submit(&form).unwrap_err().on("set_up_on"), Some("This day is in the future."));
    }

    proptest! {
        #[test]
        fn arbitrary_forms_never_panic(fields in prop::collection::vec("(?s).{0,140}", 8)) {
            let [form_id, name, water_type, profile, volume, volume_unit, timezone, set_up_on] =
                <[String; 8]>::try_from(fields).unwrap();
            let _ = submit(&TankForm { form_id, name, water_type, profile, volume, volume_unit, timezone, set_up_on });
        }
    }
}
