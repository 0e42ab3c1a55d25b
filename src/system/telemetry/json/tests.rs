use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs `log` and gives back its lines, without their times.
fn logged(log: impl FnOnce()) -> Vec<Value> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::registry().with(JsonLines::new(move || writer.clone()));
    tracing::subscriber::with_default(subscriber, log);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let parse = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        let time = value.as_object_mut().unwrap().remove("time").unwrap();
        time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        value
    };
    text.lines().map(parse).collect()
}

#[test]
fn every_line_in_a_span_carries_its_fields() {
    let lines = logged(|| {
        tracing::info!("before");
        tracing::error_span!("request", request_id = "00ff", user = tracing::field::Empty).in_scope(|| {
            tracing::Span::current().record("user", 7);
            tracing::info_span!("db", request_id = "inner").in_scope(|| tracing::warn!(rows = 3, "inside"));
            tracing::debug!(user = "event's own", "after");
        });
    });
    let target = module_path!();
    assert_eq!(
        lines,
        [
            json!({"level": "info", "target": target, "message": "before"}),
            json!({"level": "warn", "target": target, "message": "inside", "rows": 3, "request_id": "inner",
                   "user": 7}),
            json!({"level": "debug", "target": target, "message": "after", "request_id": "00ff",
                   "user": "event's own"}),
        ]
    );
}

#[test]
fn whatever_is_logged_is_one_json_object_on_one_line() {
    let lines = logged(|| {
        let nasty = "a\"b\\c\n{}\u{1b}[31m\u{0}\u{2028}";
        tracing::info!(nasty, other = ?nasty, ratio = f64::NAN, yes = true, below = -1, "{nasty}");
        tracing::info!(level = "mine", target = 1, time = 2, "reserved");
    });
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["message"], "a\"b\\c\n{}\u{1b}[31m\u{0}\u{2028}");
    assert_eq!(lines[0]["ratio"], Value::Null);
    assert_eq!(lines[0]["below"], -1);
    assert_eq!(
        lines[1],
        json!({"level": "info", "target": module_path!(), "message": "reserved", "field_level": "mine",
               "field_target": 1, "field_time": 2})
    );
}
