//! How far back a chart looks.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// The spans a chart offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last 24 hours.
    Day,
    /// The last 7 days.
    Week,
    /// The last 30 days.
    #[default]
    Month,
    /// The last 90 days.
    Quarter,
    /// The last 365 days.
    Year,
    /// Since the first reading.
    All,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 6] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year, Self::All];

    /// Its name in addresses and on its button.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::Year => "1y",
            Self::All => "all",
        }
    }

    /// As short as a button wants it.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::Month => "30 d",
            Self::Quarter => "90 d",
            Self::Year => "1 y",
            Self::All => "All",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "the last 24 hours",
            Self::Week => "the last 7 days",
            Self::Month => "the last 30 days",
            Self::Quarter => "the last 90 days",
            Self::Year => "the last year",
            Self::All => "all readings",
        }
    }

    /// Where it begins; `None` when it goes back to the first reading.
    pub fn start(self, now: Timestamp) -> Option<Timestamp> {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
            Self::All => return None,
        };
        now.checked_sub(SignedDuration::from_hours(24 * days)).ok()
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|span| span.as_str() == text)
            .ok_or_else(|| format!("no such span: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_their_own_names() {
        for span in Span::ALL {
            assert_eq!(span.as_str().parse(), Ok(span));
        }
        assert!("2d".parse::<Span>().is_err());
    }

    #[test]
    fn spans_begin_before_now() {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(Span::Month.start(now).unwrap().to_string(), "2026-10-24T12:00:00Z");
        assert_eq!(Span::All.start(now), None);
    }
}
