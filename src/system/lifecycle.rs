//! From the first signal to the exit code.

use std::collections::HashMap;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::sleep;

use crate::system::drain::Drain;
use crate::system::notify::Notifier;

/// How much longer than the drain's deadline a task may take before it is dropped.
const MARGIN: Duration = Duration::from_secs(2);

/// The signals, the drain they begin, and the tasks without which the process is no use.
///
/// The exit code is 0 after a drain that a signal began and every critical task followed. It is 1 when a
/// critical task panicked, ended before the drain or did not end with it: `Restart=on-failure` then
/// starts the process again.
#[derive(Debug)]
pub struct Lifecycle {
    drain: Drain,
    critical: JoinSet<()>,
    names: HashMap<Id, &'static str>,
    failed: bool,
}

impl Lifecycle {
    /// Heeds SIGTERM and SIGINT from here on: the first begins `drain`, the second stops at once. Whatever
    /// begins the drain, `notifier` says `STOPPING=1` then. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the signals cannot be caught.
    pub fn install(drain: Drain, notifier: Notifier) -> io::Result<Self> {
        let signals = Signals::new()?;
        tokio::spawn(heed(signals, drain.clone(), notifier));
        Ok(Self { drain, critical: JoinSet::new(), names: HashMap::new(), failed: false })
    }

    /// The drain that the signals begin.
    pub fn drain(&self) -> Drain {
        self.drain.clone()
    }

    /// Runs a task that must last until the drain begins, and end soon after.
    pub fn spawn_critical(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        self.names.insert(self.critical.spawn(task).id(), name);
    }

    /// Waits for the drain and for every critical task to end, and gives the process's exit code.
    pub async fn finish(mut self) -> ExitCode {
        let late = late(self.drain.clone());
        tokio::pin!(late);
        loop {
            let ended = tokio::select! {
                biased;
                ended = self.critical.join_next_with_id() => ended,
                () = &mut late => break self.give_up(),
            };
            match ended {
                Some(ended) => self.judge(&ended),
                None => break,
            }
        }
        self.drain.begun().await;
        if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn judge(&mut self, ended: &Result<(Id, ()), JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        let task = self.names.remove(&id).unwrap_or("a task");
        let why = match ended {
            Ok(_) if self.drain.is_begun() => {
                tracing::debug!(task, "ended with the drain");
                return;
            }
            Ok(_) => "it ended by itself",
            // The panic hook has logged where and why.
            Err(_) => "it panicked",
        };
        tracing::error!(task, why, "a critical task failed; the process ends");
        self.failed = true;
        self.drain.begin();
    }

    fn give_up(&mut self) {
        let late = self.names.values().copied().collect::<Vec<_>>().join(", ");
        if self.drain.is_stopped() {
            tracing::warn!(late, "dropped what was still running");
        } else {
            tracing::error!(late, "dropped what did not end with the drain");
            self.failed = true;
        }
        self.critical.abort_all();
    }
}

/// Ends when a task that is still running has had all the time it gets.
async fn late(drain: Drain) {
    drain.begun().await;
    tokio::select! {
        () = sleep(drain.deadline()) => {}
        () = drain.stopped() => {}
    }
    sleep(MARGIN).await;
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

async fn heed(mut signals: Signals, drain: Drain, notifier: Notifier) {
    tokio::select! {
        signal = signals.next() => tracing::info!(signal, "draining; a second signal stops at once"),
        () = drain.begun() => {}
    }
    notifier.stopping("draining");
    drain.begin();
    let signal = signals.next().await;
    tracing::warn!(signal, "stopping at once");
    drain.stop();
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn quiet() -> Notifier {
        Notifier::new(|_| Ok(()), None)
    }

    fn installed() -> Lifecycle {
        Lifecycle::install(Drain::with_limits(Duration::ZERO, Duration::ZERO), quiet()).unwrap()
    }

    #[tokio::test]
    async fn a_drain_that_everybody_follows_is_a_success() {
        let mut lifecycle = installed();
        let drain = lifecycle.drain();
        let followed = drain.clone();
        lifecycle.spawn_critical("follower", async move {
            followed.begun().await;
        });
        drain.begin();
        assert_eq!(lifecycle.finish().await, ExitCode::SUCCESS);
    }

    #[tokio::test]
    async fn a_task_that_ends_or_panics_ends_the_process_with_a_failure() {
        let ends: [fn(); 2] = [|| (), || panic!("as asked")];
        for end in ends {
            let mut lifecycle = installed();
            let drain = lifecycle.drain();
            lifecycle.spawn_critical("short", async move { end() });
            assert_eq!(lifecycle.finish().await, ExitCode::FAILURE);
            assert!(drain.is_begun());
        }
    }

    #[tokio::test]
    async fn a_task_that_does_not_follow_is_dropped() {
        for (stop, code) in [(false, ExitCode::FAILURE), (true, ExitCode::SUCCESS)] {
            let mut lifecycle = installed();
            lifecycle.spawn_critical("deaf", pending::<()>());
            if stop {
                lifecycle.drain().stop();
            } else {
                lifecycle.drain().begin();
            }
            assert_eq!(lifecycle.finish().await, code);
        }
    }
}
