//! How long to wait after a failure: full jitter, so that what failed together does not return together.

use std::time::Duration;

use crate::system::clock::Clock;

/// A window that doubles with each failure up to a cap; the wait is drawn evenly from it
/// ("full jitter": Marc Brooker, *Exponential Backoff And Jitter*, 2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The window after the first failure.
    pub first: Duration,
    /// The widest window.
    pub cap: Duration,
    /// The shortest wait, so that a draw near zero is not a busy loop.
    pub floor: Duration,
}

impl Backoff {
    /// For jobs: 30 s to 1 h, at least 1 s.
    pub const JOBS: Self =
        Self { first: Duration::from_secs(30), cap: Duration::from_hours(1), floor: Duration::from_secs(1) };

    /// For connections to Postgres and Redis: half a second to 10 s, at least 100 ms.
    pub const CONNECTIONS: Self = Self {
        first: Duration::from_millis(500),
        cap: Duration::from_secs(10),
        floor: Duration::from_millis(100),
    };

    /// The window after that many failures (from 1).
    pub fn window(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first.saturating_mul(1 << doublings).min(self.cap)
    }

    /// The wait after that many failures; `draw` is evenly distributed over all of `u32`.
    pub fn wait(&self, failures: u32, draw: u32) -> Duration {
        let window = self.window(failures);
        window.mul_f64(f64::from(draw) / f64::from(u32::MAX)).max(self.floor.min(window))
    }

    /// The wait after that many failures, with the clock's randomness.
    pub fn draw(&self, failures: u32, clock: &Clock) -> Duration {
        let mut bytes = [0; 4];
        clock.fill(&mut bytes);
        self.wait(failures, u32::from_be_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_doubles_up_to_the_cap() {
        let seconds: Vec<_> = (0..=10).map(|n| Backoff::JOBS.window(n).as_secs()).collect();
        assert_eq!(seconds, [30, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
        assert_eq!(Backoff::JOBS.window(u32::MAX), Duration::from_hours(1));
    }

    #[test]
    fn the_wait_is_spread_over_the_whole_window() {
        let wait = |failures, draw| Backoff::JOBS.wait(failures, draw).as_secs();
        assert_eq!((wait(1, 0), wait(1, u32::MAX / 2), wait(1, u32::MAX)), (1, 14, 30));
        assert_eq!((wait(20, 0), wait(20, u32::MAX / 4), wait(20, u32::MAX)), (1, 899, 3600));
    }
}
