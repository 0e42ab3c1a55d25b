//! One of our own processes, run the way systemd runs it: sockets handed over, readiness awaited, watchdog asked
//! for, stopped by SIGTERM. The listening sockets stay open here while it restarts.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use command_fds::{CommandFdExt as _, FdMapping};
use rustix::process::Signal;

use super::notify::{Notify, Said};
use super::process::Process;

/// As in the units. A service pings every third of this.
const WATCHDOG: Duration = Duration::from_secs(30);
const READY_WITHIN: Duration = Duration::from_mins(1);
const STOP_WITHIN: Duration = Duration::from_secs(40);
/// The first descriptor that is handed over (`SD_LISTEN_FDS_START`).
const FIRST_FD: i32 = 3;

/// Environment variables of a service.
pub type Env = Vec<(&'static str, OsString)>;

/// A service of ours.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    binary: PathBuf,
    env: Env,
    sockets: Vec<(&'static str, TcpListener)>,
    log: PathBuf,
    log_start: u64,
    notify_path: PathBuf,
    process: Option<Process>,
    notify: Option<Notify>,
}

impl Service {
    /// A service that is not started yet: `binary NAME`, its log in `logs`, its notification socket in `run`.
    pub fn new(name: &'static str, binary: &Path, logs: &Path, run: &Path) -> Self {
        Self {
            name,
            binary: binary.to_owned(),
            env: Vec::new(),
            sockets: Vec::new(),
            log: logs.join(format!("{name}.log")),
            log_start: 0,
            notify_path: run.join(format!("{name}.notify")),
            process: None,
            notify: None,
        }
    }

    /// Binds a loopback socket (0: any free port) that every run of the service gets under `name`.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn listen(&mut self, name: &'static str, port: u16) -> Result<SocketAddr> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let socket = TcpListener::bind(address).with_context(|| format!("binding {address}"))?;
        let address = socket.local_addr()?;
        self.sockets.push((name, socket));
        Ok(address)
    }

    /// Sets the environment of the next start. Nothing else is inherited but `PATH`.
    pub fn configure(&mut self, env: Env) {
        self.env = env;
    }

    /// Where its log is.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How many lines that the present process has logged have all of `words`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn logged(&self, words: &[&str]) -> Result<usize> {
        let mut file = File::open(&self.log).with_context(|| format!("{}", self.log.display()))?;
        file.seek(SeekFrom::Start(self.log_start))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count())
    }

    /// The running process.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// What it has said to its notification socket.
    pub fn said(&self) -> Said {
        self.notify.as_ref().map(|notify| notify.said().borrow().clone()).unwrap_or_default()
    }

    /// Starts it and waits for `READY=1`; `status` hears each `STATUS=` meanwhile.
    ///
    /// # Errors
    /// When it ends or does not get ready; the message has its last lines.
    pub async fn start(&mut self, mut status: impl FnMut(&str)) -> Result<()> {
        let notify = Notify::bind(&self.notify_path)?;
        let mut command = Command::new(&self.binary);
        command.arg(self.name).env_clear().envs(self.env.iter().map(|(name, value)| (name, value)));
        command.env("NOTIFY_SOCKET", notify.path()).env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
        if !self.sockets.is_empty() {
            let names: Vec<&str> = self.sockets.iter().map(|(name, _)| *name).collect();
            command.env("LISTEN_FDS", names.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
            let mut mappings = Vec::new();
            for (child_fd, (_, socket)) in (FIRST_FD..).zip(&self.sockets) {
                mappings.push(FdMapping { parent_fd: OwnedFd::from(socket.try_clone()?), child_fd });
            }
            command.fd_mappings(mappings)?;
        }
        self.log_start = self.log.metadata().map(|meta| meta.len()).unwrap_or_default();
        let mut said = notify.said();
        let mut process = Process::spawn(self.name, command, &self.log, Signal::TERM)?;
        self.notify = Some(notify);
        let deadline = Instant::now() + READY_WITHIN;
        let mut shown = String::new();
        loop {
            let now = said.borrow_and_update().clone();
            if now.status != shown {
                status(&now.status);
                shown = now.status;
            }
            if now.ready {
                self.process = Some(process);
                return Ok(());
            }
            if process.ended().is_some() {
                return Err(process.died());
            }
            if Instant::now() >= deadline {
                bail!("{} is not ready after {} s ({shown})", self.name, READY_WITHIN.as_secs());
            }
            // Woken by what it says; the pause is for noticing its death.
            let _pause = tokio::time::timeout(Duration::from_millis(20), said.changed()).await;
        }
    }

    /// Stops it as systemd would, and checks that it says so and ends well.
    ///
    /// # Errors
    /// When it had to be killed, or ended with an error.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            let status = process.stop(STOP_WITHIN).await?;
            if !status.success() {
                return Err(process.died());
            }
        }
        Ok(())
    }

    /// Ends it at once, as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// `systemctl restart`: stops it and starts it again; its sockets keep listening.
    ///
    /// # Errors
    /// As [`stop`](Self::stop) and [`start`](Self::start).
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start(|_| {}).await
    }
}

/// Runs a verb of ours to its end and returns its standard output. For `admin setup-code` and the like.
///
/// # Errors
/// When it fails; the message has what it said.
pub async fn run_verb(binary: &Path, arguments: &[&str], env: &Env) -> Result<String> {
    let mut command = tokio::process::Command::new(binary);
    command.args(arguments).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
    command.stdin(std::process::Stdio::null()).process_group(0).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("starting {}", binary.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("safeharbor {}: {}\n{}", arguments.join(" "), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
