//! The time axis: true to time, with ticks at the tank's own hours, days, weeks, months and years.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, Timestamp, ToSpan as _};

use super::Window;
use super::svg::{Tenths, tenths};
use super::text::{month, weekday};
use crate::domain::dates::DateFormat;

/// Maps instants to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    from: f64,
    span: f64,
    left: Tenths,
    right: Tenths,
}

/// A boundary of the calendar, labelled unless its label would meet another's or the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) x: Tenths,
    /// The middle of its label, which keeps off the edge.
    pub(super) label_x: Tenths,
    pub(super) label: Option<String>,
    /// It begins a larger unit: a day among hours, a year among months.
    pub(super) major: bool,
}

impl Times {
    pub(super) fn new(window: &Window, left: Tenths, right: Tenths) -> Self {
        let from = seconds(window.from);
        // A window without width, or turned round, still has to map to something.
        Self { from, span: (seconds(window.to) - from).max(1.0), left, right }
    }

    /// The place of an instant; those outside the window lie on its edge.
    pub(super) fn x(&self, at: Timestamp) -> Tenths {
        let part = ((seconds(at) - self.from) / self.span).clamp(0.0, 1.0);
        self.left + tenths(part * f64::from(self.right - self.left) / 10.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of the years -9999 to 9999 fit into 53 bits")]
fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// The distance of two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hours(i8),
    Days(i32),
    Weeks(i32),
    Months(i8),
    Years(i16),
}

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;
const YEAR: f64 = 365.25 * DAY;

/// From fine to coarse, each with its usual length in seconds.
const STEPS: [(Step, f64); 23] = [
    (Step::Hours(1), HOUR),
    (Step::Hours(2), 2.0 * HOUR),
    (Step::Hours(3), 3.0 * HOUR),
    (Step::Hours(6), 6.0 * HOUR),
    (Step::Hours(12), 12.0 * HOUR),
    (Step::Days(1), DAY),
    (Step::Days(2), 2.0 * DAY),
    (Step::Weeks(1), 7.0 * DAY),
    (Step::Weeks(2), 14.0 * DAY),
    (Step::Months(1), YEAR / 12.0),
    (Step::Months(2), YEAR / 6.0),
    (Step::Months(3), YEAR / 4.0),
    (Step::Months(6), YEAR / 2.0),
    (Step::Years(1), YEAR),
    (Step::Years(2), 2.0 * YEAR),
    (Step::Years(5), 5.0 * YEAR),
    (Step::Years(10), 10.0 * YEAR),
    (Step::Years(20), 20.0 * YEAR),
    (Step::Years(50), 50.0 * YEAR),
    (Step::Years(100), 100.0 * YEAR),
    (Step::Years(500), 500.0 * YEAR),
    (Step::Years(1000), 1000.0 * YEAR),
    (Step::Years(5000), 5000.0 * YEAR),
];

/// The narrowest label with its air: finer steps need not be tried.
const LEAST_PITCH: f64 = 360.0;
/// Air between two labels.
const AIR: Tenths = 140;
/// So far a label may be from the middle of its tick.
const NUDGE: Tenths = 140;
/// Up to this many days a day is called by its weekday.
const WEEKDAYS_UP_TO: f64 = 12.0;

/// The finest ticks whose labels, set in `font` tenths and centred, keep apart and inside `0..=edge`.
pub(super) fn ticks(window: &Window, times: &Times, font: Tenths, edge: Tenths) -> Vec<Tick> {
    let per_second = f64::from(times.right - times.left) / times.span;
    let mut fallback = Vec::new();
    for (step, length) in STEPS {
        if length * per_second < LEAST_PITCH {
            continue;
        }
        let mut ticks = step.ticks(window, times);
        if keep_apart(&mut ticks, font, edge) {
            return ticks;
        }
        fallback = ticks;
    }
    fallback
}

/// Takes away labels that meet the one before or the edge. True when none met another.
fn keep_apart(ticks: &mut [Tick], font: Tenths, edge: Tenths) -> bool {
    let mut all = true;
    let mut free_from = 0;
    for tick in ticks {
        let Some(label) = &tick.label else { continue };
        let half = width(label, font) / 2;
        let middle = tick.x.min(edge - half).max(half);
        if (middle - tick.x).abs() > NUDGE {
            tick.label = None;
        } else if middle - half < free_from {
            tick.label = None;
            all = false;
        } else {
            tick.label_x = middle;
            free_from = middle + half + AIR;
        }
    }
    all
}

/// How wide a text is at most in the usual system fonts, which are not known here: the numbers are
/// those of `DejaVu Sans`, the widest of them.
pub(super) fn width(text: &str, font: Tenths) -> Tenths {
    let thousandths: Tenths = text
        .chars()
        .map(|character| match character {
            ' ' | '.' | ',' | ':' | 'i' | 'l' | 'j' | 'I' | '·' | '-' | '(' | ')' => 390,
            'M' | 'W' | 'm' | 'w' | '%' => 990,
            'a'..='z' | '0'..='9' => 640,
            _ if character.is_ascii() => 760,
            // Ideographs and the like fill their square.
            _ => 1000,
        })
        .fold(0, Tenths::saturating_add);
    thousandths.saturating_mul(font) / 1000
}

impl Step {
    fn ticks(self, window: &Window, times: &Times) -> Vec<Tick> {
        let zone = &window.zone;
        let mut ticks = Vec::new();
        let mut before = None;
        let mut add = |date: Date, hour: i8| {
            // A boundary that summer time skips is where the clock goes on: 02:00 becomes 03:00.
            let Ok(at) = zone.to_timestamp(date.at(hour, 0, 0, 0)) else { return };
            if at < window.from || at > window.to || before.is_some_and(|before| at <= before) {
                return;
            }
            before = Some(at);
            let (label, major) = self.label(zone.to_datetime(at), hour == 0, times.span, window.dates);
            let x = times.x(at);
            ticks.push(Tick { x, label_x: x, label: Some(label), major });
        };
        let last = zone.to_datetime(window.to).date();
        let mut date = self.first(zone.to_datetime(window.from).date());
        while date <= last {
            match self {
                Self::Hours(hours) => {
                    (0..24).step_by(usize::try_from(hours).unwrap_or(24)).for_each(|hour| add(date, hour));
                }
                _ => add(date, 0),
            }
            match date.checked_add(self.span()) {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        ticks
    }

    /// The last boundary at or before a day, the same whatever the window, so that ticks stand still while it
    /// moves.
    fn first(self, date: Date) -> Date {
        let back = |days: i32| date.checked_sub(days.days()).unwrap_or(date);
        let start = |year: i16, month: i8| Date::new(year, month, 1).unwrap_or(date);
        match self {
            Self::Hours(_) => date,
            Self::Days(days) => back(days_since_monday_1970(date).rem_euclid(days)),
            Self::Weeks(weeks) => back(days_since_monday_1970(date).rem_euclid(7 * weeks)),
            Self::Months(months) => start(date.year(), (date.month() - 1) / months * months + 1),
            Self::Years(years) => start(date.year().div_euclid(years) * years, 1),
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Hours(_) => 1.day(),
            Self::Days(days) => days.days(),
            Self::Weeks(weeks) => weeks.weeks(),
            Self::Months(months) => months.months(),
            Self::Years(years) => years.years(),
        }
    }

    /// What a boundary is called, and whether it begins a larger unit. A day that summer time makes start at
    /// 01:00 is called by its name all the same.
    fn label(self, at: DateTime, new_day: bool, span: f64, dates: DateFormat) -> (String, bool) {
        let date = at.date();
        match self {
            Self::Hours(_) if !new_day => (clock(at, dates), false),
            Self::Hours(_) => (format!("{} {}", weekday(date), date.day()), true),
            Self::Days(_) | Self::Weeks(_) if span <= WEEKDAYS_UP_TO * DAY => {
                (format!("{} {}", weekday(date), date.day()), date.weekday() == Weekday::Monday)
            }
            Self::Days(_) | Self::Weeks(_) => {
                let label = match dates {
                    DateFormat::Iso => date.strftime("%m-%d").to_string(),
                    DateFormat::DayFirst | DateFormat::MonthFirst => dates.short_day(date),
                };
                (label, false)
            }
            Self::Months(_) if date.month() > 1 => (month(date).to_owned(), false),
            Self::Months(_) => (date.year().to_string(), true),
            Self::Years(_) => (date.year().to_string(), false),
        }
    }
}

/// A time of day on the axis, where full hours of twelve need no minutes: "6 PM".
fn clock(at: DateTime, dates: DateFormat) -> String {
    match dates {
        DateFormat::MonthFirst if at.minute() == 0 => at.strftime("%-I %p").to_string(),
        _ => dates.time(at.time()),
    }
}

/// Days since Monday 5 January 1970.
fn days_since_monday_1970(date: Date) -> i32 {
    let days = date.duration_since(Date::constant(1970, 1, 5)).as_secs() / 86_400;
    // Four million days lie between the years -9999 and 9999.
    i32::try_from(days).unwrap_or(0)
}
