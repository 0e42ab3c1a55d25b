//! A tank's own time: its IANA zone, what is entered and shown in it.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// How far ahead of now a reading may be: clocks differ a little.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// The first year a reading may be of.
const FIRST_YEAR: i16 = 1990;
/// The longest zone name kept.
const LONGEST_NAME: usize = 64;

/// Why a zone or a time was refused. The message is a sentence for the person at the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Not a zone of the IANA database.
    #[error("This is not a time zone. Write it like Europe/Berlin.")]
    UnknownZone,
    /// Nothing entered.
    #[error("Enter a date and a time.")]
    Empty,
    /// Not a local date and time.
    #[error("This is not a date and time. Write it like 2026-11-23T18:30.")]
    NotATime,
    /// More than ten minutes ahead.
    #[error("This time is in the future.")]
    Future,
    /// Before 1990.
    #[error("This time is before 1990.")]
    TooEarly,
}

/// The zone of this name, in the database's own spelling of it. Offsets and POSIX rules are refused: they
/// would be wrong half of the year.
pub fn parse(name: &str) -> Result<TimeZone, ZoneError> {
    let name = name.trim();
    let usable = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
        // The same zones once more, and zones that count leap seconds, as some systems install them.
        && !["posix/", "right/"].iter().any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
    if !usable {
        return Err(ZoneError::UnknownZone);
    }
    let zone = TimeZone::get(name).map_err(|_| ZoneError::UnknownZone)?;
    if zone.iana_name().is_some_and(|name| name != "Etc/Unknown" && name != "Factory") {
        Ok(zone)
    } else {
        Err(ZoneError::UnknownZone)
    }
}

/// The zone's name in the database.
pub fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The instant of a local date and time as a `datetime-local` field gives it. A time that a DST gap skips is
/// moved forward by the gap; one that comes twice is the first.
pub fn local_to_instant(text: &str, zone: &TimeZone) -> Result<Timestamp, ZoneError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ZoneError::Empty);
    }
    let local = local_time(text).ok_or(ZoneError::NotATime)?;
    zone.to_ambiguous_timestamp(local).compatible().map_err(|_| ZoneError::NotATime)
}

