//! Integration tests, one binary so that they link once.

mod contract;
mod stage;
mod support;
