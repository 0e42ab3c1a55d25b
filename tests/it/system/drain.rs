//! Ten restarts under load on one inherited listener, as `systemctl restart` does it: the listener outlives
//! each server, and not one request may fail.

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use safeharbor::system::drain::Drain;
use safeharbor::system::listener::Listener;
use safeharbor::system::server::serve;
use safeharbor::system::sockets::Socket;
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinSet;

const RESTARTS: usize = 10;
/// Requests that must have been answered by a server before it is restarted.
const BETWEEN: u64 = 300;

/// The listener that a service manager keeps.
enum Kept {
    Tcp(std::net::TcpListener),
    Unix(std::os::unix::net::UnixListener, PathBuf),
}

impl Kept {
    fn hand_over(&self) -> Listener {
        let socket = match self {
            Self::Tcp(tcp) => Socket::Tcp(OwnedFd::from(tcp.try_clone().unwrap()).into()),
            Self::Unix(unix, _) => Socket::Unix(OwnedFd::from(unix.try_clone().unwrap()).into()),
        };
        Listener::from_inherited(socket).unwrap()
    }

    async fn connect(&self) -> SendRequest<Full<Bytes>> {
        match self {
            Self::Tcp(tcp) => {
                let stream = TcpStream::connect(tcp.local_addr().unwrap()).await.unwrap();
                let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
                tokio::spawn(connection);
                sender
            }
            Self::Unix(_, path) => {
                let stream = UnixStream::connect(path).await.unwrap();
                let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
                tokio::spawn(connection);
                sender
            }
        }
    }
}

fn router() -> Router {
    Router::new().route("/hello", get(|| async { "hello" })).route(
        "/echo",
        post(|body: Bytes| async move {
            tokio::task::yield_now().await;
            body
        }),
    )
}

struct Load {
    kept: Arc<Kept>,
    ended: AtomicBool,
    answered: AtomicU64,
}

/// How a client uses its connections.
#[derive(Clone, Copy)]
enum Habit {
    /// Keeps one for as long as the server lets it.
    Keep,
    /// A new one for each request.
    Fresh,
    /// A new one, on which it says nothing until it has been open for a while.
    Hesitate,
}

/// Asks until the load ends; a request that fails is a panic. A new connection is made where the last
/// response said `Connection: close`, as every pool does.
async fn client(load: Arc<Load>, habit: Habit, body: Option<Bytes>) {
    let mut connection = None;
    while !load.ended.load(Ordering::Acquire) {
        let mut sender = match connection.take() {
            Some(sender) => sender,
            None => load.kept.connect().await,
        };
        if matches!(habit, Habit::Hesitate) {
            // Long enough for others to be answered, short of the second after which it would be idle.
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
        }
        sender.ready().await.unwrap();
        let path = if body.is_some() { "/echo" } else { "/hello" };
        let request = Request::builder()
            .method(if body.is_some() { "POST" } else { "GET" })
            .uri(path)
            .header("host", "test")
            .body(Full::new(body.clone().unwrap_or_default()))
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let closes = response.headers().get("connection").is_some_and(|value| value == "close");
        let answer = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(answer, body.clone().unwrap_or_else(|| Bytes::from_static(b"hello")));
        load.answered.fetch_add(1, Ordering::AcqRel);
        if matches!(habit, Habit::Keep) && !closes {
            connection = Some(sender);
        }
    }
}

async fn restart_under_load(kept: Kept) {
    let kept = Arc::new(kept);
    let load = Arc::new(Load {
        kept: Arc::clone(&kept),
        ended: AtomicBool::new(false),
        answered: AtomicU64::new(0),
    });
    let mut clients = JoinSet::new();
    let large = Bytes::from(vec![b'x'; 200_000]);
    for habit in [Habit::Keep, Habit::Keep, Habit::Fresh, Habit::Hesitate] {
        for body in [None, Some(Bytes::from_static(b"small")), Some(large.clone())] {
            clients.spawn(client(Arc::clone(&load), habit, body));
        }
    }
    for _ in 0..RESTARTS {
        let drain = Drain::with_limits(Duration::from_secs(1), Duration::from_mins(1));
        let server = tokio::spawn(serve(kept.hand_over(), router(), drain.clone()));
        let before = load.answered.load(Ordering::Acquire);
        while load.answered.load(Ordering::Acquire) < before + BETWEEN {
            if let Some(failed) = clients.try_join_next() {
                failed.unwrap();
            }
            tokio::task::yield_now().await;
        }
        drain.begin();
        // The next server starts only when this one is gone; meanwhile the kernel holds who comes.
        let report = server.await.unwrap();
        assert_eq!(report.cut, 0);
        assert_ne!(report.accepted, 0);
    }
    let last = tokio::spawn(serve(kept.hand_over(), router(), Drain::new()));
    load.ended.store(true, Ordering::Release);
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    last.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_over_ten_restarts_on_tcp() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    restart_under_load(Kept::Tcp(listener)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_over_ten_restarts_on_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    restart_under_load(Kept::Unix(listener, path)).await;
}
