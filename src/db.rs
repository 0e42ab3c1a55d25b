//! All SQL, checked at compile time.

pub mod migrate;
