use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::AnimalId;

const REEF: TankId = TankId(Uuid::from_u128(1));
const NANO: TankId = TankId(Uuid::from_u128(2));

/// An event `hour` hours after the beginning, written down in the order of its number.
fn event(number: u128, hour: i64, what: What) -> Event {
    let at = |seconds| Timestamp::from_second(1_700_000_000 + seconds).unwrap();
    Event {
        id: AnimalEventId(Uuid::from_u128(number)),
        at: at(hour * 3_600),
        entered_at: at(10_000_000 + i64::try_from(number).unwrap()),
        what,
        note: None,
    }
}

fn came(quantity: u32) -> Event {
    event(1, 0, What::Acquired { tank: REEF, quantity })
}

fn history(events: impl IntoIterator<Item = Event>) -> History {
    History::of(events.into_iter().collect()).unwrap()
}

fn why(result: Result<History, Fault>) -> (u128, Why) {
    let fault = result.unwrap_err();
    (fault.event.0.as_u128(), fault.why)
}

#[test]
fn place_and_count_follow_from_the_events() {
    let group = AnimalId(Uuid::from_u128(9));
    let told = history([
        event(6, 50, What::Died { quantity: 7 }),
        event(4, 30, What::Split { to: NANO, quantity: 4, into: group }),
        came(10),
        event(2, 10, What::Died { quantity: 1 }),
        event(3, 20, What::Added { quantity: 2 }),
        event(5, 40, What::Moved { to: NANO }),
        event(7, 60, What::Health),
    ]);
    assert_eq!(told.faults(), []);
    let steps: Vec<_> = told.steps().map(|(event, step)| (event.id.0.as_u128(), step)).collect();
    let step = |tank, place, before, after| Step { tank, place, before, after };
    assert_eq!(
        steps,
        [
            (1, step(REEF, REEF, 0, 10)),
            (2, step(REEF, REEF, 10, 9)),
            (3, step(REEF, REEF, 9, 11)),
            (4, step(REEF, REEF, 11, 7)),
            (5, step(REEF, NANO, 7, 7)),
            (6, step(NANO, NANO, 7, 0)),
            (7, step(NANO, NANO, 0, 0)),
        ]
    );
    let (sixth, _) = told.find(AnimalEventId(Uuid::from_u128(6))).unwrap();
    let standing = told.standing();
    assert_eq!((standing.place, standing.count, standing.ended_at), (NANO, 0, Some(sixth.at)));
    assert_eq!(standing.acquired_at, came(1).at);
    assert_eq!(history([came(3)]).standing().ended_at, None);
    assert_eq!(History::of(vec![]), None);
    assert_eq!(History::of(vec![event(2, 0, What::Note)]), None);
}

#[test]
fn what_cannot_have_happened_is_refused() {
    let five = history([came(5), event(2, 10, What::Died { quantity: 3 })]);
    for (hour, what, expected) in [
        (-1, What::Note, Why::BeforeAcquired),
        (-1, What::Moved { to: NANO }, Why::BeforeAcquired),
        (20, What::Died { quantity: 3 }, Why::MoreThanThere { there: 2 }),
        (20, What::Rehomed { quantity: 9 }, Why::MoreThanThere { there: 2 }),
        (5, What::Died { quantity: 6 }, Why::MoreThanThere { there: 5 }),
        (20, What::Moved { to: REEF }, Why::SameTank),
        (20, What::Added { quantity: 1_000_000 }, Why::TooMany),
        (20, What::Acquired { tank: REEF, quantity: 1 }, Why::AcquiredTwice),
    ] {
        assert_eq!(why(five.with(event(8, hour, what))), (8, expected), "{hour} {what:?}");
    }
    // What is wrong later on because of it is found too.
    let early = event(8, 5, What::Rehomed { quantity: 3 });
    assert_eq!(why(five.with(early)), (2, Why::MoreThanThere { there: 2 }));
    let gone = five.with(event(3, 20, What::Died { quantity: 2 })).unwrap();
    for what in [
        What::Died { quantity: 1 },
        What::Added { quantity: 1 },
        What::Moved { to: NANO },
        What::Rehomed { quantity: 1 },
    ] {
        assert_eq!(why(gone.with(event(8, 30, what))), (8, Why::NothingLeft), "{what:?}");
    }
    for what in [What::Note, What::Health] {
        assert_eq!(gone.with(event(8, 30, what)).unwrap().standing().ended_at, gone.standing().ended_at);
    }
}

