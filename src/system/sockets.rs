//! Sockets handed over by systemd (`LISTEN_FDS`), by name.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;

/// What is wrong with what was handed over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name we know nothing to do with.
    #[error(
        "inherited socket {fd} is named {name:?}: set FileDescriptorName= in the socket unit to http or metrics"
    )]
    UnknownName {
        /// Its number.
        fd: usize,
        /// Its name in `LISTEN_FDNAMES`.
        name: String,
    },
    /// Two sockets of one name.
    #[error("two inherited sockets are named {0:?}; one listener has one socket unit with one ListenStream=")]
    Twice(&'static str),
    /// Several sockets and no names to tell them apart.
    #[error("{0} inherited sockets without names: set FileDescriptorName= in each socket unit")]
    Nameless(usize),
    /// `LISTEN_FDNAMES` does not fit `LISTEN_FDS`.
    #[error("LISTEN_FDNAMES has {names} names for {fds} sockets")]
    Count {
        /// How many names.
        names: usize,
        /// How many sockets.
        fds: usize,
    },
    /// Not a stream socket, or no socket at all.
    #[error("inherited socket {name} is neither a TCP nor a unix stream socket (ListenStream=): {source}")]
    WrongType {
        /// Its name.
        name: String,
        /// What the kernel says.
        source: io::Error,
    },
    /// A connection instead of a listener.
    #[error("inherited socket {0} does not listen: set Accept=no in the socket unit")]
    NotListening(String),
    /// The kernel gave no answer about it.
    #[error("cannot set up the inherited socket {name}: {source}")]
    Io {
        /// Its name.
        name: String,
        /// What the kernel says.
        source: io::Error,
    },
}

/// A listening, non-blocking socket that was inherited.
#[derive(Debug)]
pub enum Socket {
    /// Over TCP.
    Tcp(TcpListener),
    /// Over a unix socket.
    Unix(UnixListener),
}

impl Socket {
    /// The address a TCP socket is bound to, as the kernel says; none for a unix socket.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn tcp_addr(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(tcp) => tcp.local_addr().map(Some),
            Self::Unix(_) => Ok(None),
        }
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(tcp) => match tcp.local_addr() {
                Ok(addr) => write!(f, "{addr}"),
                Err(error) => write!(f, "tcp ({error})"),
            },
            Self::Unix(unix) => match unix.local_addr() {
                Ok(addr) => match addr.as_pathname() {
                    Some(path) => write!(f, "unix:{}", path.display()),
                    None => f.write_str("unix"),
                },
                Err(error) => write!(f, "unix ({error})"),
            },
        }
    }
}

/// The sockets that were handed over.
#[derive(Debug, Default)]
pub struct Inherited {
    /// The public listener.
    pub http: Option<Socket>,
    /// The listener of `/metrics`.
    pub metrics: Option<Socket>,
    /// `LISTEN_PID` names another process: sockets exist and are not ours. Under systemd that is a wrapper
    /// (`ExecStart=sh -c …`) that keeps us from getting them.
    pub for_another_process: bool,
}

/// Takes what systemd handed over. Call it first thing in `main`, before there is any thread: it removes
/// `LISTEN_PID` and `LISTEN_FDS` from the environment.
///
/// A missing `LISTEN_PID` is accepted, as `systemfd` leaves it out.
///
/// # Errors
/// When a socket is not what its name promises; the message names it.
#[expect(clippy::disallowed_methods, reason = "a part of the hand-over, not a setting; settings come later")]
pub fn take() -> Result<Inherited, Error> {
    // The names come first: `ListenFd` leaves them behind without the count they belong to.
    let names = std::env::var("LISTEN_FDNAMES").ok();
    let announced = std::env::var_os("LISTEN_FDS").is_some();
    let mut fds = ListenFd::from_env();
    let sockets = (0..fds.len()).map(|index| take_one(&mut fds, index)).collect::<Vec<_>>();
    let none_for_us = sockets.is_empty();
    let inherited = assemble(names.as_deref().filter(|_| !none_for_us), sockets)?;
    Ok(Inherited { for_another_process: announced && none_for_us, ..inherited })
}

fn take_one(fds: &mut ListenFd, index: usize) -> io::Result<Socket> {
    if let Ok(Some(unix)) = fds.take_unix_listener(index) {
        return Ok(Socket::Unix(unix));
    }
    match fds.take_tcp_listener(index)? {
        Some(tcp) => Ok(Socket::Tcp(tcp)),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    }
}

/// Puts names to sockets. The first one is file descriptor 3.
fn assemble(names: Option<&str>, sockets: Vec<io::Result<Socket>>) -> Result<Inherited, Error> {
    let mut inherited = Inherited::default();
    for (index, (name, socket)) in name_all(names, sockets.len())?.into_iter().zip(sockets).enumerate() {
        let (slot, name) = match name.as_str() {
            "http" => (&mut inherited.http, "http"),
            "metrics" => (&mut inherited.metrics, "metrics"),
            _ => return Err(Error::UnknownName { fd: index + 3, name }),
        };
        if slot.is_some() {
            return Err(Error::Twice(name));
        }
        let socket = socket.map_err(|source| Error::WrongType { name: name.to_owned(), source })?;
        *slot = Some(prepare(name, socket)?);
    }
    Ok(inherited)
}

fn name_all(names: Option<&str>, fds: usize) -> Result<Vec<String>, Error> {
    let names: Vec<String> = match names {
        None | Some("") => Vec::new(),
        Some(names) => names.split(':').map(str::to_owned).collect(),
    };
    match (names.as_slice(), fds) {
        ([], 0) => Ok(Vec::new()),
        ([], 1) => Ok(vec!["http".to_owned()]),
        ([], fds) => Err(Error::Nameless(fds)),
        // Without FileDescriptorName= systemd gives the socket unit's name, and to a lone one only we can
        // be meant; `unknown` is what it says for a descriptor of the manager itself.
        ([name], 1) if name.ends_with(".socket") || name == "unknown" => Ok(vec!["http".to_owned()]),
        (names, fds) if names.len() != fds => Err(Error::Count { names: names.len(), fds }),
        _ => Ok(names),
    }
}

/// Checks that it listens, and makes it non-blocking: a blocking one would stall the runtime.
fn prepare(name: &str, socket: Socket) -> Result<Socket, Error> {
    let failed = |source| Error::Io { name: name.to_owned(), source };
    let listens = match &socket {
        Socket::Tcp(tcp) => socket_acceptconn(tcp),
        Socket::Unix(unix) => socket_acceptconn(unix),
    };
    if !listens.map_err(|errno| failed(errno.into()))? {
        return Err(Error::NotListening(name.to_owned()));
    }
    match &socket {
        Socket::Tcp(tcp) => tcp.set_nonblocking(true),
        Socket::Unix(unix) => unix.set_nonblocking(true),
    }
    .map_err(failed)?;
    Ok(socket)
}

#[cfg(test)]
mod tests;
