//! All SQL, checked at compile time.

pub mod housekeeping;
pub mod job;
pub mod migrate;
pub mod worker;
