use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use safeharbor::system::drain::Drain;
use safeharbor::system::lifecycle::Lifecycle;
use safeharbor::system::notify::Notifier;
use safeharbor::system::progress::Progress;

use super::again::{is_second_run, run_again};

const TEST: &str = "system::signals::a_signal_drains_and_a_second_one_stops";

/// The child: lasts until it is drained, and then for ever until it is stopped.
fn last_until_stopped() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let code = runtime.block_on(async {
        let notifier = Notifier::from_process();
        let mut lifecycle = Lifecycle::install(Drain::new(), notifier.clone()).unwrap();
        let (progress, drain) = (Progress::new(), lifecycle.drain());
        lifecycle.spawn_critical("waiter", {
            let drain = drain.clone();
            async move {
                drain.begun().await;
                println!("drained");
                drain.stopped().await;
                println!("stopped");
            }
        });
        tokio::spawn({
            let notifier = notifier.clone();
            async move { notifier.watchdog(&progress, &drain).await }
        });
        notifier.ready("waiting\nfor a signal");
        lifecycle.finish().await
    });
    assert_eq!(code, std::process::ExitCode::SUCCESS);
}

fn next_line(lines: &mut BufReader<ChildStdout>, wanted: &str) {
    let mut line = String::new();
    // The test harness prints its own lines between ours.
    while !line.contains(wanted) {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "ended without {wanted:?}");
    }
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn message(manager: &UnixDatagram) -> String {
    let mut buffer = [0; 1024];
    let length = manager.recv(&mut buffer).unwrap();
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}

#[test]
fn a_signal_drains_and_a_second_one_stops() {
    if is_second_run() {
        return last_until_stopped();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    for (first, second) in [(Signal::TERM, Signal::INT), (Signal::INT, Signal::INT)] {
        let mut child = run_again(TEST)
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "60000000")
            .env_remove("WATCHDOG_PID")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut early = [message(&manager), message(&manager)];
        early.sort();
        assert_eq!(early, ["READY=1\nSTATUS=waiting for a signal\n", "WATCHDOG=1\n"]);
        signal(&child, first);
        next_line(&mut lines, "drained");
        assert_eq!(message(&manager), "STOPPING=1\nSTATUS=draining\n");
        signal(&child, second);
        next_line(&mut lines, "stopped");
        assert!(child.wait().unwrap().success());
    }
}
