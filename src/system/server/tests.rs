use std::net::SocketAddr;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;
use crate::settings::ListenAddr;
use crate::system::listener::bind;
use crate::system::progress::Progress;

const GET: &str = "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n";
const LONG: Duration = Duration::from_mins(1);

struct Running {
    addr: SocketAddr,
    drain: Drain,
    gate: Arc<Notify>,
    ended: JoinHandle<Report>,
}

fn start(server: Server, drain: Drain) -> Running {
    let listener = bind(&ListenAddr::Tcp("127.0.0.1:0".parse().unwrap())).unwrap();
    let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() else { panic!("bound to TCP") };
    let gate = Arc::new(Notify::new());
    let held = Arc::clone(&gate);
    let router = Router::new()
        .route("/hello", get(|Extension(peer): Extension<Peer>| async move { format!("{peer:?}") }))
        .route("/echo", post(|body: Bytes| async move { Body::from(body) }))
        .route("/held", get(move || async move { held.notified().await }));
    let ended = tokio::spawn(server.serve(listener, router, drain.clone()));
    Running { addr, drain, gate, ended }
}

/// Sends `bytes` on a new connection.
async fn open(addr: SocketAddr, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// Reads one response without a body, or with one as long as `Content-Length` says.
async fn response(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").map_or(0, |(_, rest)| {
                rest.lines().next().and_then(|line| line.trim().parse().ok()).unwrap_or(0)
            });
            if body.len() >= length {
                return text;
            }
        }
        let mut buffer = [0; 1024];
        let n = stream.read(&mut buffer).await.unwrap();
        assert_ne!(n, 0, "closed in the middle of {text:?}");
        read.extend_from_slice(&buffer[..n]);
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_connection_is_kept_alive_and_the_handler_sees_its_peer() {
    let running = start(Server::new("http"), Drain::new());
    let mut client = open(running.addr, GET).await;
    let first = response(&mut client).await;
    assert!(first.starts_with("http/1.1 200 ok"), "{first}");
    assert!(first.contains(&format!("tcp({})", client.local_addr().unwrap())), "{first}");
    assert!(!first.contains("connection: close"), "{first}");
    client.write_all(GET.as_bytes()).await.unwrap();
    response(&mut client).await;
    drop(client);
    running.drain.begin();
    assert_eq!(running.ended.await.unwrap(), Report { accepted: 1, cut: 0 });
}

#[tokio::test]
async fn a_silent_and_an_idle_connection_get_their_answer_after_the_drain_began() {
    let running = start(Server::new("http"), Drain::with_limits(LONG, LONG));
    let mut silent = open(running.addr, "").await;
    let mut idle = open(running.addr, GET).await;
    response(&mut idle).await;
    running.drain.begin();
    for client in [&mut silent, &mut idle] {
        client.write_all(GET.as_bytes()).await.unwrap();
        let answer = rest(client).await.to_lowercase();
        assert!(answer.starts_with("http/1.1 200 ok") && answer.contains("connection: close"), "{answer}");
    }
    assert_eq!(running.ended.await.unwrap(), Report { accepted: 2, cut: 0 });
}

