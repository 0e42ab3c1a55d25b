//! How a keeper reads dates and times: one choice, used on every page, chart and mail.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};

/// The order of a date's parts, and the clock that goes with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateFormat {
    /// `19 Nov 2026, 18:30`.
    #[default]
    DayFirst,
    /// `Nov 19, 2026, 6:30 PM`.
    MonthFirst,
    /// `2026-11-19, 18:30`.
    Iso,
}

impl DateFormat {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::Iso];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
            Self::Iso => "iso",
        }
    }

    /// The choice in words, by the example it makes.
    pub const fn label(self) -> &'static str {
        match self {
            Self::DayFirst => "Day first, 24 hours",
            Self::MonthFirst => "Month first, 12 hours",
            Self::Iso => "Year first, 24 hours",
        }
    }

    /// A day with its year.
    pub fn day(self, day: Date) -> String {
        let format = match self {
            Self::DayFirst => "%-d %b %Y",
            Self::MonthFirst => "%b %-d, %Y",
            Self::Iso => "%Y-%m-%d",
        };
        day.strftime(format).to_string()
    }

    /// A day whose year is clear: `19 Nov`. ISO dates are never shortened.
    pub fn short_day(self, day: Date) -> String {
        let format = match self {
            Self::DayFirst => "%-d %b",
            Self::MonthFirst => "%b %-d",
            Self::Iso => "%Y-%m-%d",
        };
        day.strftime(format).to_string()
    }

    /// A day of the near past or future with its weekday: `Thursday 19 November`.
    pub fn weekday(self, day: Date) -> String {
        let format = match self {
            Self::DayFirst => "%A %-d %B",
            Self::MonthFirst => "%A, %B %-d",
            Self::Iso => "%A %Y-%m-%d",
        };
        day.strftime(format).to_string()
    }

    /// The time of day, to the minute.
    pub fn time(self, time: Time) -> String {
        let format = match self {
            Self::DayFirst | Self::Iso => "%H:%M",
            Self::MonthFirst => "%-I:%M %p",
        };
        time.strftime(format).to_string()
    }

    /// A day with its year and the time.
    pub fn minute(self, at: DateTime) -> String {
        format!("{}, {}", self.day(at.date()), self.time(at.time()))
    }
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| format!("no such date format: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_says_the_same_minute() {
        let evening = "2026-11-09T18:05:59".parse::<DateTime>().unwrap();
        let shown = DateFormat::ALL.map(|format| format.minute(evening));
        assert_eq!(shown, ["9 Nov 2026, 18:05", "Nov 9, 2026, 6:05 PM", "2026-11-09, 18:05"]);
        let short = DateFormat::ALL.map(|format| format.short_day(evening.date()));
        assert_eq!(short, ["9 Nov", "Nov 9", "2026-11-09"]);
        let weekday = DateFormat::ALL.map(|format| format.weekday(evening.date()));
        assert_eq!(weekday, ["Monday 9 November", "Monday, November 9", "Monday 2026-11-09"]);
        let midnight = "2026-11-09T00:00:00".parse::<DateTime>().unwrap();
        assert_eq!(DateFormat::MonthFirst.time(midnight.time()), "12:00 AM");
    }

    #[test]
    fn a_format_reads_its_own_name_and_nothing_else() {
        for format in DateFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert!("us".parse::<DateFormat>().is_err());
    }
}
