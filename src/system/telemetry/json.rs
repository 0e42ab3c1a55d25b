//! Log lines as JSON: one flat object a line, with the fields of the spans around it.

use std::fmt;
use std::io::Write as _;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::system::clock::Clock;

/// The names every line has; a field that has one of them is written with `field_` before it.
const RESERVED: [&str; 3] = ["time", "level", "target"];

/// A layer that writes one JSON object a line: `time`, `level`, `target`, the event's own fields (its text
/// is `message`), then those of its spans, the inner one's first; a name is never written twice.
#[derive(Debug)]
pub struct JsonLines<W> {
    writer: W,
    clock: Clock,
}

impl<W> JsonLines<W> {
    /// Writes to `writer`, one call a line.
    pub fn new(writer: W) -> Self {
        Self { writer, clock: Clock::system() }
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'w> MakeWriter<'w> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = SpanFields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<SpanFields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line::new(&self.clock.now().to_string(), level(*metadata.level()), metadata.target());
        event.record(&mut line);
        let mut span = context.event_span(event);
        while let Some(inner) = span {
            if let Some(fields) = inner.extensions().get::<SpanFields>() {
                // What was recorded last holds.
                fields.0.iter().rev().for_each(|(name, value)| line.put_written(name, value));
            }
            span = inner.parent();
        }
        let line = line.finish();
        // There is nowhere left to report it to.
        drop(self.writer.make_writer_for(metadata).write_all(&line));
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// A span's fields, each already written as JSON: they are used by every line within the span.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, Vec<u8>)>);

/// A line in the making.
struct Line {
    bytes: Vec<u8>,
    names: Vec<&'static str>,
}

impl Line {
    fn new(time: &str, level: &str, target: &str) -> Self {
        let mut bytes = Vec::with_capacity(512);
        for (name, value) in ["{\"time\":", ",\"level\":", ",\"target\":"].iter().zip([time, level, target]) {
            bytes.extend_from_slice(name.as_bytes());
            write(&mut bytes, value);
        }
        Self { bytes, names: Vec::with_capacity(16) }
    }

    /// Writes a name and its colon; whether the value is to follow.
    fn name(&mut self, name: &'static str) -> bool {
        if self.names.contains(&name) {
            return false;
        }
        self.names.push(name);
        let prefix = if RESERVED.contains(&name) { "field_" } else { "" };
        // Field names are ours or a library's: they hold nothing that needs an escape.
        for part in [",\"", prefix, name, "\":"] {
            self.bytes.extend_from_slice(part.as_bytes());
        }
        true
    }

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        if self.name(name) {
            write(&mut self.bytes, value);
        }
    }

    fn put_written(&mut self, name: &'static str, value: &[u8]) {
        if self.name(name) {
            self.bytes.extend_from_slice(value);
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(b"}\n");
        self.bytes
    }
}

/// Writes plain data; that cannot fail, and if it did the line would still be JSON.
fn write<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, value: &T) {
    let start = bytes.len();
    if serde_json::to_writer(&mut *bytes, value).is_err() {
        bytes.truncate(start);
        bytes.extend_from_slice(b"null");
    }
}

/// Takes a field's value in the form it has, and text for whatever has none.
trait Take {
    fn take<T: Serialize + ?Sized>(&mut self, field: &Field, value: &T);
}

impl Take for Line {
    fn take<T: Serialize + ?Sized>(&mut self, field: &Field, value: &T) {
        self.put(field.name(), value);
    }
}

impl Take for SpanFields {
    fn take<T: Serialize + ?Sized>(&mut self, field: &Field, value: &T) {
        let mut written = Vec::new();
        write(&mut written, value);
        self.0.push((field.name(), written));
    }
}

macro_rules! visit_by_taking {
    ($taker:ty) => {
        impl Visit for $taker {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                self.take(field, &format!("{value:?}"));
            }
            fn record_str(&mut self, field: &Field, value: &str) {
                self.take(field, value);
            }
            fn record_bool(&mut self, field: &Field, value: bool) {
                self.take(field, &value);
            }
            fn record_i64(&mut self, field: &Field, value: i64) {
                self.take(field, &value);
            }
            fn record_u64(&mut self, field: &Field, value: u64) {
                self.take(field, &value);
            }
            fn record_f64(&mut self, field: &Field, value: f64) {
                self.take(field, &value);
            }
        }
    };
}

visit_by_taking!(Line);
visit_by_taking!(SpanFields);

#[cfg(test)]
mod tests;
