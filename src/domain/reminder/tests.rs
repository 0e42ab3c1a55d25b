use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const TICK: SignedDuration = SignedDuration::from_mins(5);

fn plan(zone: &str, at: &str) -> Plan {
    Plan { at: at.parse().unwrap(), ..Plan::usual(zone::parse(zone).unwrap()) }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Asks at these instants as the worker would. Answers the days that were seen to, and when.
fn ticked(
    plan: &Plan,
    handled: &mut Option<Date>,
    instants: impl Iterator<Item = Timestamp>,
) -> Vec<(Date, Timestamp)> {
    instants
        .filter_map(|now| {
            let day = plan.due(*handled, now)?;
            *handled = Some(day);
            Some((day, now))
        })
        .collect()
}

/// Every five minutes, so many of them.
fn every_five_minutes(from: Timestamp, ticks: i64) -> impl Iterator<Item = Timestamp> {
    (0..ticks).map(move |tick| from + TICK * i32::try_from(tick).unwrap())
}

#[test]
fn a_day_in_winter() {
    let plan = plan("Europe/Berlin", "08:00");
    let day = date(2026, 11, 30);
    assert_eq!(plan.due(None, at("2026-11-30T06:59:59Z")), None, "yesterday's is too old");
    assert_eq!(plan.due(None, at("2026-11-30T07:00:00Z")), Some(day));
    assert_eq!(plan.due(Some(day), at("2026-11-30T07:05:00Z")), None);
    assert_eq!(plan.due(None, at("2026-11-30T19:00:00Z")), Some(day));
    assert_eq!(plan.due(None, at("2026-11-30T19:00:01Z")), None);
    assert_eq!(Plan { enabled: false, ..plan }.due(None, at("2026-11-30T07:00:00Z")), None);
}

#[test]
fn late_in_the_evening_it_may_be_tomorrow_already() {
    let plan = plan("Europe/Berlin", "23:55");
    assert_eq!(plan.due(None, at("2026-11-30T23:10:00Z")), Some(date(2026, 11, 30)));
    assert_eq!(plan.due(Some(date(2026, 11, 30)), at("2026-11-30T23:10:00Z")), None);
}

#[test]
fn hours_that_clocks_leave_out_or_have_twice() {
    for (zone, time, day, instant) in [
        ("Europe/Berlin", "02:30", date(2026, 3, 29), "2026-03-29T01:30:00Z"), // left out: 03:30
        ("Europe/Berlin", "02:30", date(2026, 10, 25), "2026-10-25T00:30:00Z"), // twice: the first
        ("America/New_York", "02:00", date(2026, 3, 8), "2026-03-08T07:00:00Z"),
        ("America/New_York", "01:30", date(2026, 11, 1), "2026-11-01T05:30:00Z"),
        ("Australia/Lord_Howe", "02:15", date(2026, 10, 4), "2026-10-03T15:45:00Z"), // half an hour only
        ("America/Santiago", "00:00", date(2026, 9, 6), "2026-09-06T04:00:00Z"),     // the day begins at one
    ] {
        let plan = plan(zone, time);
        assert_eq!(plan.instant(day), at(instant), "{zone} {time}");
        assert_eq!(plan.due(None, at(instant)), Some(day), "{zone} {time}");
    }
}

#[test]
fn a_day_that_the_calendar_left_out_is_not_made_up_for() {
    // Samoa went from the 29th to the 31st of December 2011.
    let plan = plan("Pacific/Apia", "08:00");
    let mut handled = None;
    let days = ticked(&plan, &mut handled, every_five_minutes(at("2011-12-28T12:00:00Z"), 5 * 288));
    let days: Vec<i8> = days.into_iter().map(|(day, _)| day.day()).collect();
    assert_eq!(days, [28, 29, 31, 1, 2]);
}

#[test]
fn after_three_days_without_a_worker_there_is_one() {
    let plan = plan("Europe/Berlin", "08:00");
    let mut handled = Some(date(2026, 11, 23));
    let later = every_five_minutes(at("2026-11-26T10:00:00Z"), 20);
    assert_eq!(ticked(&plan, &mut handled, later), [(date(2026, 11, 26), at("2026-11-26T10:00:00Z"))]);
    let mut handled = Some(date(2026, 11, 23));
    let night = every_five_minutes(at("2026-11-26T22:00:00Z"), 9 * 12 + 1);
    assert_eq!(ticked(&plan, &mut handled, night), [(date(2026, 11, 27), at("2026-11-27T07:00:00Z"))]);
}

#[test]
fn a_clock_that_jumps_sends_nothing_twice_and_is_got_over() {
    let plan = plan("Europe/Berlin", "08:00");
    let (day, morning) = (date(2026, 11, 30), at("2026-11-30T07:00:00Z"));
    for back in [1, 3, 25, 47] {
        let set_back = morning - SignedDuration::from_hours(back);
        let mut handled = Some(day);
        let rest = every_five_minutes(set_back, (back + 23) * 12);
        assert_eq!(ticked(&plan, &mut handled, rest), [], "{back} hours back");
    }
    // For a while it was ten years later.
    assert_eq!(plan.due(Some(date(2036, 1, 1)), morning), Some(day));
    assert_eq!(plan.next(Some(date(2036, 1, 1)), morning - TICK), Some(morning));
}

#[test]
fn what_a_change_of_plan_leaves_seen_to() {
    let old = plan("Europe/Berlin", "08:00");
    let (now, today) = (at("2026-11-30T09:00:00Z"), date(2026, 11, 30));
    let yesterday = date(2026, 11, 29);
    // Turned on in the course of the day: from tomorrow on.
    assert_eq!(old.handled_when_saved(None, now), today);
    assert_eq!(old.next(Some(today), now), Some(at("2026-12-01T07:00:00Z")));
    // Sent in the morning, and put off to the evening: not again today.
    let evening = Plan { at: "20:00".parse().unwrap(), ..old.clone() };
    assert_eq!(evening.handled_when_saved(Some((&old, Some(today))), now), today);
    // Not yet sent, and put forward to an hour that has passed.
    let early = Plan { at: "06:00".parse().unwrap(), ..old.clone() };
    let before = at("2026-11-30T06:30:00Z");
    assert_eq!(early.handled_when_saved(Some((&old, Some(yesterday))), before), today);
    // Nothing that matters here was changed just before the worker looks: it is still sent.
    let single = Plan { digest: false, ..old.clone() };
    assert_eq!(single.handled_when_saved(Some((&old, Some(yesterday))), now), yesterday);
    // Another zone counts other days.
    let auckland = plan("Pacific/Auckland", "08:00");
    let new = plan("America/Los_Angeles", "08:00");
    assert_eq!(
        new.handled_when_saved(Some((&auckland, Some(date(2026, 12, 1)))), at("2026-11-30T20:00:00Z")),
        today
    );
}

#[test]
fn the_form_is_checked_field_by_field() {
    let read = |fields: &[(&str, &'static str)]| {
        check(|name| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value))
    };
    let good =
        [("enabled", "1"), ("at", "07:30"), ("zone", "Europe/Berlin"), ("how", "single"), ("again", "once")];
    let plan = read(&good).unwrap();
    assert_eq!(plan, Plan { digest: false, again: false, ..self::plan("Europe/Berlin", "07:30") });
    assert!(!read(&good[1..]).unwrap().enabled);
    let errors = read(&[("at", "24:00"), ("zone", "Mars/Olympus"), ("how", "x")]).unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["at", "zone", "how", "again"]);
    for (text, ok) in [
        ("00:00", true),
        ("23:59:59", true),
        ("8:00", false),
        ("08:00:60", false),
        ("", false),
        ("٠٨:٠٠", false),
    ] {
        assert_eq!(time(text).is_ok(), ok, "{text}");
    }
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/Santiago",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Auckland",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Africa/Casablanca",
    ])
}

