//! On which days a duty falls, and at which instant. No loop runs over the past: a task that nobody looked at for
//! years costs what any other costs.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

use crate::domain::zone;

/// The most days or weeks between two occurrences.
pub const EVERY_MAX: u16 = 366;

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// The week in order.
    pub const WEEK: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    /// These days; `None` when there is none.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let bits = days.into_iter().fold(0, |bits, day| bits | Self::bit(day));
        (bits != 0).then_some(Self(bits))
    }

    /// From the column: a bit a day, Monday is 1.
    pub fn from_bits(bits: i16) -> Option<Self> {
        u8::try_from(bits).ok().filter(|bits| (1..128).contains(bits)).map(Self)
    }

    /// For the column.
    pub fn bits(self) -> i16 {
        self.0.into()
    }

    /// Whether the day is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    /// The days in the order of the week.
    pub fn days(self) -> impl Iterator<Item = Weekday> {
        Self::WEEK.into_iter().filter(move |day| self.contains(*day))
    }

    const fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }
}

/// How a duty recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Every so many days, counted from the start day.
    Days(u16),
    /// Every so many weeks, on the start day's weekday.
    Weeks(u16),
    /// On these days of each week.
    Weekdays(Weekdays),
    /// On this day of each month, or its last day where the month is shorter.
    MonthDay(u8),
    /// So many days after it was done last; first on the start day.
    After(u16),
}

/// When a duty is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How it recurs.
    pub rule: Rule,
    /// The first day it may be due, from which days and weeks are counted.
    pub starts_on: Date,
    /// The time of day, on the clock of the tank.
    pub time: Time,
}

impl Schedule {
    /// The first day on or after `day` on which the duty falls; never before the start day.
    pub fn on_or_after(&self, day: Date) -> Date {
        let from = day.max(self.starts_on);
        match self.rule {
            Rule::Days(every) => self.counted(from, i32::from(every)),
            Rule::Weeks(every) => self.counted(from, 7 * i32::from(every)),
            Rule::Weekdays(days) => (0..7)
                .filter_map(|ahead| from.checked_add(ahead.days()).ok())
                .find(|day| days.contains(day.weekday()))
                .unwrap_or(from),
            Rule::MonthDay(wanted) => {
                let in_this_month = month_day(from, wanted);
                if in_this_month >= from {
                    return in_this_month;
                }
                from.first_of_month().checked_add(1.month()).map_or(from, |next| month_day(next, wanted))
            }
            Rule::After(_) => from,
        }
    }

    /// The day after which the duty falls next once the occurrence of `due_on` was done at `at`. Occurrences that
    /// passed in the meantime are not asked for: a duty that was missed often is due once.
    pub fn after_done(&self, due_on: Date, at: Timestamp, zone: &TimeZone) -> Date {
        let done_on = zone::day_of(at, zone);
        if let Rule::After(days) = self.rule {
            return add(done_on, days);
        }
        let next = self.on_or_after(tomorrow(due_on).max(done_on));
        if self.instant(next, zone) > at { next } else { self.on_or_after(tomorrow(next)) }
    }

    /// The day on which the duty falls next once the occurrence of `due_on` was skipped at `at`.
    pub fn after_skip(&self, due_on: Date, at: Timestamp, zone: &TimeZone) -> Date {
        match self.rule {
            Rule::After(days) => add(zone::day_of(at, zone).max(due_on), days),
            _ => self.after_done(due_on, at, zone),
        }
    }

    /// The day on which a duty falls first that is made, changed or taken up again now, and was done last on a day
    /// (or never): today or later, and later than the occurrence that was done.
    pub fn first(&self, today: Date, done: Option<Done>) -> Date {
        match (self.rule, done) {
            // It may be overdue at once: that follows from when it was done.
            (Rule::After(days), Some(done)) => add(done.on, days).max(self.starts_on),
            (_, Some(done)) => self.on_or_after(today.max(tomorrow(done.due_on))),
            (_, None) => self.on_or_after(today),
        }
    }

    /// The instant of an occurrence: in a DST gap moved forward by it, in an overlap the first.
    pub fn instant(&self, day: Date, zone: &TimeZone) -> Timestamp {
        let local = day.to_datetime(self.time);
        // Fails only at the far end of the calendar.
        zone.to_ambiguous_timestamp(local).compatible().unwrap_or(Timestamp::MAX)
    }

    /// The first occurrence on or after `from` in steps of so many days from the start day.
    fn counted(&self, from: Date, step: i32) -> Date {
        // Both are days of the calendar: what is between them fits.
        let between = (from - self.starts_on).get_days();
        let ahead = (step - between.rem_euclid(step)).rem_euclid(step);
        from.checked_add(ahead.days()).unwrap_or(from)
    }
}

/// What was done last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// The day of it.
    pub on: Date,
    /// The day of the occurrence that it was.
    pub due_on: Date,
}

fn add(day: Date, days: u16) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

fn tomorrow(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// This day of the month that `within` is in, or its last day.
fn month_day(within: Date, wanted: u8) -> Date {
    let last = within.last_of_month();
    let wanted = i8::try_from(wanted).unwrap_or(31).min(last.day());
    within.with().day(wanted).build().unwrap_or(last)
}

#[cfg(test)]
pub(super) mod tests;
