//! Time, randomness and ids, so that tests are exact: nothing else in the program asks the machine for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp, Unit};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Where the program gets time, random bytes and ids from. Clones share one source.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<Mutex<Fixed>>),
}

#[derive(Debug)]
struct Fixed {
    now: Timestamp,
    seed: u64,
    drawn: u64,
}

impl Clock {
    /// The machine's clock and its random source.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`advance`](Self::advance) is called, with randomness that follows
    /// from `seed`. For tests and demonstrations.
    pub fn fixed(now: Timestamp, seed: u64) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(Fixed { now, seed, drawn: 0 }))))
    }

    /// The present instant in whole microseconds, which is what Postgres keeps.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the place it comes from")]
            Source::System => Timestamp::now(),
            Source::Fixed(fixed) => lock(fixed).now,
        };
        // Rounding fails only at the far end of the calendar, in the year 9999.
        now.round(Unit::Microsecond).unwrap_or(now)
    }

    /// Moves a fixed clock forward (or back). Does nothing to the system's clock.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Fixed(fixed) = &self.0 {
            let mut fixed = lock(fixed);
            fixed.now = fixed.now.saturating_add(by).unwrap_or(fixed.now);
        }
    }

    /// Fills `bytes` with random bytes fit for secrets.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: going on without it would be worse.
    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the place it comes from")]
            #[expect(clippy::expect_used, reason = "documented: no secret can be made without it")]
            Source::System => getrandom::fill(bytes).expect("the operating system gives no random bytes"),
            Source::Fixed(fixed) => {
                let mut fixed = lock(fixed);
                for chunk in bytes.chunks_mut(32) {
                    fixed.drawn += 1;
                    let block =
                        Sha256::digest([fixed.seed.to_be_bytes(), fixed.drawn.to_be_bytes()].concat());
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
    }

    /// A new `UUIDv7` of the present millisecond.
    pub fn uuid(&self) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A new secret: 32 random bytes as 43 characters of base64url.
    pub fn token(&self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn lock(fixed: &Mutex<Fixed>) -> MutexGuard<'_, Fixed> {
    fixed.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_and_repeats_itself() {
        let make = || Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 7);
        let (one, two) = (make(), make());
        assert_eq!(one.now(), two.now());
        assert_eq!((one.uuid(), one.token()), (two.uuid(), two.token()));
        one.clone().advance(SignedDuration::from_mins(5));
        assert_eq!(one.now().to_string(), "2026-11-23T12:05:00Z");
    }

    #[test]
    fn ids_are_version_7_and_tokens_differ() {
        let clock = Clock::system();
        assert_eq!(clock.uuid().get_version_num(), 7);
        assert_ne!(clock.token(), clock.token());
        assert_eq!(clock.token().len(), 43);
    }
}