proptest! {
    #[test]
    fn each_day_is_seen_to_once(zone in zones(), minute in 0_i64..1_440, start in 0_i64..800) {
        let time = Time::midnight() + SignedDuration::from_mins(minute);
        let plan = Plan { at: time, ..Plan::usual(zone::parse(zone).unwrap()) };
        let from = at("2025-01-01T00:00:00Z") + SignedDuration::from_hours(start * 24);
        let mut handled = Some(plan.reached(from));
        let seen = ticked(&plan, &mut handled, every_five_minutes(from, 14 * 288));
        let days: Vec<Date> = seen.iter().map(|(day, _)| *day).collect();
        prop_assert!(days.len() >= 13, "{days:?}");
        for pair in days.windows(2) {
            prop_assert_eq!(pair[0].tomorrow().unwrap(), pair[1]);
        }
        for (day, sent) in seen {
            let late = sent.duration_since(plan.instant(day));
            prop_assert!(late >= SignedDuration::ZERO && late < TICK, "{day} {late:?}");
        }
    }

    #[test]
    fn whatever_the_clock_does_no_day_comes_twice(
        zone in zones(),
        minute in 0_i64..1_440,
        jumps in prop::collection::vec(-40_i64..200, 1..60),
    ) {
        let time = Time::midnight() + SignedDuration::from_mins(minute);
        let plan = Plan { at: time, ..Plan::usual(zone::parse(zone).unwrap()) };
        let mut now = at("2026-03-01T00:00:00Z");
        let (mut handled, mut counts) = (None, BTreeMap::new());
        let mut furthest = now;
        for jump in jumps {
            // Never further back than a day and a half from where it has been: that is what is promised.
            now = (now + SignedDuration::from_hours(jump)).max(furthest - SignedDuration::from_hours(36));
            furthest = furthest.max(now);
            for (day, _) in ticked(&plan, &mut handled, every_five_minutes(now, 3)) {
                *counts.entry(day).or_insert(0) += 1;
            }
        }
        prop_assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    }

    #[test]
    fn the_next_one_comes_when_it_is_said(zone in zones(), minute in 0_i64..1_440, hours in 0_i64..9_000) {
        let time = Time::midnight() + SignedDuration::from_mins(minute);
        let plan = Plan { at: time, ..Plan::usual(zone::parse(zone).unwrap()) };
        let now = at("2026-01-01T00:00:00Z") + SignedDuration::from_hours(hours);
        let handled = Some(plan.reached(now));
        let next = plan.next(handled, now).unwrap();
        prop_assert!(next > now && next.duration_since(now) <= SignedDuration::from_hours(49));
        prop_assert!(plan.due(handled, next).is_some());
        prop_assert!(plan.due(handled, next - SignedDuration::from_nanos(1)).is_none());
    }

    #[test]
    fn the_form_never_panics(at in "(?s).{0,12}", zone in "(?s).{0,20}") {
        let _ = check(|name| match name { "at" => at.as_str(), "zone" => zone.as_str(), _ => "digest" });
    }
}
