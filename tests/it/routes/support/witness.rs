//! Writes down which statements are made, and how many rows each of them changes.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry;

/// What this thread's statements are written down by. A test's runtime has one thread, so others do not mix in.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Vec<Statement>>>);

/// A statement, and how many rows it wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Statement {
    text: String,
    written: u64,
}

/// Nobody's subscribers. Whether a place in the code is listened to is found out when it is first come by; while there is
/// one subscriber alone, only the thread that comes by is asked, and a test beside this one, which has none, would answer
/// for all that nobody listens.
static LISTENERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [Dispatch::new(registry()), Dispatch::new(registry())]);

impl Witness {
    /// One who hears of every statement, whatever runs beside.
    pub(crate) fn new() -> Self {
        LazyLock::force(&LISTENERS);
        Self::default()
    }

    /// The statements since this was asked before.
    pub(crate) fn statements(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl<S: Subscriber> Layer<S> for Witness {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        // A query "affects" the rows it finds; that there is one row or none is what it is for.
        if statement.text.starts_with("select") || statement.text.starts_with("with") {
            statement.written = 0;
        }
        self.0.lock().unwrap().push(statement);
    }
}

impl Visit for Statement {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        // The first words, and the whole when there are more of them.
        if ["summary", "db.statement"].contains(&field.name()) {
            self.text.push_str(value);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "rows_affected" {
            self.written = value;
        }
    }
}
