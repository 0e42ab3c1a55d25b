//! A test that needs a process of its own, with its own environment, descriptors and signals, runs this
//! binary again for one of its tests.

use std::process::Command;

/// Set in the second run.
const MARK: &str = "SAFEHARBOR_TEST_AGAIN";

/// Whether this is the second run.
#[expect(clippy::disallowed_methods, reason = "the only way in for a child that is a test binary")]
pub(super) fn is_second_run() -> bool {
    std::env::var_os(MARK).is_some()
}

/// This binary again, for `test` (its full path) alone.
pub(super) fn run_again(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(MARK, "1");
    command
}
