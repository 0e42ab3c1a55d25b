//! Taking a tank down, and why.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::past_day;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::FormId;
use crate::domain::words;

/// The longest reason, in characters.
pub const REASON_MAX: usize = 256;

/// The form as it came in.
#[derive(Clone, Debug, Default)]
pub struct DecommissionForm {
    /// Made by the form: the same id again is the same decommission.
    pub form_id: String,
    /// `YYYY-MM-DD`, in the tank's zone.
    pub on: String,
    /// Optional.
    pub reason: String,
}

/// A checked decommission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decommission {
    /// The form it came from.
    pub form_id: FormId,
    /// The last day of the tank.
    pub on: Date,
    /// Why, if it was said.
    pub reason: Option<String>,
}

/// Checks a form for a tank in `zone` that was set up on this day.
///
/// # Errors
/// Everything that is wrong, by the names of [`DecommissionForm`]'s fields.
pub fn check_decommission(
    form: &DecommissionForm,
    set_up_on: Option<Date>,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Decommission, FieldErrors> {
    let mut errors = FieldErrors::new();
    let form_id: Option<FormId> = form.form_id.parse().ok();
    if form_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and try again.");
    }
    let on = past_day(&form.on, Some(zone), now).and_then(|day| match (day, set_up_on) {
        (None, _) => Err("Enter the day."),
        (Some(day), Some(start)) if day < start => Err("This day is before the tank was set up."),
        (Some(day), _) => Ok(day),
    });
    let on = errors.take("on", on);
    let reason = errors.take("reason", words::line(&form.reason, REASON_MAX)).flatten();
    match (form_id, on) {
        (Some(form_id), Some(on)) if errors.is_empty() => Ok(Decommission { form_id, on, reason }),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::zone;

    fn check(on: &str, reason: &str, zone_name: &str) -> Result<Decommission, String> {
        let form = DecommissionForm {
            form_id: "019ab0de-7c1e-7000-8000-0000000000aa".to_owned(),
            on: on.to_owned(),
            reason: reason.to_owned(),
        };
        let zone = zone::parse(zone_name).unwrap();
        let start = Some("2024-05-03".parse().unwrap());
        // In Auckland the 24th has begun.
        check_decommission(&form, start, &zone, "2026-11-23T12:00:00Z".parse().unwrap()).map_err(|errors| {
            let texts = errors.iter().map(|error| format!("{}: {}", error.field, error.message));
            texts.collect::<Vec<_>>().join("; ")
        })
    }

    #[test]
    fn the_day_is_one_of_the_tanks_own() {
        let tank = check("2026-11-24", " Leaking seam ", "Pacific/Auckland").unwrap();
        assert_eq!(
            (tank.on.to_string().as_str(), tank.reason.as_deref()),
            ("2026-11-24", Some("Leaking seam"))
        );
        assert_eq!(check("2024-05-03", "", "UTC").unwrap().reason, None);
        for (on, zone, error) in [
            ("2026-11-24", "Europe/Berlin", "on: This day is in the future."),
            ("2024-05-02", "UTC", "on: This day is before the tank was set up."),
            ("", "UTC", "on: Enter the day."),
            ("23.11.2026", "UTC", "on: This is not a date. Write it like 2026-11-23."),
        ] {
            assert_eq!(check(on, "", zone), Err(error.to_owned()), "{on} {zone}");
        }
        assert_eq!(
            check("2026-11-23", &"x".repeat(257), "UTC"),
            Err("reason: At most 256 characters.".to_owned())
        );
    }

    #[test]
    fn the_day_begins_when_the_tanks_does_also_when_clocks_change() {
        for (zone_name, now, day, begun) in [
            ("Europe/Berlin", "2026-03-28T22:59:00Z", "2026-03-29", false),
            ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29", true),
            ("Europe/Berlin", "2026-10-24T21:59:00Z", "2026-10-25", false),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25", true),
            ("Europe/Berlin", "2026-10-25T22:59:00Z", "2026-10-26", false),
            ("America/New_York", "2026-03-08T04:59:00Z", "2026-03-08", false),
            ("America/New_York", "2026-11-02T04:59:00Z", "2026-11-02", false),
            ("America/New_York", "2026-11-02T05:00:00Z", "2026-11-02", true),
            ("Australia/Lord_Howe", "2026-04-04T12:59:00Z", "2026-04-05", false),
            ("Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05", true),
            ("Australia/Lord_Howe", "2026-04-05T13:29:00Z", "2026-04-06", false),
            ("Australia/Lord_Howe", "2026-04-05T13:30:00Z", "2026-04-06", true),
        ] {
            let form = DecommissionForm {
                form_id: "019ab0de-7c1e-7000-8000-0000000000aa".to_owned(),
                on: day.to_owned(),
                reason: String::new(),
            };
            let zone = zone::parse(zone_name).unwrap();
            let found = check_decommission(&form, None, &zone, now.parse().unwrap());
            assert_eq!(found.is_ok(), begun, "{zone_name} {now} {day}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(on in "(?s).{0,20}", reason in "(?s).{0,300}") {
            let _ = check(&on, &reason, "Australia/Lord_Howe");
        }
    }
}
