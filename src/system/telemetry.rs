//! Logs: to the journal, as JSON lines, or for people.

use std::any::Any;
use std::io::{self, IsTerminal as _};
use std::panic::PanicHookInfo;

use tracing_journald::{Priority, PriorityMappings};
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry};

use crate::settings::{LogFormat, LogSettings};
use crate::system::one_line::OneLine;

pub use json::JsonLines;

mod json;

/// What goes before our fields in the journal, so that none can pass for one of the journal's own:
/// `request_id` is `SH_REQUEST_ID` there.
const JOURNAL_PREFIX: &str = "SH";

/// Why there are no logs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter is not one.
    #[error("the log filter {filter:?} cannot be read: {reason}")]
    Filter {
        /// As it was set.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Logs were started twice.
    #[error("logs were started twice: {0}")]
    Twice(String),
}

/// Where the lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Journal,
    Json,
    Pretty,
}

/// Starts the logs of this process, and makes a panic one line of them. `identifier` is what
/// `journalctl -t` finds them by, such as `safeharbor-worker`.
///
/// `LogFormat::Auto` means the journal when stderr leads there, a readable form when stderr is a terminal,
/// else JSON, one object a line.
///
/// # Errors
/// When the filter cannot be read or logs were started before.
pub fn init(settings: &LogSettings, identifier: &str) -> Result<(), Error> {
    let filter = filter(&settings.filter)?;
    let (layer, without_journal) = layer(target(settings.format), identifier);
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init()
        .map_err(|error| Error::Twice(error.to_string()))?;
    std::panic::set_hook(Box::new(log_panic));
    if let Some(error) = without_journal {
        tracing::warn!(%error, "the journal does not take our lines; they go to stderr");
    }
    Ok(())
}

fn filter(directives: &str) -> Result<EnvFilter, Error> {
    EnvFilter::try_new(directives)
        .map_err(|error| Error::Filter { filter: directives.to_owned(), reason: error.to_string() })
}

fn target(format: LogFormat) -> Target {
    match format {
        LogFormat::Pretty => Target::Pretty,
        LogFormat::Auto if stderr_is_the_journal() => Target::Journal,
        LogFormat::Auto if io::stderr().is_terminal() => Target::Pretty,
        LogFormat::Json | LogFormat::Auto => Target::Json,
    }
}

#[expect(clippy::disallowed_methods, reason = "says where stderr leads; not a setting")]
fn stderr_is_the_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(io::stderr()).is_ok_and(|stat| names_stream(&stream, stat.st_dev, stat.st_ino))
}

/// Whether `JOURNAL_STREAM` (`device:inode`) names this file. A child whose stderr was redirected still has
/// the variable.
fn names_stream(stream: &str, device: u64, inode: u64) -> bool {
    stream.split_once(':').is_some_and(|(dev, ino)| dev.parse() == Ok(device) && ino.parse() == Ok(inode))
}

/// What the layers that write lines stand on.
type Base = Layered<EnvFilter, Registry>;
type Lines = Box<dyn Layer<Base> + Send + Sync>;

/// The layer for `target`, and why it is not the journal when that was meant.
fn layer(target: Target, identifier: &str) -> (Lines, Option<io::Error>) {
    match target {
        Target::Journal => match tracing_journald::layer() {
            Ok(journal) => (journal_lines(journal, identifier), None),
            Err(error) => (JsonLines::new(io::stderr).boxed(), Some(error)),
        },
        Target::Json => (JsonLines::new(io::stderr).boxed(), None),
        Target::Pretty => {
            let colours = io::stderr().is_terminal();
            (tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(colours).boxed(), None)
        }
    }
}

fn journal_lines(journal: tracing_journald::Layer, identifier: &str) -> Lines {
    journal
        .with_syslog_identifier(identifier.to_owned())
        .with_field_prefix(Some(JOURNAL_PREFIX.to_owned()))
        .with_priority_mappings(PriorityMappings {
            // The default is Notice, which journalctl prints in bold: every line would be.
            info: Priority::Informational,
            debug: Priority::Debug,
            ..PriorityMappings::new()
        })
        .boxed()
}

/// What a panic that was caught said.
pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// One line for a panic; its message may hold anything, so nothing in it can start another line.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    tracing::error!(thread, "panicked at {place}: {}", OneLine(message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_known_by_device_and_inode() {
        assert!(names_stream("8:12345", 8, 12345));
        for other in ["8:1", "9:12345", "8", "", ":", "8:12345:1", "x:y"] {
            assert!(!names_stream(other, 8, 12345), "{other}");
        }
    }

    #[test]
    fn a_filter_that_is_none_is_named() {
        assert!(filter("info,sqlx=warn").is_ok());
        let message = filter("info,sqlx=loud").unwrap_err().to_string();
        assert!(message.contains("info,sqlx=loud"), "{message}");
    }

    #[test]
    fn what_is_asked_for_is_what_is_used() {
        assert_eq!(target(LogFormat::Json), Target::Json);
        assert_eq!(target(LogFormat::Pretty), Target::Pretty);
    }
}
