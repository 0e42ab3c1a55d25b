//! What the service manager is told: ready, status, more time, stopping, still alive.
//!
//! Without `NOTIFY_SOCKET` everything here does nothing.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::system::drain::Drain;
use crate::system::one_line::OneLine;
use crate::system::progress::Progress;

/// How much longer a start may take with each message that asks for more.
const EXTENSION: Duration = Duration::from_secs(30);
/// How often a start that takes long asks for more.
const EXTEND_EVERY: Duration = Duration::from_secs(10);

type Send = dyn Fn(&[NotifyState<'_>]) -> io::Result<()> + std::marker::Send + Sync;

/// The way to the service manager. Clones share it.
#[derive(Clone)]
pub struct Notifier {
    send: Arc<Send>,
    watchdog: Option<Duration>,
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier").field("watchdog", &self.watchdog).finish_non_exhaustive()
    }
}

impl Notifier {
    /// The service manager that started this process, if one did and wants to hear.
    pub fn from_process() -> Self {
        // `watchdog_enabled` compares WATCHDOG_PID with our own, so that a child never answers for us.
        Self::new(sd_notify::notify, sd_notify::watchdog_enabled())
    }

    /// One that hands every message to `send`, and pings within every `watchdog`.
    pub fn new(
        send: impl Fn(&[NotifyState<'_>]) -> io::Result<()> + std::marker::Send + Sync + 'static,
        watchdog: Option<Duration>,
    ) -> Self {
        Self { send: Arc::new(send), watchdog }
    }

    /// `READY=1` with a status. To be sent once everything is there to answer requests.
    pub fn ready(&self, status: &str) {
        self.tell(&[NotifyState::Ready, NotifyState::Status(&OneLine(status).to_string())]);
    }

    /// `STATUS=`, as shown by `systemctl status`.
    pub fn status(&self, status: &str) {
        self.tell(&[NotifyState::Status(&OneLine(status).to_string())]);
    }

    /// `STOPPING=1` with a status. The manager stops its watchdog then.
    pub fn stopping(&self, status: &str) {
        self.tell(&[NotifyState::Stopping, NotifyState::Status(&OneLine(status).to_string())]);
    }

    /// Runs a step of the start that may take long (waiting for Postgres, a migration), showing `status` and
    /// asking for more time until it ends.
    pub async fn starting<T>(&self, status: &str, step: impl Future<Output = T>) -> T {
        let status = OneLine(status).to_string();
        let more = u32::try_from(EXTENSION.as_micros()).unwrap_or(u32::MAX);
        let extend = async {
            loop {
                self.tell(&[NotifyState::Status(&status), NotifyState::ExtendTimeoutUsec(more)]);
                sleep(EXTEND_EVERY).await;
            }
        };
        tokio::select! {
            biased;
            never = extend => never,
            done = step => done,
        }
    }

    /// Pings the watchdog three times an interval for as long as every part of `progress` answers, until
    /// the drain begins. A part that does not is named in the log and the pings stop, so that the manager
    /// ends and restarts the process. Returns at once where there is no watchdog.
    pub async fn watchdog(&self, progress: &Progress, drain: &Drain) {
        let Some(third) = self.watchdog.map(|interval| interval / 3) else { return };
        if third.is_zero() {
            return;
        }
        let pings = async {
            let mut ticks = interval(third);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                match progress.ask(third).await {
                    Ok(()) => self.tell(&[NotifyState::Watchdog]),
                    Err(stuck) => {
                        tracing::error!(stuck = stuck.join(", "), "no watchdog ping: a part does not get on");
                    }
                }
            }
        };
        let _: Option<()> = drain.unless_begun(pings).await;
    }

    fn tell(&self, states: &[NotifyState<'_>]) {
        if let Err(error) = (self.send)(states) {
            tracing::warn!(%error, "the service manager cannot be told");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// A notifier and what it sends, one message a line group.
    fn recorded(watchdog: Option<Duration>) -> (Notifier, Receiver<String>) {
        let (sender, messages) = channel();
        let send = move |states: &[NotifyState<'_>]| {
            let lines: Vec<String> = states.iter().map(ToString::to_string).collect();
            sender.send(lines.join("\n")).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        (Notifier::new(send, watchdog), messages)
    }

    #[test]
    fn a_status_is_one_line_whatever_it_holds() {
        let (notifier, messages) = recorded(None);
        notifier.ready("serving\nREADY=0\u{1b}[0m");
        notifier.status("waiting for Postgres");
        notifier.stopping("draining");
        let sent: Vec<String> = messages.try_iter().collect();
        assert_eq!(
            sent,
            [
                "READY=1\nSTATUS=serving READY=0 [0m",
                "STATUS=waiting for Postgres",
                "STOPPING=1\nSTATUS=draining"
            ]
        );
    }

    #[tokio::test]
    async fn a_long_step_of_the_start_asks_for_more_time() {
        let (notifier, messages) = recorded(None);
        assert_eq!(notifier.starting("migrating", tokio::task::yield_now()).await, ());
        assert_eq!(messages.try_recv().unwrap(), "STATUS=migrating\nEXTEND_TIMEOUT_USEC=30000000");
    }

    #[tokio::test]
    async fn the_watchdog_is_pinged_only_while_every_part_answers() {
        let (notifier, messages) = recorded(Some(Duration::from_millis(60)));
        let (progress, drain) = (Progress::new(), Drain::new());
        let mut part = progress.part("loop");
        let beat = async {
            while messages.try_recv().is_err() {
                part.answer().await;
                tokio::task::yield_now().await;
            }
            // From here on the part is stuck: what has been asked already may still bring one ping.
            assert_eq!(progress.ask(Duration::from_millis(10)).await, Err(vec!["loop"]));
            messages.try_iter().for_each(drop);
            assert_eq!(progress.ask(Duration::from_millis(200)).await, Err(vec!["loop"]));
            assert_eq!(messages.try_iter().count(), 0);
            drain.begin();
        };
        tokio::join!(notifier.watchdog(&progress, &drain), beat);
    }

    #[tokio::test]
    async fn without_a_watchdog_nothing_is_asked() {
        let (notifier, messages) = recorded(None);
        notifier.watchdog(&Progress::new(), &Drain::new()).await;
        assert_eq!(messages.try_iter().count(), 0);
    }
}
