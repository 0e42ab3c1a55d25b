//! When a keeper is reminded of what is due: once a day, at an hour of the keeper's own clock.
//!
//! Nothing is remembered but the day that was seen to last. So however many ask, however often, and whatever the clock
//! did meanwhile, the answer follows from that day and from what time it is.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::field::FieldErrors;
use super::zone;

/// A reminder that could not be sent for so long is left out: the next one is near.
pub const LATEST: SignedDuration = SignedDuration::from_hours(12);
/// A last day that lies further ahead was noted while the clock was wrong.
const AHEAD: i32 = 2;
/// The hour that is offered first.
pub const MORNING: Time = Time::constant(8, 0, 0, 0);

/// What a keeper chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Wants to be reminded.
    pub enabled: bool,
    /// At what time.
    pub at: Time,
    /// On the clock of which zone.
    pub zone: TimeZone,
    /// One message for all that is due; otherwise one for each.
    pub digest: bool,
    /// Each day until it is done; otherwise once.
    pub again: bool,
}

impl Plan {
    /// What holds for somebody who comes into the household.
    pub const fn usual(zone: TimeZone) -> Self {
        Self { enabled: true, at: MORNING, zone, digest: true, again: true }
    }

    /// The instant at which a day's reminder is due: in a DST gap moved forward by it, in an overlap the first.
    pub fn instant(&self, day: Date) -> Timestamp {
        // Fails only at the far end of the calendar.
        self.zone.to_ambiguous_timestamp(day.to_datetime(self.at)).compatible().unwrap_or(Timestamp::MAX)
    }

    /// The newest day whose time has come.
    pub fn reached(&self, now: Timestamp) -> Date {
        let mut day = zone::day_of(now, &self.zone);
        // A day may begin late, but none is longer than two.
        for _ in 0..2 {
            if self.instant(day) <= now {
                return day;
            }
            day = day.yesterday().unwrap_or(day);
        }
        day
    }

    /// The day that is to be seen to now, if there is one. `handled` is the one that was seen to last.
    pub fn due(&self, handled: Option<Date>, now: Timestamp) -> Option<Date> {
        let day = self.reached(now);
        let in_time = self.enabled && now.duration_since(self.instant(day)) <= LATEST;
        (in_time && self.believed(handled, now).is_none_or(|handled| handled < day)).then_some(day)
    }

    /// When the next reminder is due.
    pub fn next(&self, handled: Option<Date>, now: Timestamp) -> Option<Timestamp> {
        if !self.enabled {
            return None;
        }
        if self.due(handled, now).is_some() {
            return Some(now);
        }
        let after = self.believed(handled, now).unwrap_or(Date::MIN).max(self.reached(now));
        // A day that the calendar left out has no time of its own.
        let days = (1..=3).filter_map(|ahead| after.checked_add(ahead.days()).ok());
        days.map(|day| self.instant(day)).find(|instant| *instant > now)
    }

    /// What counts as seen to once this plan is saved in place of another: a time that has passed is not made up for,
    /// and what was sent today is not sent again at another hour.
    pub fn handled_when_saved(&self, before: Option<(&Self, Option<Date>)>, now: Timestamp) -> Date {
        let reached = self.reached(now);
        match before {
            Some((old, handled)) if old.zone == self.zone => {
                let unchanged = old.enabled && old.at == self.at;
                match (self.believed(handled, now), unchanged) {
                    (Some(handled), true) => handled,
                    (Some(handled), false) => handled.max(reached),
                    (None, _) => reached,
                }
            }
            // Days of another zone's calendar.
            _ => reached,
        }
    }

    /// A day far ahead is not believed: reminders would stop until then.
    fn believed(&self, handled: Option<Date>, now: Timestamp) -> Option<Date> {
        let today = zone::day_of(now, &self.zone);
        handled.filter(|day| today.checked_add(AHEAD.days()).is_ok_and(|limit| *day <= limit))
    }
}

/// Checks the form. `get` gives a field's text.
///
/// # Errors
/// What is wrong, field by field.
pub fn check<'a>(get: impl Fn(&str) -> &'a str) -> Result<Plan, FieldErrors> {
    const ONE_OF_THESE: &str = "Choose one of these.";
    let mut errors = FieldErrors::new();
    let at = errors.take("at", time(get("at")));
    let zone = errors.take("zone", zone::parse(get("zone")));
    let mut either = |field: &str, yes: &str, no: &str| {
        let text = get(field);
        errors.take(
            field,
            if text == yes {
                Ok(true)
            } else if text == no {
                Ok(false)
            } else {
                Err(ONE_OF_THESE)
            },
        )
    };
    let (digest, again) = (either("how", "digest", "single"), either("again", "daily", "once"));
    match (at, zone, digest, again) {
        (Some(at), Some(zone), Some(digest), Some(again)) => {
            Ok(Plan { enabled: !get("enabled").is_empty(), at, zone, digest, again })
        }
        _ => Err(errors),
    }
}

/// `HH:MM`; seconds, which some browsers add, are dropped.
fn time(text: &str) -> Result<Time, &'static str> {
    const WRONG: &str = "Enter a time of day, like 08:00.";
    let text = text.trim();
    let plain = matches!(text.len(), 5 | 8)
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() });
    if !plain || text.get(5..).is_some_and(|rest| rest > ":59") {
        return Err(WRONG);
    }
    text.get(..5).and_then(|text| text.parse().ok()).ok_or(WRONG)
}

#[cfg(test)]
mod tests;
