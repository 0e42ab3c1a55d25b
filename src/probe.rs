//! Probes: what `stage`, `doctor` and `verify` look at. Each names the rule of the contract it proves.

pub mod browser;
pub mod client;
pub mod contract;
pub mod first_path;
pub mod form;
pub mod inside;
pub mod letter;
pub mod network;
pub mod outside;
pub mod report;
pub mod site;

pub use report::{Finding, Format, Report, Verdict};
