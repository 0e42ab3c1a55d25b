//! `GET /tanks/new`: the form for a tank.

use askama::Template;
use axum::response::Response;

use crate::db;
use crate::domain::parameter::Catalogue;
use crate::domain::tank::VolumeUnit;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct TankForm {
    /// Made when the form is shown: the same form twice is one tank.
    pub form_id: String,
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
    /// The IANA zone.
    pub timezone: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl TankForm {
    /// An empty form.
    pub fn new(form_id: String, timezone: &str, volume_unit: &str) -> Self {
        Self {
            form_id,
            name: Field { complete: "off", max: 128, ..Field::text("name", "Name") },
            profile: Field {
                hint: "It sets the ranges and what to measure. You can change both later.".into(),
                ..Field::text("profile", "What lives in it")
            },
            volume: Field { required: false, ..Field::text("volume", "Volume") },
            volume_unit: volume_unit.to_owned(),
            set_up_on: Field { kind: "date", required: false, ..Field::text("set_up_on", "Set up on") },
            timezone: Field {
                hint: "Where the tank stands. All of its times are shown in this zone.".into(),
                ..Field::text("timezone", "Time zone").with(timezone)
            },
            error: None,
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let fields = [&self.name, &self.profile, &self.volume, &self.set_up_on, &self.timezone]
            .into_iter()
            .filter_map(Field::problem);
        all.into_iter().chain(fields).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/new.html")]
pub struct NewTankPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The form.
    pub form: TankForm,
    /// The profiles to choose from.
    pub profiles: Vec<Choice>,
    /// The units a volume can have.
    pub volume_units: Vec<Choice>,
    /// Zones to suggest.
    pub zones: Vec<String>,
}

impl NewTankPage {
    /// The page with this form.
    pub fn new(shell: Shell, form: TankForm, catalogue: &Catalogue) -> Self {
        let profiles = catalogue.profiles().iter();
        Self {
            shell,
            form,
            profiles: profiles
                .map(|profile| Choice::new(&profile.key, &profile.name).noting(profile.water_type.label()))
                .collect(),
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

/// Shows an empty form, in the zone of the newest tank.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = app.catalogue().await?;
    let tanks = db::tank::list(&mut *app.connection().await?).await?;
    let zone = tanks.first().map_or(app.settings.default_tz.as_str(), |tank| zone::name(&tank.zone));
    let unit = VolumeUnit::preferred(visit.units());
    let form = TankForm::new(app.clock.uuid().to_string(), zone, unit.as_str());
    visit.page(&NewTankPage::new(visit.shell("tanks"), form, catalogue))
}

#[cfg(test)]
impl NewTankPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let profiles = vec![
            Choice::new("tropical_fw_community", "Tropical Freshwater Community").noting("fresh water"),
            Choice::new("coldwater_fw", "Coldwater Freshwater (Goldfish)").noting("fresh water"),
            Choice::new("planted_fw", "Planted Freshwater").noting("fresh water"),
            Choice::new("reef_sw", "Reef Saltwater").noting("salt water"),
            Choice::new("fowlr_sw", "Fish-Only Saltwater (FOWLR)").noting("salt water"),
            Choice::new("brackish", "Brackish").noting("brackish water"),
        ];
        let volume_units =
            vec![Choice::new("L", "L"), Choice::new("us_gal", "US gal"), Choice::new("uk_gal", "UK gal")];
        let page = |form| Self {
            shell: Shell::sample("tanks"),
            form,
            profiles: profiles.clone(),
            volume_units: volume_units.clone(),
            zones: vec!["Europe/Berlin".to_owned(), "America/New_York".to_owned()],
        };
        let empty = TankForm::new("0193".to_owned(), "Europe/Berlin", "L");
        let mut wrong = TankForm::new("0193".to_owned(), "Europe/Atlantis", "us_gal");
        wrong.name = wrong.name.failing(Some("Give the tank a name."));
        wrong.profile = wrong.profile.with("reef_sw");
        wrong.volume = wrong.volume.with("-3").failing(Some("Enter a volume above 0."));
        wrong.timezone = wrong.timezone.failing(Some("Choose a zone from the list, such as Europe/Berlin."));
        vec![("tank-new".to_owned(), page(empty)), ("tank-new-wrong".to_owned(), page(wrong))]
    }
}