/// The instant of a reading: as [`local_to_instant`], at most ten minutes ahead and not before 1990.
pub fn reading_instant(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, ZoneError> {
    let instant = local_to_instant(text, zone)?;
    if instant.duration_since(now) > AHEAD {
        return Err(ZoneError::Future);
    }
    if day_of(instant, zone).year() < FIRST_YEAR {
        return Err(ZoneError::TooEarly);
    }
    Ok(instant)
}

/// The day it is in the zone at this instant.
pub fn day_of(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

/// Both ends of a day in the zone, the second exclusive; 23 to 25 hours apart where clocks change.
pub fn day_bounds(day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp());
    Some((start(day).ok()?, start(day.tomorrow().ok()?).ok()?))
}

/// For a `datetime-local` field: `2026-11-23T18:30`.
pub fn field_value(instant: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(instant).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// For people: `23 Nov 2026, 18:30`.
pub fn long(instant: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(instant).strftime("%-d %b %Y, %H:%M").to_string()
}

/// For people, where the year is clear: `23 Nov, 18:30`.
pub fn short(instant: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(instant).strftime("%-d %b, %H:%M").to_string()
}

/// How long ago, roughly: `just now`, `5 minutes ago`, `3 hours ago`, `12 days ago`.
pub fn ago(instant: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(instant).as_mins();
    let (count, unit) = match minutes {
        ..2 => return "just now".to_owned(),
        2..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// `YYYY-MM-DDTHH:MM`, with seconds allowed, and nothing else: no offset, no bare date.
fn local_time(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(['T', ' '])?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let date_is_plain = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    // Some browsers send milliseconds; a reading needs none.
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let parts = clock.split(':').count();
    let plain = date_is_plain
        && (2..=3).contains(&parts)
        && clock.split(':').all(two_digits)
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if plain { format!("{date}T{clock}").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        parse(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn zones_have_the_databases_spelling() {
        assert_eq!(name(&zone("Europe/Berlin")), "Europe/Berlin");
        assert_eq!(name(&zone(" america/new_york ")), "America/New_York");
        assert_eq!(name(&zone("UTC")), "UTC");
        for text in [
            "",
            "Mars/Olympus",
            "+02:00",
            "EST5EDT,M3.2.0,M11.1.0",
            "posix/UTC",
            "../etc/passwd",
            "UTC\0",
            "Etc/Unknown",
        ] {
            assert_eq!(parse(text).map(|_| ()), Err(ZoneError::UnknownZone), "{text:?}");
        }
        assert!(parse(&"A/".repeat(40)).is_err());
    }

    #[test]
    fn local_times_on_days_when_clocks_change() {
        for (zone_name, text, instant) in [
            ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z"),
            ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00Z"), // skipped: 03:30 summer time
            ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
            ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"), // twice: the first
            ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
            ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
            ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z"), // half an hour only
            ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00Z"),
            ("UTC", "2026-11-23 18:30:15", "2026-11-23T18:30:15Z"),
        ] {
            assert_eq!(local_to_instant(text, &zone(zone_name)), Ok(at(instant)), "{zone_name} {text}");
        }
    }

    #[test]
    fn days_are_the_tanks_own() {
        let instant = at("2026-11-23T23:30:00Z");
        assert_eq!(day_of(instant, &zone("Europe/Berlin")).to_string(), "2026-11-24");
        assert_eq!(day_of(instant, &zone("America/New_York")).to_string(), "2026-11-23");
        for (zone_name, day, hours) in [
            ("Europe/Berlin", "2026-03-29", 23),
            ("Europe/Berlin", "2026-10-25", 25),
            ("America/New_York", "2026-11-01", 25),
            ("Pacific/Auckland", "2026-11-23", 24),
        ] {
            let (start, end) = day_bounds(day.parse().unwrap(), &zone(zone_name)).unwrap();
            assert_eq!(end.duration_since(start).as_hours(), hours, "{zone_name} {day}");
        }
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
        let berlin = zone("Europe/Berlin");
        assert_eq!(local_to_instant("  ", &berlin), Err(ZoneError::Empty));
        for text in [
            "2026-11-23",
            "18:30",
            "2026-11-23T18:30Z",
            "2026-11-23T18:30+01:00",
            "2026-11-23T18",
            "2026-13-01T00:00",
            "2026-02-29T00:00",
            "2026-11-23T25:00",
            "+002026-11-23T18:30",
            "9999999-01-01T00:00",
            "2026-11-23T18:30\0",
            "2026-11-23T18:30[UTC]",
            "2026-11-23T18:30:00.5Z",
            "9999-12-31T23:59",
            "now",
        ] {
            assert_eq!(local_to_instant(text, &berlin), Err(ZoneError::NotATime), "{text:?}");
        }
    }

    #[test]
    fn readings_are_neither_ahead_nor_ancient() {
        let (berlin, now) = (zone("Europe/Berlin"), at("2026-11-23T12:00:00Z"));
        assert_eq!(reading_instant("2026-11-23T13:10", &berlin, now), Ok(at("2026-11-23T12:10:00Z")));
        assert_eq!(reading_instant("2026-11-23T13:11", &berlin, now), Err(ZoneError::Future));
        assert_eq!(reading_instant("9999-12-30T12:00", &berlin, now), Err(ZoneError::Future));
        assert!(reading_instant("1990-01-01T00:00", &berlin, now).is_ok());
        assert_eq!(reading_instant("1989-12-31T23:59", &berlin, now), Err(ZoneError::TooEarly));
    }

    #[test]
    fn shows_instants() {
        let (berlin, instant) = (zone("Europe/Berlin"), at("2026-11-03T17:05:00Z"));
        assert_eq!(field_value(instant, &berlin), "2026-11-03T18:05");
        assert_eq!(long(instant, &berlin), "3 Nov 2026, 18:05");
        assert_eq!(short(instant, &berlin), "3 Nov, 18:05");
        for (seconds, words) in
            [(0, "just now"), (300, "5 minutes ago"), (3_600, "1 hour ago"), (86_400 * 12, "12 days ago")]
        {
            assert_eq!(ago(instant, instant + SignedDuration::from_secs(seconds)), words);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,40}", name in "(?s).{0,80}") {
            let _ = parse(&name);
            let _ = local_to_instant(&text, &TimeZone::UTC);
        }

        #[test]
        fn a_shown_minute_is_read_back(minutes in 0_i64..1_000_000) {
            let instant = at("2025-01-01T00:00:00Z") + SignedDuration::from_mins(minutes);
            prop_assert_eq!(local_to_instant(&field_value(instant, &TimeZone::UTC), &TimeZone::UTC), Ok(instant));
        }
    }
}
