//! Integration tests, one binary so that they link once.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests fail by panicking and say why on stderr"
)]

mod jobs;
mod stage;
mod support;
