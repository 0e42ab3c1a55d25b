//! What tests stand on: a private Postgres and Redis that this run starts itself.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests fail by panicking and say why on stderr"
)]

pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod site;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use safeharbor::stage::reaper;

/// A new folder within it, for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let folder = dir().join(format!("{name}-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// This test process's folder. It is removed when the process is gone, however it went.
pub(crate) fn dir() -> PathBuf {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = tempfile::Builder::new().prefix("sh-it-").tempdir_in("/tmp").unwrap().keep();
        // The servers run as other users when we are root, and must get to their folders.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(&dir, open).unwrap();
        reaper::remove_at_end(&dir).unwrap();
        dir
    })
    .clone()
}
