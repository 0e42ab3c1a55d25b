use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Stdio;

use axum::Router;
use axum::routing::get;
use command_fds::{CommandFdExt as _, FdMapping};
use safeharbor::system::drain::Drain;
use safeharbor::system::listener::Listener;
use safeharbor::system::server::serve;
use safeharbor::system::sockets;

use super::again::{is_second_run, run_again};

/// The child: takes its sockets and answers one request on each.
fn serve_what_is_handed_over() {
    let inherited = sockets::take().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let drain = Drain::new();
        let serving = [("http", inherited.http), ("metrics", inherited.metrics)].map(|(name, socket)| {
            let last = drain.clone();
            let answer = move || async move {
                if name == "metrics" {
                    last.begin();
                }
                name
            };
            let listener = Listener::from_inherited(socket.unwrap()).unwrap();
            tokio::spawn(serve(listener, Router::new().route("/", get(answer)), drain.clone()))
        });
        for server in serving {
            assert_eq!(server.await.unwrap().accepted, 1);
        }
    });
}

fn ask(listener: &TcpListener) -> String {
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn sockets_are_taken_by_name_in_a_real_child() {
    if is_second_run() {
        return serve_what_is_handed_over();
    }
    let (metrics, http) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
    let pass = |listener: &TcpListener, child_fd| FdMapping {
        parent_fd: OwnedFd::from(listener.try_clone().unwrap()),
        child_fd,
    };
    let mut command = run_again("system::handover::sockets_are_taken_by_name_in_a_real_child");
    command.fd_mappings(vec![pass(&metrics, 3), pass(&http, 4)]).unwrap();
    // LISTEN_PID is left out, as systemfd does: a parent cannot know its child's number beforehand.
    command.env("LISTEN_FDS", "2").env("LISTEN_FDNAMES", "metrics:http").env_remove("LISTEN_PID");
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    assert!(ask(&http).ends_with("http"));
    assert!(ask(&metrics).ends_with("metrics"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn sockets_for_another_process_are_not_ours() {
    if is_second_run() {
        let inherited = sockets::take().unwrap();
        assert!(inherited.http.is_none() && inherited.for_another_process);
        return;
    }
    let mut command = run_again("system::handover::sockets_for_another_process_are_not_ours");
    command.env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "http").env("LISTEN_PID", "1");
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}