#[test]
fn corrections_and_removals_are_replayed() {
    let told = history([
        came(5),
        event(2, 10, What::Added { quantity: 5 }),
        event(3, 20, What::Died { quantity: 8 }),
    ]);
    let id = |number| AnimalEventId(Uuid::from_u128(number));
    assert_eq!(why(told.without(id(2))), (3, Why::MoreThanThere { there: 5 }));
    assert_eq!(why(told.without(id(1))), (1, Why::NeverAcquired));
    assert_eq!(told.without(id(3)).unwrap().standing().count, 10);
    assert_eq!(
        why(told.correcting(&event(1, 11, What::Acquired { tank: REEF, quantity: 5 }))),
        (2, Why::BeforeAcquired)
    );
    assert_eq!(why(told.correcting(&came(2))), (3, Why::MoreThanThere { there: 7 }));
    assert_eq!(
        why(told.correcting(&event(3, 5, What::Died { quantity: 8 }))),
        (3, Why::MoreThanThere { there: 5 })
    );
    let fewer = told.correcting(&event(3, 20, What::Died { quantity: 2 })).unwrap();
    assert_eq!(fewer.standing().count, 8);
    // A later move is not wrong because an earlier one now leads there already; one that is changed to it is.
    let moved = history([came(5), event(2, 10, What::Moved { to: NANO })]);
    assert_eq!(why(moved.correcting(&event(2, 10, What::Moved { to: REEF }))), (2, Why::SameTank));
    let born_there = moved.correcting(&event(1, 0, What::Acquired { tank: NANO, quantity: 5 }));
    assert_eq!(born_there.unwrap().standing().place, NANO);
}

#[test]
fn faults_of_old_are_borne_until_they_are_put_right() {
    // The predecessor took a death before they came, and nothing is refused because of it.
    let old = history([came(5), event(2, -3, What::Died { quantity: 2 })]);
    assert_eq!(old.faults().len(), 1);
    assert_eq!((old.standing().count, old.standing().place), (3, REEF));
    let more = old.with(event(3, 10, What::Died { quantity: 2 })).unwrap();
    assert_eq!(more.standing().count, 1);
    assert_eq!(why(old.with(event(3, 10, What::Died { quantity: 4 }))), (3, Why::MoreThanThere { there: 3 }));
    let right = old.correcting(&event(2, 3, What::Died { quantity: 2 })).unwrap();
    assert_eq!((right.faults(), right.standing().count), (&[][..], 3));
    // A fault may not get worse.
    let worse = history([came(5), event(2, 3, What::Died { quantity: 6 })]);
    assert!(worse.with(event(3, 1, What::Rehomed { quantity: 1 })).is_err());
    assert!(worse.with(event(3, 1, What::Note)).is_ok());
}

#[test]
fn of_two_events_of_a_minute_the_one_written_first_came_first() {
    let told =
        history([came(2), event(3, 0, What::Added { quantity: 1 }), event(4, 0, What::Died { quantity: 3 })]);
    assert_eq!((told.faults(), told.standing().count), (&[][..], 0));
    let numbers: Vec<_> = told.steps().map(|(event, _)| event.id.0.as_u128()).collect();
    assert_eq!(numbers, [1, 3, 4]);
}

#[test]
fn what_is_entered_last_counts_as_written_last() {
    let told = history([came(2)]);
    let written = came(2).entered_at;
    let second = SignedDuration::from_secs(1);
    assert_eq!(told.entry_after_all(written + second), written + second);
    for behind in [written, written - second] {
        assert!(told.entry_after_all(behind) > written);
    }
}

