//! Rate limits on sign-in (R13): by address, and by account for addresses that never signed in to it. They
//! slow rather than lock: nobody can shut a keeper out by guessing at their account.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::db::second_factor::Guesses;
use crate::db::sign_in::Failures;

/// Failures older than this are forgotten.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Failures from one address, over all accounts, until it has to wait.
const PER_ADDRESS: i64 = 20;
/// Failures of one account, from strange addresses, until they have to wait.
const PER_ACCOUNT: i64 = 5;
/// The longest pause between two tries at an account.
const LONGEST_PAUSE: i64 = 120;
/// Wrong codes of the second factor older than this are forgotten.
pub const CODES_WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// Wrong codes in one lane until the next has to wait.
const CODES: i64 = 5;
/// The longest pause between two codes in one lane: fifty a day, of a million of which three are right.
const LONGEST_CODE_PAUSE: i64 = 30 * 60;

/// How long to wait before the attempt that `failures` counts may be looked at; none if it may be now.
/// `exempt`: the attempt comes from a device or an address that is known for the account.
pub fn pause(failures: &Failures, exempt: bool, now: Timestamp) -> Option<Duration> {
    if failures.from_address > PER_ADDRESS {
        return Some(Duration::from_secs(WINDOW.as_secs().unsigned_abs() / 3));
    }
    if exempt || failures.of_account <= PER_ACCOUNT {
        return None;
    }
    // The sixth try waits 2 s after the fifth, the seventh 4 s, then 8 s … up to two minutes.
    let exponent = u32::try_from(failures.of_account - PER_ACCOUNT).unwrap_or(u32::MAX).min(7);
    let pause = SignedDuration::from_secs(2_i64.pow(exponent).min(LONGEST_PAUSE));
    let waited = now.duration_since(failures.account_last_at?);
    Duration::try_from(pause - waited).ok().filter(|left| !left.is_zero())
}

/// How long to wait before the code that `guesses` counts may be looked at. Whoever guesses has the password already, so
/// the pauses are longer than there; they concern one lane only, see [`second_factor`](super::second_factor).
pub fn code_pause(guesses: &Guesses, now: Timestamp) -> Option<Duration> {
    if guesses.count <= CODES {
        return None;
    }
    let exponent = u32::try_from(guesses.count - CODES).unwrap_or(u32::MAX).min(11);
    let pause = SignedDuration::from_secs(2_i64.pow(exponent).min(LONGEST_CODE_PAUSE));
    let waited = now.duration_since(guesses.last_at?);
    Duration::try_from(pause - waited).ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_slow_down_to_half_an_hour_and_never_lock() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for (count, seconds_ago, expected) in [
            (5, 0, None),
            (6, 0, Some(2)),
            (6, 2, None),
            (9, 6, Some(10)),
            (60, 0, Some(1800)),
            (60, 1800, None),
        ] {
            let guesses =
                Guesses { id: 1, count, last_at: Some(now - SignedDuration::from_secs(seconds_ago)) };
            assert_eq!(code_pause(&guesses, now).map(|left| left.as_secs()), expected, "{count}");
        }
    }

    fn failures(from_address: i64, of_account: i64, seconds_ago: i64) -> (Failures, Timestamp) {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let account_last_at = Some(now - SignedDuration::from_secs(seconds_ago));
        (Failures { id: 1, from_address, of_account, account_last_at, known_address: false }, now)
    }

    #[test]
    fn an_account_slows_down_and_never_locks() {
        for (of_account, seconds_ago, expected) in [
            (5, 0, None),
            (6, 0, Some(2)),
            (6, 2, None),
            (8, 3, Some(5)),
            (200, 0, Some(120)),
            (200, 120, None),
        ] {
            let (failures, now) = failures(1, of_account, seconds_ago);
            assert_eq!(pause(&failures, false, now).map(|left| left.as_secs()), expected, "{of_account}");
        }
    }

    #[test]
    fn a_known_device_waits_for_its_address_only() {
        let (account_only, now) = failures(1, 50, 0);
        assert_eq!(pause(&account_only, true, now), None);
        let (address_too, now) = failures(21, 50, 0);
        assert_eq!(pause(&address_too, true, now), Some(Duration::from_mins(5)));
    }
}
