//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use super::parse::choice;
use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::{LOG_FORMAT, LOG_LEVEL};

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// A filter in the syntax of `tracing_subscriber::EnvFilter`, already checked.
    pub filter: String,
    /// The form of a line.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// The journal where stderr is one, colours on a terminal, JSON otherwise.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Auto }
    }
}

pub(super) fn read(reader: &mut Reader<'_>) -> Field<LogSettings> {
    let filter = reader.field(&LOG_LEVEL, filter);
    let format = reader.field(&LOG_FORMAT, |text| {
        choice(text, &[("auto", LogFormat::Auto), ("json", LogFormat::Json), ("pretty", LogFormat::Pretty)])
    });
    match (filter.into_value(), format.into_value()) {
        (Some(filter), Some(format)) => Field::Set(LogSettings { filter, format }),
        _ => Field::Refused,
    }
}

/// A level, or a filter whose bare words are levels: `EnvFilter` alone would take a misspelt level for the
/// name of a module and log everything or nothing.
fn filter(text: &str) -> Result<String, Refusal> {
    let mend =
        "write off, error, warn, info, debug or trace, or a filter such as info,safeharbor::jobs=debug";
    let mut parts = Vec::new();
    for part in text.split(',').map(str::trim) {
        let word = part.to_ascii_lowercase();
        parts.push(match word.as_str() {
            "off" | "error" | "warn" | "info" | "debug" | "trace" => word,
            // The predecessor's names.
            "warning" => "warn".to_owned(),
            "critical" => "error".to_owned(),
            _ if part.contains('=') => part.to_owned(),
            _ => return Err(Refusal::new("it is not a log level", mend)),
        });
    }
    let filter = parts.join(",");
    match EnvFilter::builder().parse(&filter) {
        Ok(_) => Ok(filter),
        Err(_) => Err(Refusal::new("it is not a filter", mend)),
    }
}
