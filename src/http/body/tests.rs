use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::post;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::settings::ListenAddr;
use crate::system::drain::Drain;
use crate::system::listener::bind;
use crate::system::server::serve;

const LIMIT: u64 = 100_000;
/// More than the socket buffers of both ends hold, so that writing it blocks until somebody reads.
const LARGE: usize = 24 * 1024 * 1024;

fn guard() -> BodyGuardLayer {
    BodyGuardLayer::new(LIMIT, |limit| {
        (StatusCode::PAYLOAD_TOO_LARGE, format!("at most {limit} bytes")).into_response()
    })
}

fn with_discard(bytes: u64, time: Duration) -> BodyGuardLayer {
    let too_large = |_| StatusCode::PAYLOAD_TOO_LARGE.into_response();
    let rules = Rules { limit: LIMIT, discard: (bytes, time), too_large: Box::new(too_large) };
    BodyGuardLayer { rules: Arc::new(rules) }
}

/// Serves on a port of its own until the test's runtime ends.
async fn start(guard: BodyGuardLayer) -> TcpStream {
    let listener = bind(&ListenAddr::Tcp("127.0.0.1:0".parse().unwrap())).unwrap();
    let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() else { panic!("bound to TCP") };
    let length = |body: Bytes| async move { body.len().to_string() };
    let router = Router::new()
        .route("/read", post(length))
        .route("/early", post(|| async { Redirect::to("/sign-in") }))
        .route("/ignores", post(|body: Body| async move { drop(body.into_data_stream()) }))
        .layer(guard);
    tokio::spawn(serve(listener, router, Drain::new()));
    connect(addr).await
}

async fn connect(addr: SocketAddr) -> TcpStream {
    TcpStream::connect(addr).await.unwrap()
}

fn head(path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: test\r\n{more}\r\n\r\n")
}

/// Writes a request of `length` bytes, all of it before anything is read.
async fn post_known(client: &mut TcpStream, path: &str, length: usize) {
    client.write_all(head(path, &format!("Content-Length: {length}")).as_bytes()).await.unwrap();
    client.write_all(&vec![b'x'; length]).await.unwrap();
}

async fn post_chunked(client: &mut TcpStream, path: &str, length: usize) {
    client.write_all(head(path, "Transfer-Encoding: chunked").as_bytes()).await.unwrap();
    for _ in 0..length.div_ceil(0x10000) {
        client.write_all(b"10000\r\n").await.unwrap();
        client.write_all(&vec![b'x'; 0x10000]).await.unwrap();
        client.write_all(b"\r\n").await.unwrap();
    }
    client.write_all(b"0\r\n\r\n").await.unwrap();
}

/// One response with a `Content-Length`.
async fn answer(client: &mut TcpStream) -> String {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_none_or(|length| body.len() == length.parse::<usize>().unwrap()) {
                return text;
            }
        }
        let byte = client.read_u8().await.unwrap();
        text.push(char::from(byte));
    }
}

/// The connection is still good for another request.
async fn goes_on(client: &mut TcpStream) {
    post_known(client, "/read", 3).await;
    let next = answer(client).await;
    assert!(next.starts_with("HTTP/1.1 200 ") && next.ends_with("\r\n\r\n3"), "{next}");
}

#[tokio::test]
async fn a_body_within_the_limit_arrives_whole() {
    let mut client = start(guard()).await;
    let limit = usize::try_from(LIMIT).unwrap();
    post_known(&mut client, "/read", limit).await;
    assert!(answer(&mut client).await.ends_with("\r\n\r\n100000"));
    post_chunked(&mut client, "/read", 0x10000).await;
    assert!(answer(&mut client).await.ends_with("\r\n\r\n65536"));
    goes_on(&mut client).await;
}

#[tokio::test]
async fn axums_own_limit_is_off() {
    let mut client = start(BodyGuardLayer::new(30_000_000, |_| Response::default())).await;
    post_known(&mut client, "/read", LARGE).await;
    assert!(answer(&mut client).await.ends_with(&format!("\r\n\r\n{LARGE}")));
}

#[tokio::test]
async fn a_client_that_writes_everything_before_it_reads_gets_the_413() {
    let mut client = start(guard()).await;
    for chunked in [false, true] {
        if chunked {
            post_chunked(&mut client, "/read", LARGE).await;
        } else {
            post_known(&mut client, "/read", LARGE).await;
        }
        let refused = answer(&mut client).await;
        assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
        assert!(refused.ends_with("at most 100000 bytes"), "{refused}");
        goes_on(&mut client).await;
    }
}

#[tokio::test]
async fn an_answer_that_did_not_wait_for_the_body_arrives_too() {
    let mut client = start(guard()).await;
    for path in ["/early", "/ignores", "/nowhere"] {
        post_chunked(&mut client, path, LARGE).await;
        let early = answer(&mut client).await;
        let code = match path {
            "/early" => "303",
            "/ignores" => "200",
            _ => "404",
        };
        assert!(early.starts_with(&format!("HTTP/1.1 {code} ")), "{early}");
        goes_on(&mut client).await;
    }
}

#[tokio::test]
async fn a_slow_sender_is_answered_at_the_time_limit() {
    let mut client = start(with_discard(u64::MAX, Duration::from_millis(30))).await;
    client.write_all(head("/early", "Content-Length: 50000").as_bytes()).await.unwrap();
    client.write_all(b"a little").await.unwrap();
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    assert!(all.starts_with("HTTP/1.1 303 ") && all.contains("connection: close"), "{all}");
}

#[tokio::test]
async fn an_endless_sender_is_answered_at_the_size_limit() {
    let mut client = start(with_discard(1_000_000, Duration::from_mins(1))).await;
    client.write_all(head("/early", "Transfer-Encoding: chunked").as_bytes()).await.unwrap();
    for _ in 0..20 {
        client.write_all(b"10000\r\n").await.unwrap();
        client.write_all(&vec![b'x'; 0x10000]).await.unwrap();
        client.write_all(b"\r\n").await.unwrap();
    }
    let answered = answer(&mut client).await;
    assert!(answered.starts_with("HTTP/1.1 303 ") && answered.contains("connection: close"), "{answered}");
}

#[tokio::test]
async fn a_client_that_asks_first_is_refused_before_it_sends() {
    let mut client = start(guard()).await;
    let expecting = head("/read", "Content-Length: 9000000000\r\nExpect: 100-continue");
    client.write_all(expecting.as_bytes()).await.unwrap();
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    assert!(all.starts_with("HTTP/1.1 413 ") && !all.contains("100 Continue"), "{all}");
}
