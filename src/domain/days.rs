//! A stretch of whole days of a tank, as a filter asks for them: from, to, both included, each optional.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::field::FieldErrors;
use crate::domain::zone;

/// From a day to a day, in a tank's zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

impl Days {
    /// Reads the fields `from` and `to`. What is wrong is noted, and the day is as if it were not given.
    pub fn read(from: &str, to: &str, zone: &TimeZone) -> (Self, FieldErrors) {
        let mut errors = FieldErrors::new();
        let mut read = |name: &str, text: &str| {
            let text = text.trim();
            if text.is_empty() { None } else { errors.take(name, day(text, zone)) }
        };
        let mut days = Self { from: read("from", from), to: read("to", to) };
        if let (Some(first), Some(last)) = (days.from, days.to)
            && last < first
        {
            errors.push("to", "The last day is before the first.");
            days = Self::default();
        }
        (days, errors)
    }

    /// The instant at which the first day begins.
    pub fn start(&self, zone: &TimeZone) -> Option<Timestamp> {
        zone::day_bounds(self.from?, zone).map(|(start, _)| start)
    }

    /// The instant at which the last day is over.
    pub fn end(&self, zone: &TimeZone) -> Option<Timestamp> {
        zone::day_bounds(self.to?, zone).map(|(_, end)| end)
    }
}

/// `2026-11-23` and nothing else, within the calendar of the zone.
fn day(text: &str, zone: &TimeZone) -> Result<Date, &'static str> {
    const WRONG: &str = "This is not a day. Write it like 2026-11-23.";
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let day: Date = if plain { text.parse().map_err(|_| WRONG)? } else { return Err(WRONG) };
    // Before the year 1 and at the calendar's end there is no such day in every zone.
    if day.year() < 1 { Err(WRONG) } else { zone::day_bounds(day, zone).map(|_| day).ok_or(WRONG) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(from: &str, to: &str) -> (Days, Vec<String>) {
        let zone = zone::parse("Europe/Berlin").unwrap();
        let (days, errors) = Days::read(from, to, &zone);
        (days, errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect())
    }

    #[test]
    fn days_are_the_tanks_own_and_as_long_as_they_are() {
        for (zone, day, hours) in [
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-03-08", 23),
            ("Australia/Lord_Howe", "2026-11-23", 24),
        ] {
            let zone = zone::parse(zone).unwrap();
            let (days, errors) = Days::read(day, day, &zone);
            assert!(errors.is_empty());
            let length = days.end(&zone).unwrap().duration_since(days.start(&zone).unwrap());
            assert_eq!(length.as_hours(), hours, "{day}");
        }
        let lord_howe = zone::parse("Australia/Lord_Howe").unwrap();
        let (days, _) = Days::read("2026-04-05", "2026-04-05", &lord_howe);
        let length = days.end(&lord_howe).unwrap().duration_since(days.start(&lord_howe).unwrap());
        assert_eq!(length.as_mins(), 24 * 60 + 30, "half an hour more");
    }

    #[test]
    fn what_is_no_day_is_said_and_left_out() {
        assert_eq!(read("", " ").1, Vec::<String>::new());
        for text in
            ["x", "2026-02-30", "2026-11-23T00:00", "9999-12-31", "0000-01-01", "-999-01-01", "23.11.2026"]
        {
            let (days, errors) = read(text, "2026-11-23");
            assert_eq!(errors, ["from: This is not a day. Write it like 2026-11-23."], "{text}");
            assert!(days.from.is_none() && days.to.is_some());
        }
        let (days, errors) = read("2026-11-24", "2026-11-23");
        assert_eq!(
            (days, errors.as_slice()),
            (Days::default(), &["to: The last day is before the first.".to_owned()][..])
        );
    }

    proptest! {
        #[test]
        fn never_panics(from in "(?s).{0,20}", to in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
                let zone = zone::parse(zone).unwrap();
                let (days, _) = Days::read(&from, &to, &zone);
                prop_assert!(days.to.is_none() || days.end(&zone).is_some());
            }
        }
    }
}
