use jiff::SignedDuration;
use jiff::civil::time;
use proptest::prelude::*;

use super::*;

pub(in crate::domain::task) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(in crate::domain::task) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(in crate::domain::task) fn zone(name: &str) -> TimeZone {
    zone::parse(name).unwrap()
}

fn schedule(rule: Rule, starts_on: &str) -> Schedule {
    Schedule { rule, starts_on: day(starts_on), time: time(9, 0, 0, 0) }
}

fn weekdays(days: &[Weekday]) -> Rule {
    Rule::Weekdays(Weekdays::new(days.iter().copied()).unwrap())
}

#[test]
fn days_on_which_a_duty_falls() {
    use Weekday::{Friday, Monday, Sunday};
    for (rule, starts_on, from, falls_on) in [
        (Rule::Days(1), "2026-11-01", "2026-11-23", "2026-11-23"),
        (Rule::Days(7), "2026-11-01", "2026-11-23", "2026-11-29"),
        (Rule::Days(7), "2026-11-01", "2026-11-29", "2026-11-29"),
        (Rule::Days(3), "2026-11-25", "2026-11-23", "2026-11-25"),
        (Rule::Days(10), "1990-01-01", "2026-11-23", "2026-11-28"),
        (Rule::Weeks(2), "2026-11-07", "2026-11-08", "2026-11-21"),
        (weekdays(&[Monday, Friday]), "2026-11-01", "2026-11-24", "2026-11-27"),
        (weekdays(&[Monday, Friday]), "2026-11-01", "2026-11-28", "2026-11-30"),
        (weekdays(&[Sunday]), "2026-12-01", "2026-11-01", "2026-12-06"),
        (Rule::MonthDay(15), "2026-01-01", "2026-11-16", "2026-12-15"),
        (Rule::MonthDay(31), "2026-01-01", "2026-11-16", "2026-11-30"),
        (Rule::MonthDay(31), "2026-01-01", "2026-02-01", "2026-02-28"),
        (Rule::MonthDay(31), "2026-01-01", "2028-02-29", "2028-02-29"),
        (Rule::MonthDay(30), "2026-01-01", "2026-01-31", "2026-02-28"),
        (Rule::MonthDay(31), "2026-01-01", "2026-12-31", "2026-12-31"),
        (Rule::MonthDay(1), "2026-01-01", "2026-12-02", "2027-01-01"),
        (Rule::After(14), "2026-11-01", "2026-11-23", "2026-11-23"),
        (Rule::After(14), "2026-12-24", "2026-11-23", "2026-12-24"),
    ] {
        let found = schedule(rule, starts_on).on_or_after(day(from));
        assert_eq!(found, day(falls_on), "{rule:?} from {starts_on} on or after {from}");
    }
}

#[test]
fn what_was_missed_is_due_once() {
    let berlin = zone("Europe/Berlin");
    let daily = schedule(Rule::Days(1), "2026-01-01");
    // Ten days late: not ten times.
    assert_eq!(daily.after_done(day("2026-11-13"), at("2026-11-23T17:00:00Z"), &berlin), day("2026-11-24"));
    // Before today's nine o'clock: today's is still to come.
    assert_eq!(daily.after_done(day("2026-11-22"), at("2026-11-23T06:00:00Z"), &berlin), day("2026-11-23"));
    // At nine on the dot it was today's.
    assert_eq!(daily.after_done(day("2026-11-22"), at("2026-11-23T08:00:00Z"), &berlin), day("2026-11-24"));
    // Ahead of time: this occurrence is done, not one before it.
    let weekly = schedule(Rule::Weeks(1), "2026-11-07");
    assert_eq!(weekly.after_done(day("2026-11-28"), at("2026-11-26T08:00:00Z"), &berlin), day("2026-12-05"));
    assert_eq!(weekly.after_skip(day("2026-11-07"), at("2026-11-26T08:00:00Z"), &berlin), day("2026-11-28"));
}

#[test]
fn after_the_last_one_done_counts_from_its_day_in_the_zone() {
    let after = schedule(Rule::After(14), "2026-11-01");
    // The 24th has begun in Berlin, not yet in New York.
    let done = at("2026-11-23T23:30:00Z");
    assert_eq!(after.after_done(day("2026-11-20"), done, &zone("Europe/Berlin")), day("2026-12-08"));
    assert_eq!(after.after_done(day("2026-11-20"), done, &zone("America/New_York")), day("2026-12-07"));
    // Done too early, then skipped too early.
    assert_eq!(after.after_done(day("2026-12-24"), done, &zone("UTC")), day("2026-12-07"));
    assert_eq!(after.after_skip(day("2026-12-24"), done, &zone("UTC")), day("2027-01-07"));
}

#[test]
fn a_duty_that_is_made_or_taken_up_again_is_not_overdue() {
    let today = day("2026-11-23");
    let weekly = schedule(Rule::Weeks(1), "2020-01-04");
    assert_eq!(weekly.first(today, None), day("2026-11-28"));
    let done = |on: &str, due_on: &str| Some(Done { on: day(on), due_on: day(due_on) });
    assert_eq!(weekly.first(today, done("2026-11-23", "2026-11-28")), day("2026-12-05"));
    let after = schedule(Rule::After(30), "2026-01-01");
    assert_eq!(after.first(today, None), today);
    assert_eq!(after.first(today, done("2026-11-20", "2026-11-20")), day("2026-12-20"));
    assert_eq!(after.first(today, done("2026-10-01", "2026-10-01")), day("2026-10-31"));
}

