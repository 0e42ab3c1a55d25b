//! One child process: started apart from our terminal, its output in a file, ended by its own pid.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::reaper;

const POLL: Duration = Duration::from_millis(10);

/// A running (or ended) child process.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    ended: Option<ExitStatus>,
    stop_with: Signal,
}

/// Starts `command` in a process group of its own, so that Ctrl-C on our terminal reaches us alone and we
/// stop the parts in order. What systemd says to us is the caller's to keep from it
/// ([`child_env`](crate::system::child_env::child_env)): some children are told the same of their own.
///
/// # Errors
/// When it cannot be started.
pub fn start_quietly(command: &mut Command) -> io::Result<Child> {
    command.process_group(0).spawn()
}

impl Process {
    /// Starts `command` with both outputs appended to `log`. `stop_with` is how it is asked to end.
    ///
    /// # Errors
    /// When the log cannot be opened or the program cannot be started.
    pub fn spawn(name: &str, mut command: Command, log: &Path, stop_with: Signal) -> Result<Self> {
        let output = open_log(log)?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone().with_context(|| format!("{}", log.display()))?)
            .stderr(output);
        let mut child = start_quietly(&mut command)
            .with_context(|| format!("starting {name} ({})", command.get_program().display()))?;
        let signal = if stop_with == Signal::INT { "INT" } else { "TERM" };
        if let Err(error) = reaper::watch(child.id(), signal) {
            child.kill().context("ending a process that nothing would watch")?;
            child.wait().context("waiting for it")?;
            return Err(error);
        }
        Ok(Self { name: name.to_owned(), child, log: log.to_owned(), ended: None, stop_with })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.ended = Some(status);
                    if let Err(error) = reaper::forget(self.child.id()) {
                        tracing::warn!(%error, "reaper");
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, name = self.name, "cannot be waited for"),
            }
        }
        self.ended
    }

    /// Sends a signal, if it still runs.
    pub fn signal(&mut self, signal: Signal) {
        if self.ended().is_none()
            && let Err(error) = kill_process(Pid::from_child(&self.child), signal)
        {
            tracing::warn!(%error, name = self.name, "cannot be signalled");
        }
    }

    /// Waits for its end, at most `limit`.
    pub async fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Asks it to end and waits; after `limit` it is killed.
    ///
    /// # Errors
    /// When it had to be killed.
    pub async fn stop(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.signal(self.stop_with);
        if let Some(status) = self.wait(limit).await {
            return Ok(status);
        }
        self.kill().await;
        bail!("{} did not stop within {} s and was killed{}", self.name, limit.as_secs(), self.last_words())
    }

    /// Ends it at once, as a crash would.
    pub async fn kill(&mut self) {
        self.signal(Signal::KILL);
        while self.wait(Duration::from_secs(1)).await.is_none() {}
    }

    /// The error that names it with its last lines, for when it ended by itself.
    pub fn died(&mut self) -> anyhow::Error {
        let how =
            self.ended().map_or_else(|| "does not answer".to_owned(), |status| format!("ended ({status})"));
        anyhow::anyhow!("{} {how}{}", self.name, self.last_words())
    }

    fn last_words(&self) -> String {
        let lines = last_lines(&self.log, 12);
        if lines.is_empty() {
            return format!("; it wrote nothing to {}", self.log.display());
        }
        format!("; the last lines of {}:\n  {}", self.log.display(), lines.join("\n  "))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(self.stop_with);
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.ended().is_none() {
            if Instant::now() >= deadline {
                self.signal(Signal::KILL);
            }
            std::thread::sleep(POLL);
        }
    }
}

/// Opens a log to be appended to, readable by its owner only.
///
/// # Errors
/// When it cannot be opened.
pub fn open_log(log: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(log)
        .with_context(|| format!("opening {}", log.display()))
}

/// The last `count` lines of a log, or none when it cannot be read.
pub fn last_lines(log: &Path, count: usize) -> Vec<String> {
    const TAIL: u64 = 16 * 1024;
    let read = || -> io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| (*line).to_owned()).collect()
}
