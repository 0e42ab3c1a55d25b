//! Recurring duties: when they are due, and what a person may enter about one.
//!
//! Nothing runs for a task: what it says of itself follows from its row and the time it is.

pub mod form;
pub mod rule;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

pub use self::form::{NewTask, check};
pub use self::rule::{Rule, Schedule, Weekdays};
use crate::domain::zone;

/// The longest title, in characters.
pub const TITLE_MAX: usize = 128;
/// The longest notes, in characters.
pub const NOTES_MAX: usize = 2000;
/// How far ahead the list of coming duties looks.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Due on a day before today.
    Overdue,
    /// Due today, also when its time has passed.
    Today,
    /// Due on a later day.
    Coming,
}

impl Standing {
    /// Where a task stands that is due at this instant.
    pub fn of(due_at: Timestamp, zone: &TimeZone, now: Timestamp) -> Self {
        let (day, today) = (zone::day_of(due_at, zone), zone::day_of(now, zone));
        match day.cmp(&today) {
            std::cmp::Ordering::Less => Self::Overdue,
            std::cmp::Ordering::Equal => Self::Today,
            std::cmp::Ordering::Greater => Self::Coming,
        }
    }
}

/// For how long a task can be put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snooze {
    /// So many hours from now.
    Hours(i64),
    /// To the task's time of day, so many days from today.
    Days(i32),
}

impl Snooze {
    /// All of them, the shortest first.
    pub const ALL: [Self; 6] =
        [Self::Hours(1), Self::Hours(3), Self::Days(1), Self::Days(2), Self::Days(3), Self::Days(7)];

    /// Its name in forms: `3h`, `7d`.
    pub fn code(self) -> String {
        match self {
            Self::Hours(hours) => format!("{hours}h"),
            Self::Days(days) => format!("{days}d"),
        }
    }

    /// What it says.
    pub fn label(self) -> String {
        match self {
            Self::Hours(1) => "1 hour".to_owned(),
            Self::Hours(hours) => format!("{hours} hours"),
            Self::Days(1) => "until tomorrow".to_owned(),
            Self::Days(7) => "1 week".to_owned(),
            Self::Days(days) => format!("{days} days"),
        }
    }

    /// Reads a form's value.
    ///
    /// # Errors
    /// When it is none of those offered.
    pub fn parse(code: &str) -> Result<Self, &'static str> {
        Self::ALL.into_iter().find(|snooze| snooze.code() == code).ok_or("Choose for how long.")
    }

    /// Until when, for a task of this schedule.
    pub fn until(self, schedule: &Schedule, zone: &TimeZone, now: Timestamp) -> Timestamp {
        match self {
            Self::Hours(hours) => now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(now),
            Self::Days(days) => {
                let today = zone::day_of(now, zone);
                schedule.instant(today.checked_add(days.days()).unwrap_or(today), zone)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::rule::tests::{at, day, zone};

    #[test]
    fn a_task_stands_where_its_zones_days_say() {
        let (berlin, york) = (zone("Europe/Berlin"), zone("America/New_York"));
        let now = at("2026-11-23T23:30:00Z"); // the 24th in Berlin, still the 23rd in New York
        for (due, in_berlin, in_york) in [
            ("2026-11-23T20:00:00Z", Standing::Overdue, Standing::Today),
            ("2026-11-23T23:10:00Z", Standing::Today, Standing::Today),
            ("2026-11-24T12:00:00Z", Standing::Today, Standing::Coming),
            ("2026-11-23T03:00:00Z", Standing::Overdue, Standing::Overdue),
        ] {
            assert_eq!(Standing::of(at(due), &berlin, now), in_berlin, "{due}");
            assert_eq!(Standing::of(at(due), &york, now), in_york, "{due}");
        }
    }

    #[test]
    fn snoozes() {
        let berlin = zone("Europe/Berlin");
        let schedule = Schedule {
            rule: Rule::Days(1),
            starts_on: day("2026-01-01"),
            time: jiff::civil::time(9, 0, 0, 0),
        };
        let now = at("2026-10-24T18:00:00Z");
        let until = |code: &str| Snooze::parse(code).unwrap().until(&schedule, &berlin, now).to_string();
        assert_eq!(until("3h"), "2026-10-24T21:00:00Z");
        // Nine o'clock is nine o'clock, also when the clocks went back in between.
        assert_eq!(until("1d"), "2026-10-25T08:00:00Z");
        assert_eq!(until("7d"), "2026-10-31T08:00:00Z");
        for wrong in ["", "0h", "1w", "-1d", "999999d", "1D"] {
            assert!(Snooze::parse(wrong).is_err(), "{wrong}");
        }
    }
}