#[tokio::test]
async fn what_is_idle_is_shut_down_and_what_is_busy_is_waited_for() {
    let running = start(Server::new("http"), Drain::with_limits(Duration::ZERO, LONG));
    let mut idle = open(running.addr, GET).await;
    response(&mut idle).await;
    let mut busy = open(running.addr, "GET /held HTTP/1.1\r\nHost: test\r\n\r\n").await;
    let mut half = open(running.addr, "GET /hel").await;
    // A request on another connection shows that the ones before it have been taken in.
    response(&mut open(running.addr, GET).await).await;
    running.drain.begin();
    assert_eq!(rest(&mut idle).await, "");
    running.gate.notify_one();
    let answer = rest(&mut busy).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 200 ok") && answer.contains("connection: close"), "{answer}");
    half.write_all(b"lo HTTP/1.1\r\nHost: test\r\n\r\n").await.unwrap();
    assert!(rest(&mut half).await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(running.ended.await.unwrap().cut, 0);
}

#[tokio::test]
async fn what_is_busy_at_the_deadline_is_cut_and_counted() {
    let running = start(Server::new("http"), Drain::with_limits(Duration::ZERO, Duration::from_millis(50)));
    let mut busy = open(running.addr, "GET /held HTTP/1.1\r\nHost: test\r\n\r\n").await;
    response(&mut open(running.addr, GET).await).await;
    running.drain.begin();
    assert_eq!(rest(&mut busy).await, "");
    assert_eq!(running.ended.await.unwrap().cut, 1);
}

#[tokio::test]
async fn stopping_cuts_at_once() {
    let running = start(Server::new("http"), Drain::with_limits(LONG, LONG));
    let mut busy = open(running.addr, "GET /held HTTP/1.1\r\nHost: test\r\n\r\n").await;
    response(&mut open(running.addr, GET).await).await;
    running.drain.begin();
    running.drain.stop();
    assert_eq!(rest(&mut busy).await, "");
    assert_eq!(running.ended.await.unwrap().cut, 1);
}

#[tokio::test]
async fn what_waits_in_the_kernel_is_answered_too() {
    // One connection at once: the others are still in the backlog when the drain begins.
    let mut server = Server::new("http");
    server.limits.connections = 1;
    let running = start(server, Drain::with_limits(LONG, LONG));
    let mut first = open(running.addr, GET).await;
    response(&mut first).await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(open(running.addr, GET).await);
    }
    running.drain.begin();
    for client in &mut waiting {
        assert!(rest(client).await.starts_with("HTTP/1.1 200 OK"));
    }
    drop(first);
    assert_eq!(running.ended.await.unwrap(), Report { accepted: 21, cut: 0 });
}

#[tokio::test]
async fn a_full_server_still_answers_the_watchdog() {
    let progress = Progress::new();
    let mut server = Server::new("http");
    server.limits.connections = 1;
    server.pulse = Some(progress.part("accept loop"));
    let running = start(server, Drain::new());
    let mut only = open(running.addr, GET).await;
    response(&mut only).await;
    let mut second = open(running.addr, GET).await;
    assert_eq!(progress.ask(LONG).await, Ok(()));
    drop(only);
    response(&mut second).await;
    assert_eq!(progress.ask(LONG).await, Ok(()));
    running.drain.stop();
    running.ended.await.unwrap();
}

#[tokio::test]
async fn too_large_a_head_is_431() {
    let running = start(Server::new("http"), Drain::new());
    for head in [
        format!("GET /hello HTTP/1.1\r\nHost: test\r\nX-Big: {}\r\n\r\n", "a".repeat(300_000)),
        format!("GET /hello HTTP/1.1\r\nHost: test\r\n{}\r\n", "X-Many: a\r\n".repeat(200)),
    ] {
        let answer = rest(&mut open(running.addr, &head).await).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    let large = format!("GET /hello HTTP/1.1\r\nHost: test\r\nX-Big: {}\r\n\r\n", "a".repeat(60_000));
    assert!(response(&mut open(running.addr, &large).await).await.starts_with("http/1.1 200 ok"));
    running.drain.stop();
    running.ended.await.unwrap();
}

#[tokio::test]
async fn a_client_that_goes_on_sending_after_the_last_answer_is_not_reset() {
    let mut server = Server::new("http");
    server.limits.linger = LONG;
    let running = start(server, Drain::new());
    let start = format!("GET /hello HTTP/1.1\r\nX-Big: {}", "a".repeat(70_000));
    let mut client = open(running.addr, &start).await;
    client.readable().await.unwrap();
    for _ in 0..3 {
        client.write_all(&vec![b'a'; 100_000]).await.unwrap();
        client.flush().await.unwrap();
    }
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 431 "));
    drop(client);
    running.drain.stop();
    running.ended.await.unwrap();
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed_after_the_idle_time() {
    let mut server = Server::new("http");
    server.limits.idle = Duration::from_millis(20);
    let running = start(server, Drain::new());
    let mut kept = open(running.addr, GET).await;
    response(&mut kept).await;
    for mut client in [kept, open(running.addr, "").await, open(running.addr, "GET /hel").await] {
        assert_eq!(rest(&mut client).await, "");
    }
    running.drain.stop();
    running.ended.await.unwrap();
}

#[tokio::test]
async fn a_body_comes_back_whole() {
    let running = start(Server::new("http"), Drain::new());
    let body = "x".repeat(100_000);
    let request =
        format!("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = response(&mut open(running.addr, &request).await).await;
    assert!(answer.ends_with(&body));
    running.drain.stop();
    running.ended.await.unwrap();
}
