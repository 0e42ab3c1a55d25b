//! The marks: relative paths around a place, none reaching more than 6 units from it. They differ in shape,
//! not only in colour.

/// A reading within ok: a round cap of the stroke's width.
pub(super) const DOT: &str = "h0";
/// A reading in watch: a diamond.
pub(super) const DIAMOND: &str = "m-5 0l5-5l5 5l-5 5z";
/// A reading in act, and a note: a square.
pub(super) const SQUARE: &str = "m-4-4h8v8h-8z";
/// Below detection: an open triangle that points down, its middle on the limit.
pub(super) const TRIANGLE: &str = "m-4-2.3h8l-4 6.3z";
/// Care: a drop.
pub(super) const DROP: &str = "m0-6c2.6 3.2 4.1 5.1 4.1 7.4a4.1 4.1 0 0 1-8.2 0c0-2.3 1.5-4.2 4.1-7.4z";
/// Animals: a fish.
pub(super) const FISH: &str = "m-6 0q4.5-5.5 8.5-.8l3.5-3v7.6l-3.5-3q-4 4.7-8.5-.8z";
/// Several kinds at once: a plus.
pub(super) const PLUS: &str = "m-5-1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z";
