//! The other end of `NOTIFY_SOCKET`: what a service says about itself, as systemd would hear it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tokio::net::UnixDatagram;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// What a service has said so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// `READY=1` came.
    pub ready: bool,
    /// `STOPPING=1` came.
    pub stopping: bool,
    /// The last `STATUS=`.
    pub status: String,
    /// How many `WATCHDOG=1` came.
    pub pings: u32,
}

impl Said {
    fn hear(&mut self, message: &str) {
        for line in message.lines() {
            match line.split_once('=') {
                Some(("READY", "1")) => self.ready = true,
                Some(("STOPPING", "1")) => self.stopping = true,
                Some(("WATCHDOG", "1")) => self.pings += 1,
                Some(("STATUS", status)) => status.clone_into(&mut self.status),
                _ => {}
            }
        }
    }
}

/// A notification socket of one run of one service.
#[derive(Debug)]
pub struct Notify {
    path: PathBuf,
    said: watch::Receiver<Said>,
    _listening: AbortOnDropHandle<()>,
}

impl Notify {
    /// Binds the socket; an old one at the same place is replaced.
    ///
    /// # Errors
    /// When it cannot be bound.
    pub fn bind(path: &Path) -> Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("removing {}", path.display()));
            }
            _ => {}
        }
        let socket = UnixDatagram::bind(path).with_context(|| format!("binding {}", path.display()))?;
        let (tell, said) = watch::channel(Said::default());
        let listening = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer).await {
                let message = String::from_utf8_lossy(&buffer[..length]);
                tell.send_modify(|said| said.hear(&message));
            }
        });
        Ok(Self { path: path.to_owned(), said, _listening: AbortOnDropHandle::new(listening) })
    }

    /// Where it is, for `NOTIFY_SOCKET`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was said so far, and what will be.
    pub fn said(&self) -> watch::Receiver<Said> {
        self.said.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hears_what_a_service_says() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        drop(Notify::bind(&path).unwrap());
        let notify = Notify::bind(&path).unwrap();
        let service = UnixDatagram::unbound().unwrap();
        service.send_to(b"STATUS=waiting for Postgres\nEXTEND_TIMEOUT_USEC=5", notify.path()).await.unwrap();
        service.send_to(b"WATCHDOG=1", notify.path()).await.unwrap();
        service.send_to(b"READY=1\nSTATUS=serving", notify.path()).await.unwrap();
        let mut said = notify.said();
        let said = said.wait_for(|said| said.ready).await.unwrap().clone();
        assert_eq!((said.status.as_str(), said.pings, said.stopping), ("serving", 1, false));
    }
}
