//! What the service manager says to us is kept from our children.

use std::ffi::OsStr;

/// A command whose environment can be trimmed: the one of `std` or the one of tokio.
pub trait Trimmed {
    /// Keeps a variable from the child.
    fn without(&mut self, name: &OsStr);
}

impl Trimmed for std::process::Command {
    fn without(&mut self, name: &OsStr) {
        self.env_remove(name);
    }
}

impl Trimmed for tokio::process::Command {
    fn without(&mut self, name: &OsStr) {
        self.env_remove(name);
    }
}

/// What the service manager says to this process alone. A child that saw it could take our sockets' numbers
/// for its own, or answer the watchdog for us. (`listenfd` removes two of them itself; `LISTEN_PIDFDID` comes
/// with newer versions of systemd.)
const OURS_ALONE: [&str; 9] = [
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_FDS_FIRST_FD",
    "LISTEN_PID",
    "LISTEN_PIDFDID",
    "MAINPID",
    "NOTIFY_SOCKET",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// Keeps from a child what the service manager says to this process alone. For every command we start.
pub fn child_env<C: Trimmed>(command: &mut C) -> &mut C {
    for name in OURS_ALONE {
        command.without(OsStr::new(name));
    }
    command
}
