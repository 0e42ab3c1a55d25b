//! Integration tests, one binary so that they link once.

mod contract;
mod jobs;
mod stage;
mod support;
