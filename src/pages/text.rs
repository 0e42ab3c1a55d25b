//! Times and enumerations as the pages say them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::dates::DateFormat;
use crate::domain::zone;

/// `today 18:30`, `yesterday 09:12`, `19 Nov 21:04`, `19 Nov 2025` in the tank's zone.
pub fn when(instant: Timestamp, zone: &TimeZone, now: Timestamp, dates: DateFormat) -> String {
    let local = zone.to_datetime(instant);
    let same_year = local.year() == zone.to_datetime(now).year();
    let clock = dates.time(local.time());
    match day(instant, zone, now, dates) {
        day if same_year || day == "yesterday" => format!("{day} {clock}"),
        day => day,
    }
}

/// `today`, `yesterday`, `19 Nov`, `19 Nov 2025` in the tank's zone.
pub fn day(instant: Timestamp, zone: &TimeZone, now: Timestamp, dates: DateFormat) -> String {
    let (date, today) = (zone::day_of(instant, zone), zone::day_of(now, zone));
    if date == today {
        "today".to_owned()
    } else if date.tomorrow().is_ok_and(|next| next == today) {
        "yesterday".to_owned()
    } else if date.year() == today.year() {
        dates.short_day(date)
    } else {
        dates.day(date)
    }
}

/// A zone with what it is called at the moment: `Europe/Berlin (CET)`.
pub fn zone_now(zone: &TimeZone, now: Timestamp) -> String {
    let info = zone.to_offset_info(now);
    let abbreviation = info.abbreviation();
    let name = zone::name(zone);
    match abbreviation {
        same if same == name => name.to_owned(),
        // Where people use no letters, the database has none either: `-03`.
        offset if offset.starts_with(['+', '-']) => format!("{name} (UTC{offset})"),
        letters => format!("{name} ({letters})"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// `1 reading`, `6 readings`.
pub fn count(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_near_as_they_are() {
        let berlin = zone::parse("Europe/Berlin").unwrap();
        let now = "2026-01-02T11:00:00Z".parse().unwrap();
        for (instant, expected) in [
            ("2026-01-02T10:59:00Z", "today 11:59"),
            ("2026-01-01T23:30:00Z", "today 00:30"),
            ("2026-01-01T22:30:00Z", "yesterday 23:30"),
            ("2025-12-31T22:30:00Z", "31 Dec 2025"),
            ("2026-01-02T23:30:00Z", "3 Jan 00:30"),
        ] {
            let words = when(instant.parse().unwrap(), &berlin, now, DateFormat::DayFirst);
            assert_eq!(words, expected, "{instant}");
        }
        let new_year = "2026-01-01T11:00:00Z".parse().unwrap();
        let eve = "2025-12-31T17:00:00Z".parse().unwrap();
        assert_eq!(when(eve, &berlin, new_year, DateFormat::DayFirst), "yesterday 18:00");
        assert_eq!(when(eve, &berlin, new_year, DateFormat::MonthFirst), "yesterday 6:00 PM");
    }

    #[test]
    fn zones_say_what_they_are_called_now() {
        let words = |name: &str, at: &str| zone_now(&zone::parse(name).unwrap(), at.parse().unwrap());
        assert_eq!(words("Europe/Berlin", "2026-11-23T12:00:00Z"), "Europe/Berlin (CET)");
        assert_eq!(words("Europe/Berlin", "2026-07-01T12:00:00Z"), "Europe/Berlin (CEST)");
        assert_eq!(words("America/Sao_Paulo", "2026-07-01T12:00:00Z"), "America/Sao_Paulo (UTC-03)");
        assert_eq!(words("UTC", "2026-07-01T12:00:00Z"), "UTC");
    }

    #[test]
    fn enumerations_and_counts() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["pH"]), "pH");
        assert_eq!(list(&["pH", "KH", "GH"]), "pH, KH and GH");
        assert_eq!([count(1, "reading"), count(0, "reading")], ["1 reading", "0 readings"]);
    }
}
