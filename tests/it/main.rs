//! Integration tests, one binary so that they link once.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "clippy.toml allows it in test functions; this is for their helpers"
)]

mod system;
