//! Chance that repeats itself: `SplitMix64`, which is plenty for water that looks measured.

/// A source of it.
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// The same seed gives the same sequence.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to below `end`.
    pub fn below(&mut self, end: i8) -> i8 {
        let end = u64::from(end.unsigned_abs()).max(1);
        i8::try_from(self.next() % end).unwrap_or(0)
    }

    /// From 0 to 1.
    pub fn part(&mut self) -> f64 {
        // 32 bits are exact in a float, and more than a kit shows.
        f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    /// Around 0, mostly within `spread`, never beyond three times as much.
    pub fn around(&mut self, spread: f64) -> f64 {
        (self.part() + self.part() + self.part() - 1.5) * 2.0 * spread
    }

    /// True so many times of a hundred.
    pub fn happens(&mut self, percent: i8) -> bool {
        self.below(100) < percent
    }
}
