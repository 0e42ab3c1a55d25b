use safeharbor::settings::{LogFormat, LogSettings};
use safeharbor::system::telemetry;
use serde_json::Value;

use super::again::{is_second_run, run_again};

const TEST: &str = "system::logs::without_a_terminal_every_line_is_json_and_a_panic_is_one_of_them";

/// The child: logs, and panics in a thread.
fn log_and_panic() {
    let settings = LogSettings { filter: "info".to_owned(), format: LogFormat::Auto };
    telemetry::init(&settings, "safeharbor").unwrap();
    assert!(telemetry::init(&settings, "safeharbor").is_err());
    tracing::error_span!("request", request_id = "00ff").in_scope(|| {
        tracing::info!("to be seen");
        tracing::debug!("not to be seen");
    });
    std::thread::spawn(|| panic!("two\nlines \u{1b}[31m")).join().unwrap_err();
}

#[test]
fn without_a_terminal_every_line_is_json_and_a_panic_is_one_of_them() {
    if is_second_run() {
        return log_and_panic();
    }
    // A stream that is not ours, as in a child whose stderr was redirected.
    let ran = run_again(TEST).env("JOURNAL_STREAM", "1:1").output().unwrap();
    assert!(ran.status.success());
    let text = String::from_utf8(ran.stderr).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!((&lines[0]["message"], &lines[0]["request_id"]), (&"to be seen".into(), &"00ff".into()));
    let panic = lines[1]["message"].as_str().unwrap();
    assert!(panic.starts_with("panicked at tests/it/system/logs.rs:"), "{panic}");
    assert!(panic.ends_with("two lines  [31m"), "{panic}");
    assert_eq!(lines[1]["level"], "error");
}
