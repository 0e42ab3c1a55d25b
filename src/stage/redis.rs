//! A private Redis: a unix socket, no TCP, an append-only file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::Signal;

use super::owner::{Owner, make_outer_dir, socket_dir};
use super::process::Process;
use super::programs;
use crate::system::child_env::child_env;

const SOCKET: &str = "redis.sock";
const READY_WITHIN: Duration = Duration::from_secs(20);

/// A private Redis server in one folder. Dropping it stops it.
#[derive(Debug)]
pub struct PrivateRedis {
    program: PathBuf,
    dir: PathBuf,
    run: PathBuf,
    run_is_temporary: bool,
    owner: Owner,
    process: Option<Process>,
}

impl PrivateRedis {
    /// Starts a server whose data and log are in `dir`. Returns when it answers.
    ///
    /// # Errors
    /// When Redis is not installed, the folder cannot be used, or the server does not come up.
    pub async fn start(dir: &Path) -> Result<Self> {
        let dir = std::path::absolute(dir).with_context(|| format!("{}", dir.display()))?;
        let owner = Owner::of_server("redis")?;
        make_outer_dir(&dir, owner)?;
        let program = programs::find("redis-server")?;
        owner.make_dir(&dir.join("data"))?;
        let (run, run_is_temporary) = socket_dir(&dir, SOCKET, owner)?;
        let mut server = Self { program, dir, run, run_is_temporary, owner, process: None };
        server.start_again().await?;
        Ok(server)
    }

    /// Its address, as `REDIS_URL` takes it.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// Its unix socket.
    pub fn socket(&self) -> PathBuf {
        self.run.join(SOCKET)
    }

    /// Where the server's log is.
    pub fn log(&self) -> PathBuf {
        self.dir.join("redis.log")
    }

    /// The running process, for watching it.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Starts it after [`stop`](Self::stop) or [`kill`](Self::kill), on the same address. Returns when it answers.
    ///
    /// # Errors
    /// When it does not come up; the message has its last lines.
    pub async fn start_again(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        child_env(&mut command).current_dir("/");
        command.args(["--port", "0", "--daemonize", "no", "--unixsocketperm", "700"]);
        command.args(["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--supervised", "no"]);
        command.arg("--unixsocket").arg(self.socket()).arg("--dir").arg(self.dir.join("data"));
        self.owner.apply(&mut command);
        let mut process = Process::spawn("redis", command, &self.log(), Signal::TERM)?;
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match self.ping().await {
                Ok(()) => {
                    self.process = Some(process);
                    return Ok(());
                }
                Err(_) if process.ended().is_some() => return Err(process.died()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(process.died().context(format!("connecting: {error}")));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Stops it and waits for the end.
    ///
    /// # Errors
    /// When it had to be killed.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.stop(Duration::from_secs(20)).await?;
        }
        Ok(())
    }

    /// Kills it, as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    async fn ping(&self) -> redis::RedisResult<()> {
        let client = redis::Client::open(self.url())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        redis::cmd("PING").query_async::<String>(&mut connection).await.map(|_| ())
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        drop(self.process.take());
        if self.run_is_temporary
            && let Err(error) = std::fs::remove_dir_all(&self.run)
        {
            tracing::warn!(%error, "socket folder");
        }
    }
}
