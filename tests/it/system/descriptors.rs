use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use safeharbor::settings::ListenAddr;
use safeharbor::system::drain::Drain;
use safeharbor::system::listener::bind;
use safeharbor::system::server::serve;
use safeharbor::system::telemetry::JsonLines;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tracing_subscriber::layer::SubscriberExt as _;

use super::again::{is_second_run, run_again};

const TEST: &str =
    "system::descriptors::a_server_without_descriptors_says_so_and_goes_on_when_there_are_some";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn hold(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.0.lock().unwrap()).contains(text)
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The child, because the limit is the whole process's.
async fn run_out_and_recover(lines: Lines) {
    let listener = bind(&ListenAddr::Tcp("127.0.0.1:0".parse().unwrap())).unwrap();
    let ListenAddr::Tcp(addr) = listener.local_addr().unwrap() else { panic!("not bound to TCP") };
    let mut client = tokio::net::TcpStream::connect(addr).await.unwrap();
    let limit = Rlimit { current: Some(64), ..getrlimit(Resource::Nofile) };
    setrlimit(Resource::Nofile, limit).unwrap();
    let mut all = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        all.push(file);
    }
    let drain = Drain::new();
    let server = tokio::spawn(serve(listener, Router::new().route("/", get(|| async {})), drain.clone()));
    while !lines.hold("cannot accept a connection") {
        assert!(!server.is_finished());
        tokio::task::yield_now().await;
    }
    drop(all);
    client.write_all(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    drain.begin();
    server.await.unwrap();
}

#[test]
fn a_server_without_descriptors_says_so_and_goes_on_when_there_are_some() {
    if !is_second_run() {
        let ran = run_again(TEST).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        return;
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let logs = tracing_subscriber::registry().with(JsonLines::new(move || writer.clone()));
    let _logging = tracing::subscriber::set_default(logs);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run_out_and_recover(lines));
}
