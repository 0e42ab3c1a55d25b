//! The real `stage` in its staying mode: its own servers, a real hop with TLS, and every mail as a file.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use safeharbor::stage::mailsink::Mail;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Instant, sleep};

use super::driver::Setup;

/// Every probe runs before it stays up.
const UP_WITHIN: Duration = Duration::from_mins(6);
const MAIL_WITHIN: Duration = Duration::from_mins(1);

/// A rehearsal that stays up until it is ended.
pub(super) struct Rehearsal {
    /// What people type.
    pub(super) origin: String,
    /// For the first owner.
    pub(super) setup_code: String,
    stage: Child,
    mails: PathBuf,
    _base: TempDir,
}

impl Rehearsal {
    /// Starts it, and waits until a person would be told where it is.
    pub(super) async fn start() -> Self {
        let base = tempfile::Builder::new().prefix("sh-flows-").tempdir_in("/tmp").unwrap();
        // The private servers have users of their own when we are root.
        fs::set_permissions(base.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let state = base.path().join("state");
        let mut stage = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
            .args(["stage", "--state"])
            .arg(&state)
            .env("TMPDIR", "/tmp")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(stage.stdout.take().unwrap()).lines();
        let (origin, setup_code) = tokio::time::timeout(UP_WITHIN, addresses(&mut lines)).await.unwrap();
        // Its logs go on, and a full pipe would stop it.
        tokio::spawn(async move { while matches!(lines.next_line().await, Ok(Some(_))) {} });
        Self { origin, setup_code, stage, mails: state.join("mails"), _base: base }
    }

    /// A browser that finds it, and takes the certificate of an authority that nobody knows.
    pub(super) fn reached_by(&self, setup: Setup) -> Setup {
        let (host, port) = self.origin.trim_start_matches("https://").rsplit_once(':').unwrap();
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().unwrap()));
        setup.with_any_certificate().with_host(host, here)
    }

    /// The newest mail to this address about this; waits until there are `count` of them.
    pub(super) async fn mail(&self, to: &str, subject: &str, count: usize) -> Mail {
        let until = Instant::now() + MAIL_WITHIN;
        loop {
            let all = self.all_mails();
            let mut about: Vec<&Mail> = all
                .iter()
                .filter(|mail| mail.to == [to])
                .filter(|mail| mail.header("Subject").is_some_and(|line| line.contains(subject)))
                .collect();
            if about.len() >= count {
                return about.pop().unwrap().clone();
            }
            let came: Vec<_> = all.iter().filter_map(|mail| mail.header("Subject")).collect();
            assert!(Instant::now() < until, "no mail {subject:?} to {to}; came: {came:?}");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The path of the one link in a mail that begins so. Every link leads to the public address.
    pub(super) fn path_in(&self, mail: &Mail, start: &str) -> String {
        let links = mail.links();
        let paths =
            links.iter().map(|link| link.strip_prefix(&self.origin).unwrap_or_else(|| panic!("{link}")));
        let mut paths: Vec<&str> = paths.filter(|path| path.starts_with(start)).collect();
        paths.dedup();
        assert_eq!(paths.len(), 1, "{links:?}");
        paths[0].to_owned()
    }

    fn all_mails(&self) -> Vec<Mail> {
        let files = fs::read_dir(&self.mails).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|file| file.extension().is_some_and(|kind| kind == "eml")).collect();
        files.sort();
        files.iter().map(|file| Mail::read(&fs::read_to_string(file).unwrap())).collect()
    }

    /// Ends it as Ctrl-C does: everything it saw was well.
    pub(super) async fn end(mut self) {
        let pid = Pid::from_raw(i32::try_from(self.stage.id().unwrap()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        assert_eq!(self.stage.wait().await.unwrap().code(), Some(0));
    }
}

/// Reads on until the address and the setup code were told.
async fn addresses(lines: &mut Lines<BufReader<ChildStdout>>) -> (String, String) {
    let (mut seen, mut origin) = (String::new(), String::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        seen.push_str(&line);
        seen.push('\n');
        if let Some((_, at)) = line.split_once("Safe Harbor is at") {
            at.trim().trim_end_matches('/').clone_into(&mut origin);
        } else if let Some((_, code)) = line.split_once("setup code ").filter(|_| !origin.is_empty()) {
            return (origin, code.split_whitespace().next().unwrap().to_owned());
        }
    }
    panic!("it did not stay up:\n{seen}");
}
