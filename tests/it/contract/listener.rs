//! The table against real sockets: the lines go over the wire exactly as they stand there.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use http::{HeaderName, HeaderValue, Request, Response};
use safeharbor::system::drain::Drain;
use safeharbor::system::listener::Listener;
use safeharbor::system::server;
use safeharbor::system::sockets::Socket;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpSocket, UnixStream};
use tower::Layer as _;

use super::case::{Case, Source};
use super::cases::all;
use super::echo::{Answer, echo, layer};

/// One way from a client to the server.
enum Way {
    /// From this address to a listener on that one.
    Tcp {
        from: Ipv4Addr,
        listen: SocketAddr,
    },
    Unix,
}

fn ways(from: Source) -> Vec<Way> {
    let v4 = |from| Way::Tcp { from, listen: (Ipv4Addr::LOCALHOST, 0).into() };
    let dual = |from| Way::Tcp { from, listen: (Ipv4Addr::LOCALHOST.to_ipv6_mapped(), 0).into() };
    let stranger = Ipv4Addr::new(127, 0, 0, 9);
    match from {
        Source::AnyHop => vec![v4(Ipv4Addr::LOCALHOST), dual(Ipv4Addr::LOCALHOST), Way::Unix],
        Source::UnixHop => vec![Way::Unix],
        Source::MappedHop => vec![dual(Ipv4Addr::LOCALHOST)],
        Source::Stranger => vec![v4(stranger), dual(stranger)],
    }
}

#[tokio::test]
async fn the_table_over_tcp_and_unix_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (n, case) in all().into_iter().enumerate() {
        for way in ways(case.from) {
            let (answer, own) = match way {
                Way::Tcp { from, listen } => {
                    let server = Server::tcp(&case, listen);
                    (server.ask_from(from, &case).await, Some(IpAddr::V4(from)))
                }
                Way::Unix => {
                    let path = folder.path().join(format!("{n}.sock"));
                    let _server = Server::unix(&case, &path);
                    (ask(UnixStream::connect(&path).await.unwrap(), &case).await, None)
                }
            };
            wrong.extend(answer.check(&case, own).err());
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn r2_no_length_changes_whose_address_is_taken() {
    let case = all().into_iter().find(|case| case.id == "C26").unwrap();
    let listen = (Ipv4Addr::LOCALHOST, 0).into();
    for length in [10_000, 100_000, 300_000, 1_000_000] {
        let mut long = case.clone();
        long.lines.pop();
        long.lines
            .push(format!("X-Forwarded-For: {},203.0.113.9", "6.6.6.6,".repeat(length / 8)).into_bytes());
        let answer = Server::tcp(&long, listen).ask_from(Ipv4Addr::LOCALHOST, &long).await;
        if answer.status != 431 {
            answer.check(&long, None).unwrap();
        }
    }
}

/// The service's own accept loop, with the contract and an echo behind it.
struct Server {
    addr: Option<SocketAddr>,
    socket: Option<PathBuf>,
    drain: Drain,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.drain.stop();
        if let Some(socket) = &self.socket {
            let _ = std::fs::remove_file(socket);
        }
    }
}

impl Server {
    /// Handed over as a socket unit would: an own listener is never dual-stack.
    fn tcp(case: &Case, listen: SocketAddr) -> Self {
        let listener = TcpListener::bind(listen).unwrap_or_else(|error| {
            panic!("{listen}: {error} (the kernel needs IPv6 for the dual-stack cases)")
        });
        let addr = listener.local_addr().unwrap();
        Self { addr: Some(addr), socket: None, drain: serve(case, Socket::Tcp(listener)) }
    }

    fn unix(case: &Case, path: &Path) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        Self { addr: None, socket: Some(path.to_owned()), drain: serve(case, Socket::Unix(listener)) }
    }

    async fn ask_from(&self, from: Ipv4Addr, case: &Case) -> Answer {
        let addr = self.addr.expect("a TCP server");
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let to = SocketAddr::new(addr.ip().to_canonical(), addr.port());
        ask(socket.connect(to).await.unwrap(), case).await
    }
}

fn serve(case: &Case, socket: Socket) -> Drain {
    match &socket {
        Socket::Tcp(tcp) => tcp.set_nonblocking(true).unwrap(),
        Socket::Unix(unix) => unix.set_nonblocking(true).unwrap(),
    }
    let inner =
        tower::service_fn(|request: Request<Body>| std::future::ready(Ok::<_, Infallible>(echo(request))));
    let router = Router::new().fallback_service(layer(case).layer(inner));
    let drain = Drain::new();
    tokio::spawn(server::serve(Listener::from_inherited(socket).unwrap(), router, drain.clone()));
    drain
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, case: &Case) -> Answer {
    let mut bytes = case.lines.join(&b"\r\n"[..]);
    bytes.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    // The server may refuse while more is coming and close; the answer is there to be read all the same.
    let _ = stream.write_all(&bytes).await;
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        answer.extend_from_slice(&chunk[..count]);
    }
    parse(&answer)
}

fn parse(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|it| it.parse().ok());
    // 0: closed without an answer, which no case expects.
    let mut response = Response::new(());
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response
            .headers_mut()
            .append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    Answer { status: status.unwrap_or(0), ..Answer::of(&response) }
}
