//! The rehearsal's folder: where it is, what is in it, and that only one rehearsal uses it.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rustix::fs::{FlockOperation, flock};

use super::owner::{Owner, make_outer_dir, socket_dir};
use super::reaper;

/// What says that a folder is ours to empty.
const MARK: &str = ".safeharbor-stage";

/// An open state folder.
#[derive(Debug)]
pub struct State {
    dir: PathBuf,
    run: PathBuf,
    temporary: Vec<PathBuf>,
    _lock: File,
}

impl State {
    /// Opens the folder, and empties it first when `fresh`.
    ///
    /// # Errors
    /// When another rehearsal uses it, or it holds something that is not ours.
    pub fn open(dir: &Path, fresh: bool) -> Result<Self> {
        let dir = std::path::absolute(dir).with_context(|| format!("{}", dir.display()))?;
        check_ours(&dir)?;
        // Others walk through it to the servers' own folders when we are root.
        make_outer_dir(&dir, servers())?;
        let lock = File::create(dir.join(MARK)).with_context(|| format!("{}", dir.display()))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            bail!("another rehearsal uses {}: stop it, or name another folder with `--state`", dir.display());
        }
        if fresh {
            empty(&dir)?;
        }
        for folder in ["logs", "mails", "secrets", "uploads"] {
            make_private(&dir.join(folder))?;
        }
        let (run, run_is_temporary) = socket_dir(&dir, "worker.notify", Owner::Ourselves)?;
        let temporary = if run_is_temporary { vec![run.clone()] } else { Vec::new() };
        Ok(Self { dir, run, temporary, _lock: lock })
    }

    /// A folder that is removed at the end, however that comes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn temporary() -> Result<Self> {
        for attempt in 0..1000 {
            let dir = PathBuf::from(format!("/tmp/safeharbor-stage-{}-{attempt}", std::process::id()));
            if !dir.exists() {
                reaper::remove_at_end(&dir)?;
                let mut state = Self::open(&dir, false)?;
                state.temporary.push(dir);
                return Ok(state);
            }
        }
        bail!("no free name for a folder under /tmp")
    }

    /// A part's folder.
    pub fn part(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The folder itself.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where the logs are.
    pub fn logs(&self) -> PathBuf {
        self.dir.join("logs")
    }

    /// Where every mail that was sent is.
    pub fn mails(&self) -> PathBuf {
        self.dir.join("mails")
    }

    /// A folder with a path short enough for sockets.
    pub fn run(&self) -> &Path {
        &self.run
    }

    /// Writes a secret to a file that only we can read (0600).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn secret(&self, name: &str, value: &str) -> Result<PathBuf> {
        let path = self.dir.join("secrets").join(name);
        fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(value.as_bytes()))
            .with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        for dir in &self.temporary {
            if let Err(error) = fs::remove_dir_all(dir) {
                tracing::warn!(%error, dir = %dir.display(), "cannot be removed");
            }
        }
    }
}

/// The usual folder. Root's home is closed to the servers' own users, so root has another.
pub fn default_dir(state_home: Option<&Path>, home: Option<&Path>) -> Result<PathBuf> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from("/var/lib/safeharbor-stage"));
    }
    let base = match (state_home.filter(|path| path.is_absolute()), home) {
        (Some(state), _) => state.to_owned(),
        (None, Some(home)) => home.join(".local/state"),
        (None, None) => bail!("neither XDG_STATE_HOME nor HOME is set: name a folder with `--state`"),
    };
    Ok(base.join("safeharbor/stage"))
}

fn servers() -> Owner {
    if rustix::process::geteuid().is_root() { Owner::SystemUser { uid: 0, gid: 0 } } else { Owner::Ourselves }
}

/// A folder that exists is ours when it is empty or carries our mark: `--state ~ --fresh` must not empty a home.
fn check_ours(dir: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(dir) else { return Ok(()) };
    if entries.next().is_none() || dir.join(MARK).exists() {
        return Ok(());
    }
    bail!("{} holds something else: name an empty or new folder with `--state`", dir.display())
}

fn empty(dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("{}", dir.display()))? {
        let entry = entry?;
        if entry.file_name() == MARK {
            continue;
        }
        let path = entry.path();
        let removed =
            if entry.file_type()?.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("removing {}", path.display()))?;
    }
    Ok(())
}

fn make_private(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).with_context(|| format!("{}", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_folder_is_emptied() {
        let base = tempfile::tempdir().unwrap();
        let home = base.path().join("home");
        fs::create_dir(&home).unwrap();
        fs::write(home.join("letter"), "dear").unwrap();
        assert!(State::open(&home, true).is_err());
        assert!(home.join("letter").exists());

        let ours = base.path().join("ours");
        let state = State::open(&ours, false).unwrap();
        let secret = state.secret("key", "k").unwrap();
        assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(State::open(&ours, true).is_err(), "in use");
        drop(state);
        drop(State::open(&ours, true).unwrap());
        assert!(!secret.exists());
    }

    #[test]
    fn a_temporary_folder_is_gone_at_the_end() {
        let state = State::temporary().unwrap();
        let dir = state.dir().to_owned();
        assert!(dir.join("logs").exists());
        drop(state);
        assert!(!dir.exists());
    }
}
