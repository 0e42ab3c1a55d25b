use rustix::fs::{OFlags, fcntl_getfl};

use super::*;

fn tcp(addr: &str) -> io::Result<Socket> {
    TcpListener::bind(addr).map(Socket::Tcp)
}

fn unix() -> (tempfile::TempDir, io::Result<Socket>) {
    let folder = tempfile::tempdir().unwrap();
    let socket = UnixListener::bind(folder.path().join("s")).map(Socket::Unix);
    (folder, socket)
}

#[test]
fn names_say_which_is_which() {
    let (_folder, metrics) = unix();
    let inherited = assemble(Some("metrics:http"), vec![metrics, tcp("127.0.0.1:0")]).unwrap();
    assert!(matches!(inherited.http, Some(Socket::Tcp(_))));
    assert!(matches!(inherited.metrics, Some(Socket::Unix(_))));
    let inherited = assemble(Some("metrics"), vec![tcp("127.0.0.1:0")]).unwrap();
    assert!(inherited.http.is_none() && inherited.metrics.is_some());
}

#[test]
fn a_lone_nameless_one_is_http() {
    for names in [None, Some(""), Some("safeharbor.socket"), Some("unknown"), Some("http")] {
        let inherited = assemble(names, vec![tcp("127.0.0.1:0")]).unwrap();
        assert!(inherited.http.is_some(), "{names:?}");
    }
    let none = assemble(None, Vec::new()).unwrap();
    assert!(none.http.is_none() && none.metrics.is_none());
}

#[test]
fn what_is_wrong_is_named() {
    let fails = |names, count: usize| {
        let sockets = (0..count).map(|_| tcp("127.0.0.1:0")).collect();
        assemble(names, sockets).unwrap_err().to_string()
    };
    assert!(fails(Some("http:admin"), 2).contains("socket 4 is named \"admin\""));
    assert!(fails(Some("web"), 1).contains("\"web\""));
    assert!(fails(Some("http:http"), 2).contains("two inherited sockets are named \"http\""));
    assert!(fails(None, 2).contains("2 inherited sockets without names"));
    assert!(fails(Some("safeharbor.socket:safeharbor.socket"), 2).contains("safeharbor.socket"));
    assert!(fails(Some("http"), 2).contains("1 names for 2"));
    let wrong = assemble(Some("http"), vec![Err(io::Error::other("fd 3 is not a socket"))]).unwrap_err();
    assert!(wrong.to_string().contains("http") && wrong.to_string().contains("fd 3 is not a socket"));
}

#[test]
fn a_connection_is_not_taken_for_a_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connected = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let passed_off = TcpListener::from(std::os::fd::OwnedFd::from(connected));
    let error = assemble(Some("http"), vec![Ok(Socket::Tcp(passed_off))]).unwrap_err();
    assert!(matches!(error, Error::NotListening(_)), "{error}");
}

#[test]
fn a_blocking_one_is_made_non_blocking() {
    let inherited = assemble(None, vec![tcp("127.0.0.1:0")]).unwrap();
    let Some(Socket::Tcp(tcp)) = inherited.http else { panic!("not taken") };
    assert!(fcntl_getfl(&tcp).unwrap().contains(OFlags::NONBLOCK));
}

#[test]
fn r10_is_asked_of_the_socket_itself() {
    let inherited = assemble(Some("http"), vec![tcp("0.0.0.0:0")]).unwrap();
    assert!(inherited.http.unwrap().tcp_addr().unwrap().unwrap().ip().is_unspecified());
    let (_folder, socket) = unix();
    let inherited = assemble(Some("metrics"), vec![socket]).unwrap();
    assert_eq!(inherited.metrics.unwrap().tcp_addr().unwrap(), None);
}
