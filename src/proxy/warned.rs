//! Which peers were warned about already, with a bound, so that no one can fill the log or the memory.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// More different ones are not told apart any more.
pub(super) const LIMIT: usize = 1_000;

/// Says yes to each of the first [`LIMIT`] different keys once.
#[derive(Debug)]
pub(super) struct Once<T>(Mutex<HashSet<T>>);

impl<T: Eq + Hash> Once<T> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashSet::new()))
    }

    /// Whether this key comes for the first time and there is room to remember it.
    pub(super) fn is_first(&self, key: T) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.len() < LIMIT && seen.insert(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_each_and_never_more_than_the_limit() {
        let once = Once::new();
        assert!(once.is_first(0));
        assert!(!once.is_first(0));
        assert_eq!((0..10 * LIMIT).filter(|&key| once.is_first(key)).count(), LIMIT - 1);
    }
}