#[test]
fn moving_some_that_are_all_is_moving_all() {
    let told = history([came(5), event(2, 10, What::Died { quantity: 2 })]);
    let split = |hour, quantity| {
        told.plainly(event(3, hour, What::Split { to: NANO, quantity, into: AnimalId(Uuid::from_u128(9)) }))
            .what
    };
    assert_eq!(split(20, 3), What::Moved { to: NANO });
    assert_eq!(split(5, 5), What::Moved { to: NANO });
    assert!(matches!(split(5, 3), What::Split { .. }));
    assert!(matches!(split(20, 4), What::Split { .. }));
}

/// Something that a keeper tries.
fn tries() -> impl Strategy<Value = (usize, i64, u8, u32)> {
    (0..4_usize, -5..60_i64, 0..7_u8, 1..12_u32)
}

fn what(sort: u8, number: u32, into: AnimalId) -> What {
    match sort {
        0 => What::Added { quantity: number },
        1 => What::Moved { to: if number.is_multiple_of(2) { REEF } else { NANO } },
        2 => What::Split { to: if number.is_multiple_of(2) { REEF } else { NANO }, quantity: number, into },
        3 => What::Died { quantity: number },
        4 => What::Rehomed { quantity: number },
        5 => What::Health,
        _ => What::Note,
    }
}

/// More came than went, over all groups.
fn balance(groups: &[History]) -> i64 {
    let all = groups.iter().flat_map(|group| group.steps().map(|(event, _)| event.what));
    let from_outside = all.map(|what| match what {
        What::Added { quantity } => i64::from(quantity),
        What::Died { quantity } | What::Rehomed { quantity } => -i64::from(quantity),
        _ => 0,
    });
    from_outside.sum()
}

proptest! {
    #[test]
    fn no_animal_appears_or_vanishes(first in 1..20_u32, tries in prop::collection::vec(tries(), 0..40)) {
        let mut groups = vec![history([came(first)])];
        for (number, (which, hour, sort, quantity)) in tries.into_iter().enumerate() {
            let number = 100 + 2 * number as u128;
            let which = which % groups.len();
            let event = groups[which].plainly(event(number, hour, what(sort, quantity, AnimalId(Uuid::from_u128(number)))));
            let founding = event.founding(AnimalEventId(Uuid::from_u128(number + 1)));
            if let Ok(after) = groups[which].with(event) {
                groups[which] = after;
                groups.extend(founding.map(|founding| history([founding])));
            }
        }
        for group in &groups {
            prop_assert_eq!(group.faults(), &[]);
            // Each event begins with what the one before left.
            let steps: Vec<Step> = group.steps().map(|(_, step)| step).collect();
            prop_assert!(steps.windows(2).all(|pair| pair[0].after == pair[1].before && pair[0].place == pair[1].tank));
            prop_assert_eq!(group.standing().ended_at.is_none(), group.standing().count > 0);
        }
        let there: i64 = groups.iter().map(|group| i64::from(group.standing().count)).sum();
        prop_assert_eq!(there, i64::from(first) + balance(&groups));
    }

    #[test]
    fn a_correction_is_a_replay(first in 5..20_u32, tries in prop::collection::vec(tries(), 1..25), hour in -5..60_i64, quantity in 1..9_u32) {
        let mut told = history([came(first)]);
        for (number, (_, hour, sort, quantity)) in tries.into_iter().enumerate() {
            let number = 100 + number as u128;
            if let Ok(after) = told.with(event(number, hour, what(sort, quantity, AnimalId(Uuid::from_u128(number))))) {
                told = after;
            }
        }
        let events: Vec<Event> = told.steps().map(|(event, _)| event.clone()).collect();
        for known in &events {
            let other = Event { at: event(0, hour, What::Note).at, what: known.what.of(quantity), ..known.clone() };
            let replaced = events.iter().map(|event| if event.id == known.id { &other } else { event }).rev().cloned();
            let replayed = history(replaced);
            match told.correcting(&other) {
                Ok(corrected) => prop_assert_eq!(corrected, replayed),
                Err(_) => prop_assert!(!replayed.faults().is_empty()),
            }
            // What was taken out and put back leaves nothing behind.
            if let Ok(without) = told.without(known.id) {
                prop_assert_eq!(without.with_again(known.clone()), Ok(told.clone()));
            }
        }
    }
}