#[test]
fn a_time_of_day_stays_when_clocks_change() {
    for (zone_name, day_text, hour, minute, instant) in [
        ("Europe/Berlin", "2026-03-28", 9, 0, "2026-03-28T08:00:00Z"),
        ("Europe/Berlin", "2026-03-29", 9, 0, "2026-03-29T07:00:00Z"),
        ("Europe/Berlin", "2026-03-29", 2, 30, "2026-03-29T01:30:00Z"), // skipped: 03:30 summer time
        ("Europe/Berlin", "2026-10-25", 2, 30, "2026-10-25T00:30:00Z"), // twice: the first
        ("America/New_York", "2026-11-01", 1, 30, "2026-11-01T05:30:00Z"),
        ("America/New_York", "2026-03-08", 2, 30, "2026-03-08T07:30:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", 2, 15, "2026-10-03T15:45:00Z"), // half an hour only
        ("Australia/Lord_Howe", "2026-04-05", 1, 45, "2026-04-04T14:45:00Z"),
    ] {
        let schedule = Schedule { time: time(hour, minute, 0, 0), ..schedule(Rule::Days(1), "2026-01-01") };
        assert_eq!(schedule.instant(day(day_text), &zone(zone_name)), at(instant), "{zone_name} {day_text}");
    }
}

#[test]
fn weekdays_are_bits() {
    let days = Weekdays::new([Weekday::Sunday, Weekday::Monday]).unwrap();
    assert_eq!(days.bits(), 65);
    assert_eq!(Weekdays::from_bits(65), Some(days));
    assert_eq!(days.days().collect::<Vec<_>>(), [Weekday::Monday, Weekday::Sunday]);
    assert_eq!([0, -1, 128, 999].map(Weekdays::from_bits), [None; 4]);
    assert_eq!(Weekdays::new([]), None);
}

fn any_rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (1..=EVERY_MAX).prop_map(Rule::Days),
        (1..=EVERY_MAX).prop_map(Rule::Weeks),
        (1_i16..128).prop_map(|bits| Rule::Weekdays(Weekdays::from_bits(bits).unwrap())),
        (1_u8..=31).prop_map(Rule::MonthDay),
        (1..=EVERY_MAX).prop_map(Rule::After),
    ]
}

proptest! {
    #[test]
    fn the_next_day_is_the_first_that_fits(rule in any_rule(), ahead in -2000_i32..2000) {
        let schedule = schedule(rule, "2026-02-27");
        let from = day("2026-02-27") + ahead.days();
        let found = schedule.on_or_after(from);
        prop_assert!(found >= from && found >= schedule.starts_on);
        // What falls on a day falls on it however it is asked, and on no day between.
        prop_assert_eq!(schedule.on_or_after(found), found);
        let fits = |one: Date| match rule {
            Rule::Days(every) => (one - schedule.starts_on).get_days() % i32::from(every) == 0,
            Rule::Weeks(every) => (one - schedule.starts_on).get_days() % (7 * i32::from(every)) == 0,
            Rule::Weekdays(days) => days.contains(one.weekday()),
            Rule::MonthDay(wanted) => {
                let wanted = i8::try_from(wanted).unwrap();
                one.day() == wanted || one.day() < wanted && one == one.last_of_month()
            }
            Rule::After(_) => true,
        };
        prop_assert!(fits(found), "{found}");
        let mut between = from.max(schedule.starts_on);
        while between < found {
            prop_assert!(!fits(between), "{between}");
            between = between.tomorrow().unwrap();
        }
    }

    #[test]
    fn what_comes_next_is_later(
        rule in any_rule(), late in -100_i64..20_000, name in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
        ]), minute in 0_i64..1440,
    ) {
        let clock = time(i8::try_from(minute / 60).unwrap(), i8::try_from(minute % 60).unwrap(), 0, 0);
        let schedule = Schedule { time: clock, ..schedule(rule, "2026-02-27") };
        let zone = zone(name);
        let due_on = schedule.on_or_after(day("2026-02-27"));
        let done_at = schedule.instant(due_on, &zone) + SignedDuration::from_hours(late);
        for next in [schedule.after_done(due_on, done_at, &zone), schedule.after_skip(due_on, done_at, &zone)] {
            if matches!(rule, Rule::After(_)) {
                prop_assert!(next > zone::day_of(done_at, &zone));
            } else {
                prop_assert!(next > due_on);
                prop_assert!(schedule.instant(next, &zone) > done_at);
                prop_assert_eq!(schedule.on_or_after(next), next);
            }
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_borne(rule in any_rule(), years in 0_i16..9000) {
        let schedule = Schedule { starts_on: Date::constant(999, 1, 1), ..schedule(rule, "2026-02-27") };
        let day = Date::new(years + 999, 12, 31).unwrap();
        let next = schedule.after_done(day, Timestamp::MAX, &TimeZone::UTC);
        let _ = schedule.instant(next, &TimeZone::UTC);
        let _ = schedule.first(day, Some(Done { on: Date::MAX, due_on: Date::MAX }));
        let _ = schedule.on_or_after(Date::MAX);
    }
}
