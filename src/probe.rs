//! Probes: what `stage`, `doctor` and `verify` look at. Each names the rule of the contract it proves.

pub mod browser;
pub mod client;
pub mod form;
pub mod report;

pub use report::{Finding, Format, Report, Verdict};
