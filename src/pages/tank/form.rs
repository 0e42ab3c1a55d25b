//! The fields of a tank: of a new one and of one that is edited.

use crate::db::tank::{More, Tank};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::parameter::{Catalogue, WaterType};
use crate::domain::tank::{self, NAME_MAX, NOTES_MAX, SUBSTRATE_MAX, VolumeUnit};
use crate::domain::{number, zone};
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::typed::Typed;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct TankForm {
    /// The name.
    pub name: Field,
    /// The profile's key.
    pub profile: Field,
    /// The volume as typed.
    pub volume: Field,
    /// Its unit's code.
    pub volume_unit: String,
    /// The day it was set up.
    pub set_up_on: Field,
    /// What lies on the ground.
    pub substrate: Field,
    /// Equipment and the like.
    pub notes: Field,
    /// The IANA zone.
    pub timezone: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl TankForm {
    /// An empty form.
    pub fn new(timezone: &str, volume_unit: &str) -> Self {
        let optional = |name, label| Field { required: false, ..Field::text(name, label) };
        Self {
            name: Field { complete: "off", max: NAME_MAX, ..Field::text("name", "Name") },
            profile: Field {
                hint: "It sets the ranges and what to measure. You can change both later.".into(),
                ..Field::text("profile", "What lives in it")
            },
            volume: optional("volume", "Volume"),
            volume_unit: volume_unit.to_owned(),
            set_up_on: Field { kind: "date", ..optional("set_up_on", "Set up on") },
            substrate: Field {
                complete: "off",
                max: SUBSTRATE_MAX,
                hint: "Such as fine sand, 3 cm.".into(),
                ..optional("substrate", "Substrate")
            },
            notes: Field {
                max: NOTES_MAX,
                hint: "Pump, filter, light, heater … Markdown works: - for a list, **bold**.".into(),
                ..optional("notes", "Equipment and notes")
            },
            timezone: Field {
                hint: "Where the tank stands. All of its times are shown in this zone.".into(),
                ..Field::text("timezone", "Time zone").with(timezone)
            },
            error: None,
        }
    }

    /// The form of a tank as it is.
    pub fn of(tank: &Tank, more: &More, preferred: VolumeUnit) -> Self {
        let unit = tank.volume.map_or(preferred, |volume| volume.unit);
        let mut form = Self::new(zone::name(&tank.zone), unit.as_str());
        form.name.value.clone_from(&tank.name);
        form.profile.value.clone_from(&tank.profile);
        form.profile.hint =
            "Another profile brings its own ranges and starts tracking what belongs to it. What you \
                             chose to track, and ranges you set yourself, stay."
                .into();
        // As entered: 100 L stays 100 L.
        form.volume.value = tank.volume.map(|volume| number::plainly(volume.value)).unwrap_or_default();
        form.set_up_on.value = tank.set_up_on.map(|day| day.to_string()).unwrap_or_default();
        form.substrate.value = tank.substrate.clone().unwrap_or_default();
        form.notes.value = more.notes.clone().unwrap_or_default();
        form.timezone.hint =
            "Where the tank stands. What is logged stays the moment it was; it is then shown in \
                              the new zone."
                .into();
        form
    }

    fn fields_mut(&mut self) -> [&mut Field; 7] {
        [
            &mut self.name,
            &mut self.profile,
            &mut self.volume,
            &mut self.set_up_on,
            &mut self.substrate,
            &mut self.notes,
            &mut self.timezone,
        ]
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in self.fields_mut() {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        typed.get("volume_unit").clone_into(&mut self.volume_unit);
        if self.volume.error.is_none() {
            self.volume.error = errors.on("volume_unit").map(str::to_owned);
        }
        self.error = errors.on(FORM).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let fields = [
            &self.name,
            &self.profile,
            &self.volume,
            &self.set_up_on,
            &self.substrate,
            &self.notes,
            &self.timezone,
        ];
        all.into_iter().chain(fields.into_iter().filter_map(Field::problem)).collect()
    }
}

/// The form as the domain checks it: the water follows from the profile.
pub fn read(typed: &Typed, catalogue: &Catalogue) -> tank::TankForm {
    let get = |name: &str| typed.get(name).to_owned();
    let water = catalogue.profile(typed.get("profile")).map(|profile| profile.water_type.as_str());
    tank::TankForm {
        form_id: get("form_id"),
        name: get("name"),
        water_type: water.unwrap_or_default().to_owned(),
        profile: get("profile"),
        volume: get("volume"),
        volume_unit: get("volume_unit"),
        timezone: get("timezone"),
        set_up_on: get("set_up_on"),
        substrate: get("substrate"),
        notes: get("notes"),
    }
}

/// Profiles of one kind of water.
#[derive(Clone, Debug)]
pub struct ProfileGroup {
    /// The water: `Freshwater`.
    pub water: &'static str,
    /// Its profiles.
    pub profiles: Vec<Choice>,
}

/// What the form offers.
#[derive(Clone, Debug)]
pub struct Offers {
    /// The profiles to choose from, by water.
    pub groups: Vec<ProfileGroup>,
    /// The units a volume can have.
    pub volume_units: Vec<Choice>,
    /// Zones to suggest.
    pub zones: Vec<String>,
}

impl Offers {
    /// All there is.
    pub fn new(catalogue: &Catalogue) -> Self {
        let profiles = |water: WaterType| ProfileGroup {
            water: water.label(),
            profiles: catalogue
                .profiles()
                .iter()
                .filter(|profile| profile.water_type == water)
                .map(|profile| Choice::new(&profile.key, &profile.name))
                .collect(),
        };
        let groups = WaterType::ALL.map(profiles);
        Self {
            groups: groups.into_iter().filter(|group| !group.profiles.is_empty()).collect(),
            volume_units: VolumeUnit::ALL.map(|unit| Choice::new(unit.as_str(), unit.symbol())).to_vec(),
            zones: zones(),
        }
    }
}

/// The zones people live in, without the database's old spellings and offsets.
fn zones() -> Vec<String> {
    const REGIONS: [&str; 9] =
        ["Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    let lived_in = |name: &str| name.split_once('/').is_some_and(|(region, _)| REGIONS.contains(&region));
    jiff::tz::db().available().map(|name| name.to_string()).filter(|name| lived_in(name)).collect()
}

#[cfg(test)]
pub(super) mod sample {
    use super::*;

    pub(in crate::pages::tank) fn offers() -> Offers {
        let group = |water: WaterType, profiles: &[(&str, &str)]| ProfileGroup {
            water: water.label(),
            profiles: profiles.iter().map(|(key, name)| Choice::new(*key, *name)).collect(),
        };
        Offers {
            groups: vec![
                group(
                    WaterType::Fresh,
                    &[
                        ("tropical_fw_community", "Tropical Freshwater Community"),
                        ("coldwater_fw", "Coldwater Freshwater (Goldfish)"),
                        ("planted_fw", "Planted Freshwater"),
                    ],
                ),
                group(
                    WaterType::Salt,
                    &[("reef_sw", "Reef Saltwater"), ("fowlr_sw", "Fish-Only Saltwater (FOWLR)")],
                ),
                group(WaterType::Brackish, &[("brackish", "Brackish")]),
            ],
            volume_units: VolumeUnit::ALL.map(|unit| Choice::new(unit.as_str(), unit.symbol())).to_vec(),
            zones: vec!["Europe/Berlin".to_owned(), "America/New_York".to_owned()],
        }
    }

    pub(in crate::pages::tank) fn wrong(form: TankForm) -> TankForm {
        let mut wrong = form;
        wrong.timezone.value = "Europe/Atlantis".to_owned();
        wrong.name = wrong.name.failing(Some("Give the tank a name."));
        wrong.profile = wrong.profile.with("reef_sw");
        wrong.volume = wrong.volume.with("-3").failing(Some("At least 0.01."));
        wrong.notes = wrong.notes.with("- pump\n".repeat(80)).failing(Some("At most 4096 characters."));
        wrong.timezone =
            wrong.timezone.failing(Some("This is not a time zone. Write it like Europe/Berlin."));
        wrong
    }
}
