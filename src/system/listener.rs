//! What the server accepts connections on: TCP or a unix socket, bound here or inherited.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::time::{Instant, sleep};

use crate::proxy::Peer;
use crate::settings::ListenAddr;
use crate::system::sockets::Socket;
pub use stream::Stream;

mod stream;

/// How long to wait after an error that another accept would meet again, such as too many open files.
const BACK_OFF: Duration = Duration::from_millis(100);
/// How often such an error is logged.
const LOG_EVERY: Duration = Duration::from_secs(1);
/// Connections the kernel may hold for us; it is capped by `net.core.somaxconn`.
const BACKLOG: i32 = 1024;

/// Why a listener could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken, not ours, or may not be bound.
    #[error("cannot listen on {0}: {1}")]
    Bind(ListenAddr, #[source] io::Error),
    /// Another process accepts connections on the unix socket.
    #[error("cannot listen on unix:{}: another process answers on it", .0.display())]
    Answered(PathBuf),
    /// Something that is no socket has the path.
    #[error("cannot listen on unix:{}: the path exists and is not a socket", .0.display())]
    NotASocket(PathBuf),
    /// An inherited socket that the runtime does not take.
    #[error("cannot use the inherited socket {0}: {1}")]
    Inherited(String, #[source] io::Error),
    /// The settings say that a socket is handed over, and none was.
    #[error("LISTEN=systemd, but no socket named http was handed over: start the service by its socket unit")]
    NotInherited,
}

/// A listening socket that is ready to accept. Dropping it closes it; a unix socket's file is removed when
/// it was made here and is still the same file.
#[derive(Debug)]
pub struct Listener {
    socket: Accepting,
    origin: Origin,
    last_logged: Mutex<Option<Instant>>,
}

#[derive(Debug)]
enum Accepting {
    Tcp(TcpListener),
    Unix(UnixListener),
}

#[derive(Debug)]
enum Origin {
    /// Another process (systemd) keeps it open when we are gone: what is in its backlog is the next one's.
    Inherited,
    /// Ours alone: what is in its backlog is lost when we close it.
    Own(Option<SocketFile>),
}

/// Listens on `addr`. A TCP port is reused at once after a restart; a unix socket gets mode 0660, and a file
/// left behind by a dead process is replaced.
///
/// # Errors
/// When the address cannot be bound, or another process answers on the unix socket. Needs a tokio runtime.
pub fn bind(addr: &ListenAddr) -> Result<Listener, Error> {
    let failed = |error| Error::Bind(addr.clone(), error);
    match addr {
        ListenAddr::Inherited => Err(Error::NotInherited),
        ListenAddr::Tcp(tcp) => {
            let socket = bind_tcp(*tcp).map_err(failed)?;
            Ok(Listener::new(Accepting::Tcp(socket), Origin::Own(None)))
        }
        ListenAddr::Unix(path) => {
            clear_stale(path)?;
            let (socket, file) = bind_unix(path).map_err(failed)?;
            Ok(Listener::new(Accepting::Unix(socket), Origin::Own(Some(file))))
        }
    }
}

fn bind_tcp(addr: SocketAddr) -> io::Result<TcpListener> {
    let domain = socket2::Domain::for_address(addr);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if addr.is_ipv6() {
        // `[::1]` means that address alone, whatever the machine's bindv6only says.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn bind_unix(path: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let socket = StdUnixListener::bind(path)?;
    let file = SocketFile::of(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
    socket.set_nonblocking(true)?;
    Ok((UnixListener::from_std(socket)?, file))
}

/// Removes a socket file on which nobody answers.
fn clear_stale(path: &Path) -> Result<(), Error> {
    let failed = |error| Error::Bind(ListenAddr::Unix(path.to_owned()), error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.file_type().is_socket() => return Err(Error::NotASocket(path.to_owned())),
        Ok(_) => {}
    }
    match StdUnixStream::connect(path) {
        Ok(_) => Err(Error::Answered(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            tracing::info!(path = %path.display(), "replacing a socket file nobody answers on");
            fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

impl Listener {
    fn new(socket: Accepting, origin: Origin) -> Self {
        Self { socket, origin, last_logged: Mutex::new(None) }
    }

    /// A listener on a socket that was inherited. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the runtime does not take it.
    pub fn from_inherited(socket: Socket) -> Result<Self, Error> {
        let name = socket.to_string();
        let taken = match socket {
            Socket::Tcp(tcp) => TcpListener::from_std(tcp).map(Accepting::Tcp),
            Socket::Unix(unix) => UnixListener::from_std(unix).map(Accepting::Unix),
        };
        let taken = taken.map_err(|error| Error::Inherited(name, error))?;
        Ok(Self::new(taken, Origin::Inherited))
    }

    /// Where it listens, as an address to connect to: the port is the real one also when 0 was asked for.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn local_addr(&self) -> io::Result<ListenAddr> {
        Ok(match &self.socket {
            Accepting::Tcp(tcp) => ListenAddr::Tcp(tcp.local_addr()?),
            Accepting::Unix(unix) => {
                let addr = unix.local_addr()?;
                ListenAddr::Unix(addr.as_pathname().map(Path::to_owned).unwrap_or_default())
            }
        })
    }

    /// Where it listens, in words for a log line.
    pub fn describe(&self) -> String {
        let origin = if self.is_inherited() { " (inherited)" } else { "" };
        match self.local_addr() {
            Ok(addr) => format!("{addr}{origin}"),
            Err(error) => format!("an unknown address{origin}: {error}"),
        }
    }

    /// Whether another process made it and keeps it open after us.
    pub fn is_inherited(&self) -> bool {
        matches!(self.origin, Origin::Inherited)
    }

    /// The next connection. Errors never end the wait: those of a single connection are passed over, those
    /// of the machine (no file descriptors left) are logged once a second and tried again. Safe to cancel.
    pub async fn accept(&self) -> (Stream, Peer) {
        loop {
            let accepted = match &self.socket {
                Accepting::Tcp(tcp) => tcp.accept().await.map(|(stream, addr)| Stream::tcp(stream, addr)),
                Accepting::Unix(unix) => unix.accept().await.map(|(stream, _)| Stream::unix(stream)),
            };
            match accepted {
                Ok(accepted) => return accepted,
                Err(error) if concerns_one_connection(&error) => {
                    tracing::debug!(%error, "a connection was gone before it was accepted");
                }
                Err(error) => {
                    self.log_now_and_then(&error);
                    sleep(BACK_OFF).await;
                }
            }
        }
    }

    /// Closes it and gives out the connections that were waiting in the kernel and would be lost: those of
    /// an own listener. An inherited one leaves them to the next process.
    pub fn close(mut self) -> Vec<(Stream, Peer)> {
        let Origin::Own(file) = std::mem::replace(&mut self.origin, Origin::Inherited) else {
            return Vec::new();
        };
        // The file goes first, so that nobody comes in behind the last one.
        drop(file);
        let mut waiting = Vec::new();
        let emptied = match self.socket {
            Accepting::Tcp(tcp) => tcp.into_std().and_then(|tcp| {
                accept_all(&mut waiting, || {
                    let (stream, addr) = tcp.accept()?;
                    stream.set_nonblocking(true)?;
                    Ok(Stream::tcp(tokio::net::TcpStream::from_std(stream)?, addr))
                })
            }),
            Accepting::Unix(unix) => unix.into_std().and_then(|unix| {
                accept_all(&mut waiting, || {
                    let (stream, _) = unix.accept()?;
                    stream.set_nonblocking(true)?;
                    Ok(Stream::unix(tokio::net::UnixStream::from_std(stream)?))
                })
            }),
        };
        if let Err(error) = emptied {
            tracing::warn!(%error, "connections that were waiting may have been lost");
        }
        waiting
    }

    fn log_now_and_then(&self, error: &io::Error) {
        let mut last = self.last_logged.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| last.elapsed() >= LOG_EVERY) {
            *last = Some(Instant::now());
            tracing::error!(%error, "cannot accept a connection; trying again");
        }
    }
}

/// Accepts until nobody is waiting.
fn accept_all(
    waiting: &mut Vec<(Stream, Peer)>,
    mut next: impl FnMut() -> io::Result<(Stream, Peer)>,
) -> io::Result<()> {
    loop {
        match next() {
            Ok(accepted) => waiting.push(accepted),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Errors that `accept(2)` hands on from a connection that has died since; the next one may be well.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// A unix socket's file that was made here; removed with this value, unless another has taken its place.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        let made = fs::symlink_metadata(path)?;
        Ok(Self { path: path.to_owned(), id: (made.dev(), made.ino()) })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = fs::symlink_metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) == self.id);
        if is_ours && let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the socket file");
        }
    }
}

#[cfg(test)]
mod tests;
