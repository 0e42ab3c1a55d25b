use proptest::prelude::*;

use super::*;
use crate::domain::parameter::Profile;

fn catalogue() -> Catalogue {
    let profile = |key: &str, water_type| Profile { key: key.to_owned(), name: key.to_owned(), water_type };
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
        substrate: text(" Aragonite sand, 3 cm "),
        notes: text("Return pump:\r\n- 1,200 L/h"),
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
    let tank = submit(&form()).unwrap().details;
    assert_eq!(tank.name, "Reef");
    assert_eq!(tank.substrate.as_deref(), Some("Aragonite sand, 3 cm"));
    assert_eq!(tank.notes.as_deref(), Some("Return pump:\n- 1,200 L/h"));
    assert_eq!(tank.volume.unwrap().show(), "100.5 US gal");
    assert_eq!(tank.volume.unwrap().litres().to_string(), "380.4338842920");
    assert_eq!(zone::name(&tank.zone), "Pacific/Auckland");
    let bare = TankForm {
        volume: String::new(),
        volume_unit: "?".to_owned(),
        set_up_on: String::new(),
        substrate: " ".to_owned(),
        notes: "\r\n".to_owned(),
        ..form()
    };
    let tank = submit(&bare).unwrap().details;
    assert_eq!((tank.volume, tank.set_up_on), (None, None));
    assert_eq!((tank.substrate, tank.notes), (None, None));
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
    assert_eq!(error(|form| form.volume_unit = "barrel".to_owned()), "volume_unit: Choose one of the units.");
    assert_eq!(
        error(|form| form.timezone = "+02:00".to_owned()),
        "timezone: This is not a time zone. Write it like Europe/Berlin."
    );
    assert_eq!(
        error(|form| form.set_up_on = "2026-11-25".to_owned()),
        "set_up_on: This day is in the future."
    );
    assert_eq!(error(|form| form.set_up_on = "0001-01-01".to_owned()), "set_up_on: This day is before 1900.");
    assert_eq!(
        error(|form| form.set_up_on = "yesterday".to_owned()),
        "set_up_on: This is not a date. Write it like 2026-11-23."
    );
    assert_eq!(error(|form| form.substrate = "s".repeat(257)), "substrate: At most 256 characters.");
    assert_eq!(
        error(|form| form.substrate = "sand\nand gravel".to_owned()),
        "substrate: This contains characters that cannot be kept."
    );
    assert_eq!(error(|form| form.notes = "n".repeat(4097)), "notes: At most 4096 characters.");
}

#[test]
fn today_is_the_tanks_today() {
    let mut form = form();
    form.timezone = "Europe/London".to_owned();
    assert_eq!(submit(&form).unwrap_err().on("set_up_on"), Some("This day is in the future."));
}

proptest! {
    #[test]
    fn arbitrary_forms_never_panic(fields in prop::collection::vec("(?s).{0,140}", 10)) {
        let [form_id, name, water_type, profile, volume, volume_unit, timezone, set_up_on, substrate, notes] =
            <[String; 10]>::try_from(fields).unwrap();
        let _ = submit(&TankForm {
            form_id, name, water_type, profile, volume, volume_unit, timezone, set_up_on, substrate, notes,
        });
    }
}
