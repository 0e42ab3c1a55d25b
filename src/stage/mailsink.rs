//! A mail server that keeps what it gets: `stage` and the tests send to it and look at what came.
//!
//! On loopback only, bounded in every direction, and able to behave as badly as real ones do.

mod mail;
mod session;

use std::collections::VecDeque;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

pub use mail::Mail;

/// Mails kept; the oldest goes first.
const MAX_MAILS: usize = 1_000;

/// Connections served at once.
const MAX_CONNECTIONS: usize = 64;

/// How the sink behaves. The default takes everything at once.
#[derive(Clone, Default)]
pub struct Behaviour {
    /// Puts off this many recipients with 451 before it takes any, as greylisting does.
    pub greylist: u32,
    /// Refuses every recipient with 550 and this text.
    pub refuse: Option<String>,
    /// Waits this long before it confirms a mail.
    pub delay: Duration,
    /// Confirms a mail only with a permit of this, and uses it up.
    pub hold: Option<Arc<Semaphore>>,
    /// Hangs up on this many mails when their text is there, and keeps none of them.
    pub hang_up: u32,
    /// Waits this long before each reply.
    pub pace: Duration,
    /// Says this instead of its greeting, and hangs up.
    pub turn_away: Option<String>,
    /// Offers `STARTTLS` with this configuration, and takes mail only after it.
    pub starttls: Option<Arc<rustls::ServerConfig>>,
    /// Speaks TLS from the first byte.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Takes mail only from this user with this password.
    pub login: Option<(String, String)>,
}

/// A running mail sink. Dropping it closes it.
pub struct MailSink {
    addr: SocketAddr,
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    mails: Mutex<VecDeque<Mail>>,
    /// Where each mail is also written to.
    folder: Option<PathBuf>,
    /// How many mails ever came.
    count: watch::Sender<u64>,
    /// How many texts ever came, whatever became of them.
    offered: watch::Sender<u64>,
}

impl MailSink {
    /// Starts a sink that takes everything. Port 0 is any free one.
    ///
    /// # Errors
    /// When the address is not a loopback one, or cannot be had.
    pub async fn start(addr: SocketAddr) -> Result<Self> {
        Self::start_with(addr, Behaviour::default()).await
    }

    /// Starts a sink that takes everything and writes each mail into `folder` as well, for people and for other
    /// programs: `0001.eml`, `0002.eml` … What was there from before goes.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the folder cannot be emptied.
    pub async fn start_in(addr: SocketAddr, folder: &Path) -> Result<Self> {
        for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
            let path = entry?.path();
            fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
        }
        Self::listen(addr, Behaviour::default(), Some(folder.to_owned())).await
    }

    /// Starts a sink that behaves so.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(addr: SocketAddr, behaviour: Behaviour) -> Result<Self> {
        Self::listen(addr, behaviour, None).await
    }

    async fn listen(addr: SocketAddr, behaviour: Behaviour, folder: Option<PathBuf>) -> Result<Self> {
        if !addr.ip().is_loopback() {
            bail!("the mail sink listens on loopback only, not on {addr}");
        }
        let listener = TcpListener::bind(addr).await.with_context(|| format!("mail sink on {addr}"))?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(behaviour),
            mails: Mutex::default(),
            folder,
            count: watch::Sender::new(0),
            offered: watch::Sender::new(0),
        });
        let task = AbortOnDropHandle::new(tokio::spawn(accept(listener, shared.clone())));
        Ok(Self { addr, shared, _task: task })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Changes how it behaves from the next command on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = behaviour;
    }

    /// The mails it took, oldest first.
    pub fn messages(&self) -> Vec<Mail> {
        lock(&self.shared.mails).iter().cloned().collect()
    }

    /// Waits until the texts of so many mails have come, confirmed or not.
    ///
    /// # Errors
    /// When they did not within that time.
    pub async fn offered(&self, within: Duration, count: u64) -> Result<()> {
        let mut offered = self.shared.offered.subscribe();
        let come = tokio::time::timeout(within, offered.wait_for(|offered| *offered >= count)).await;
        come.map_err(|_elapsed| anyhow::anyhow!("{count} mails were not offered"))??;
        Ok(())
    }

    /// Waits until a mail is there that `wanted` says yes to; one that came before counts.
    ///
    /// # Errors
    /// When none came within that time; the text says what did.
    pub async fn wait_for(&self, within: Duration, wanted: impl Fn(&Mail) -> bool) -> Result<Mail> {
        let mut count = self.shared.count.subscribe();
        let found = tokio::time::timeout(within, async {
            loop {
                count.borrow_and_update();
                if let Some(mail) = lock(&self.shared.mails).iter().find(|mail| wanted(mail)) {
                    return Ok(mail.clone());
                }
                count.changed().await?;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_elapsed) => {
                let mails = self.messages();
                let subjects: Vec<_> = mails.iter().filter_map(|mail| mail.header("Subject")).collect();
                bail!("no such mail within {} s; came so far: {subjects:?}", within.as_secs())
            }
        }
    }
}

impl Shared {
    fn behaviour(&self) -> Behaviour {
        lock(&self.behaviour).clone()
    }

    /// Whether this recipient is put off.
    fn puts_off(&self) -> bool {
        let mut behaviour = lock(&self.behaviour);
        let greylisted = behaviour.greylist > 0;
        behaviour.greylist = behaviour.greylist.saturating_sub(1);
        greylisted
    }

    /// The text of a mail is there. Whether to hang up on it.
    fn hangs_up(&self) -> bool {
        self.offered.send_modify(|offered| *offered += 1);
        let mut behaviour = lock(&self.behaviour);
        let hangs_up = behaviour.hang_up > 0;
        behaviour.hang_up = behaviour.hang_up.saturating_sub(1);
        hangs_up
    }

    /// Keeps a mail; one that could not be written down was not taken.
    fn keep(&self, mail: Mail) -> Result<()> {
        let mut mails = lock(&self.mails);
        let number = *self.count.borrow() + 1;
        if let Some(folder) = &self.folder {
            write(folder, number, &mail)?;
        }
        if mails.len() == MAX_MAILS {
            mails.pop_front();
            if let Some(folder) = &self.folder {
                fs::remove_file(file(folder, number - MAX_MAILS as u64)).context("the oldest mail")?;
            }
        }
        mails.push_back(mail);
        // Counted while nobody else is: the number is the file's name.
        self.count.send_modify(|count| *count = number);
        Ok(())
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut sessions = JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _peer)) => {
                let shared = shared.clone();
                sessions.spawn(async move {
                    if let Err(error) = session::serve(stream, &shared).await {
                        tracing::debug!(%error, "a connection to the mail sink broke");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "mail sink");
                // Out of file descriptors, most likely: let some come back.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while sessions.try_join_next().is_some() {}
    }
}

fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:04}.eml"))
}

/// Writes a mail (0600: links in it let people in). It gets its name when it is whole.
fn write(folder: &Path, number: u64, mail: &Mail) -> Result<()> {
    let (part, whole) = (folder.join(format!("{number:04}.part")), file(folder, number));
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)
        .and_then(|mut file| file.write_all(mail.raw.as_bytes()))
        .and_then(|()| fs::rename(&part, &whole))
        .with_context(|| format!("writing {}", whole.display()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
