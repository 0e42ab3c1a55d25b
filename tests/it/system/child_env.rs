use std::process::Output;

use safeharbor::system::child_env::child_env;

use super::again::{is_second_run, run_again};

const OURS: [(&str, &str); 8] = [
    ("LISTEN_FDNAMES", "http"),
    ("LISTEN_FDS", "1"),
    ("LISTEN_FDS_FIRST_FD", "3"),
    ("LISTEN_PID", "1"),
    ("LISTEN_PIDFDID", "1"),
    ("NOTIFY_SOCKET", "/nowhere"),
    ("WATCHDOG_PID", "1"),
    ("WATCHDOG_USEC", "1000000"),
];

fn names(env: &Output) -> Vec<String> {
    let text = String::from_utf8(env.stdout.clone()).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_child_gets_nothing_the_service_manager_said_to_us() {
    if !is_second_run() {
        let status = run_again("system::child_env::a_child_gets_nothing_the_service_manager_said_to_us")
            .envs(OURS)
            .status();
        assert!(status.unwrap().success());
        return;
    }
    let untrimmed = names(&std::process::Command::new("env").output().unwrap());
    let by_std = names(&child_env(&mut std::process::Command::new("env")).output().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let by_tokio = runtime
        .block_on(async { child_env(&mut tokio::process::Command::new("env")).output().await.unwrap() });
    let by_tokio = names(&by_tokio);
    for (name, _) in OURS {
        assert!(untrimmed.iter().any(|had| had == name), "{name} was to be kept from the child");
        assert!(!by_std.iter().any(|had| had == name), "{name} reached a child of std");
        assert!(!by_tokio.iter().any(|had| had == name), "{name} reached a child of tokio");
    }
    assert_eq!(by_std.len(), untrimmed.len() - OURS.len());
}
