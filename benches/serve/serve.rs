//! The measured process: the release binary, started as its unit would.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::process::{Child, Command};

pub(crate) struct Served {
    child: Child,
    pub(crate) addr: SocketAddr,
    pub(crate) ready_after: Duration,
}

impl Served {
    /// Starts it and waits for `READY=1`.
    pub(crate) async fn start(folder: &Path, database: &SecretString, redis: &str) -> Result<Self> {
        let uploads = folder.join("uploads");
        fs::create_dir_all(&uploads)?;
        let socket = folder.join("notify");
        // Absent the first time.
        let _ = fs::remove_file(&socket);
        let notify = UnixDatagram::bind(&socket)?;
        notify.set_read_timeout(Some(Duration::from_secs(30)))?;
        let addr = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = fs::File::create(folder.join("serve.log"))?;
        let started = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
            .arg("serve")
            .env_clear()
            .envs([
                ("DATABASE_URL", database.expose_secret()),
                ("REDIS_URL", redis),
                ("PUBLIC_URL", "https://bench.example"),
                ("TRUST_PROXY_HEADERS", "1"),
            ])
            .env("UPLOAD_DIR", &uploads)
            .env("LISTEN", addr.to_string())
            .env("NOTIFY_SOCKET", &socket)
            .stderr(log)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("safeharbor serve")?;
        tokio::task::spawn_blocking(move || wait_for_ready(&notify)).await??;
        Ok(Self { child, addr, ready_after: started.elapsed() })
    }

    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().context("serve has ended")
    }

    /// A line of `/proc/PID/status`, in MB.
    pub(crate) fn memory(&self, line: &str) -> Result<u64> {
        let pid = self.pid()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kib = status
            .lines()
            .find_map(|text| text.strip_prefix(line)?.split_ascii_whitespace().nth(1)?.parse::<u64>().ok())
            .context("memory")?;
        Ok(kib / 1024)
    }

    pub(crate) async fn stop(mut self) -> Result<()> {
        let pid =
            self.child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).context("its id")?;
        kill_process(pid, Signal::TERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

fn wait_for_ready(notify: &UnixDatagram) -> Result<()> {
    let mut message = [0; 4096];
    loop {
        let length = notify.recv(&mut message).context("serve does not become ready")?;
        if message[..length].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") {
            return Ok(());
        }
    }
}
