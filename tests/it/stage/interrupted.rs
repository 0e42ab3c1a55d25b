//! A rehearsal that is interrupted, at any moment, leaves no process and no half-made cluster behind.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

struct Rehearsal {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Rehearsal {
    fn start(state: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
            .args(["stage", "--ingress", "none"])
            .args(arguments)
            .env("TMPDIR", "/tmp")
            .arg("--state")
            .arg(state)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    /// Reads on until a line has `words` in it.
    fn until(&mut self, words: &str) {
        let mut seen = String::new();
        while self.lines.read_line(&mut seen).unwrap() > 0 {
            if seen.lines().last().is_some_and(|line| line.contains(words)) {
                return;
            }
        }
        panic!("{words:?} never came:\n{seen}");
    }

    fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        // What it still says must be read, or it could not go on.
        std::io::copy(&mut self.lines, &mut std::io::sink()).unwrap();
        self.child.wait().unwrap().code()
    }
}

/// The processes whose command line or environment names the folder.
fn processes_of(state: &Path) -> Vec<String> {
    let state = state.to_str().unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "environ"] {
            // A process may end while it is looked at.
            let text = fs::read(entry.path().join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text).replace('\0', " ");
            if text.contains(state) {
                found.push(format!("{}: {text}", entry.file_name().display()));
            }
        }
    }
    found
}

#[test]
fn an_interrupted_rehearsal_leaves_nothing_running_and_starts_again() {
    let base = tempfile::Builder::new().prefix("sh-stop-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(base.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let state = base.path().join("state");
    // While the cluster is made; with Postgres up; while services start; among the probes.
    for (moment, signal) in [
        ("state in", Signal::INT),
        ("Postgres answers", Signal::INT),
        ("the web process is ready", Signal::TERM),
        ("site.livez", Signal::INT),
    ] {
        let mut rehearsal = Rehearsal::start(&state, &[]);
        rehearsal.until(moment);
        let code = rehearsal.end(signal);
        assert_eq!(code, Some(2), "{moment}");
        nothing_is_left(&state);
    }
    let mut rehearsal = Rehearsal::start(&state, &["--fresh"]);
    rehearsal.until("the worker is ready");
    rehearsal.end(Signal::INT);
    nothing_is_left(&state);
}

/// Waits until nothing names the folder any more. `initdb` is killed with the rehearsal, and the server it feeds
/// ends by itself a moment later, when its input does.
fn nothing_is_left(state: &Path) {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !processes_of(state).is_empty() {
        assert!(std::time::Instant::now() < limit, "{:#?}", processes_of(state));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Nothing in a killed process runs any more: the reaper ends what it had started.
#[tokio::test]
async fn a_killed_rehearsal_leaves_nothing_running() {
    let base = tempfile::Builder::new().prefix("sh-kill-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(base.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let state = base.path().join("state");
    let mut rehearsal = Rehearsal::start(&state, &[]);
    rehearsal.until("the worker is ready");
    assert!(!processes_of(&state).is_empty());
    rehearsal.end(Signal::KILL);
    let limit = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while !processes_of(&state).is_empty() {
        assert!(std::time::Instant::now() < limit, "{:#?}", processes_of(&state));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[test]
fn two_rehearsals_do_not_share_a_folder() {
    let base = tempfile::Builder::new().prefix("sh-two-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(base.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let state = base.path().join("state");
    let mut first = Rehearsal::start(&state, &[]);
    first.until("state in");
    let second = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
        .args(["stage", "--ingress", "none", "--state"])
        .arg(&state)
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(2));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains("another rehearsal uses"), "{said}");
    first.end(Signal::INT);
    nothing_is_left(&state);
}
