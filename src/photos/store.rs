//! Where the files of photos are: a folder now; another kind of store is another variant.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tokio::task::spawn_blocking;
use uuid::Uuid;

use crate::domain::photo::Key;

/// How the names of files begin that are not finished yet.
const UNFINISHED: &str = ".unfinished-";

/// Keeps the files of photos. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Store {
    /// In a folder of this machine.
    Folder(PathBuf),
}

/// What is in the store that may be of no use any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Old {
    /// Files of photos.
    pub keys: Vec<Key>,
    /// How many unfinished files there were, which are removed already.
    pub unfinished: u64,
}

impl Store {
    /// The store below `UPLOAD_DIR`.
    pub fn below(upload_dir: &Path) -> Self {
        Self::Folder(upload_dir.join("photos"))
    }

    /// Stores a file whole: written beside its place, on the disk before it gets its name.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is left.
    pub async fn put(&self, key: Key, content: Vec<u8>) -> io::Result<()> {
        let Self::Folder(folder) = self.clone();
        blocking(move || write(&folder, key, &content)).await
    }

    /// Opens a file for reading, with its length.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is none, or what reading it fails with.
    pub async fn open(&self, key: Key) -> io::Result<(File, u64)> {
        let Self::Folder(folder) = self.clone();
        blocking(move || {
            let file = File::open(folder.join(key.to_string()))?;
            let length = file.metadata()?.len();
            Ok((file, length))
        })
        .await
    }

    /// Removes a file. One that is not there is removed already.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub async fn delete(&self, key: Key) -> io::Result<()> {
        let this = self.clone();
        blocking(move || this.delete_now(key)).await
    }

    /// The same at once, for where nobody can wait.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn delete_now(&self, key: Key) -> io::Result<()> {
        let Self::Folder(folder) = self;
        absent_is_fine(fs::remove_file(folder.join(key.to_string())))
    }

    /// A nameless file for what is being received: whatever happens, nothing of it stays.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn scratch(&self, name: Uuid) -> io::Result<File> {
        let Self::Folder(folder) = self.clone();
        blocking(move || {
            make(&folder)?;
            let path = folder.join(format!("{UNFINISHED}{name}"));
            let file = new_file(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        })
        .await
    }

    /// Everything last written before `before`. Unfinished files of that age, which a crash has left, are removed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn older_than(&self, before: SystemTime) -> io::Result<Old> {
        let Self::Folder(folder) = self.clone();
        blocking(move || {
            let mut old = Old::default();
            let entries = match fs::read_dir(&folder) {
                // There has never been a photo.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(old),
                entries => entries?,
            };
            for entry in entries {
                let entry = entry?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else { continue };
                // A file that is removed at this moment is not old.
                if !entry.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at < before) {
                    continue;
                }
                if let Ok(key) = name.parse() {
                    old.keys.push(key);
                } else if name.starts_with(UNFINISHED) {
                    absent_is_fine(fs::remove_file(entry.path()))?;
                    old.unfinished += 1;
                }
                // Anything else is not ours: somebody put it there.
            }
            Ok(old)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn make(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

fn write(folder: &Path, key: Key, content: &[u8]) -> io::Result<()> {
    make(folder)?;
    let unfinished = folder.join(format!("{UNFINISHED}{key}"));
    let written = (|| {
        let mut file = new_file(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(key.to_string()))?;
        // The name is on the disk too before anything says that the photo is there.
        File::open(folder)?.sync_all()
    })();
    if written.is_err() {
        // The error that counts is the first one.
        let _ = fs::remove_file(&unfinished);
        let _ = fs::remove_file(folder.join(key.to_string()));
    }
    written
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::time::Duration;

    use super::*;
    use crate::domain::photo::Size;

    fn key(number: u128) -> Key {
        Key { photo: Uuid::from_u128(number).into(), version: 1, size: Size::Full }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder.join("photos"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::below(folder.path());
        assert_eq!(store.open(key(1)).await.unwrap_err().kind(), ErrorKind::NotFound);
        store.put(key(1), b"picture".to_vec()).await.unwrap();
        let (mut file, length) = store.open(key(1)).await.unwrap();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!((content.as_str(), length), ("picture", 7));
        assert_eq!(names(folder.path()), [key(1).to_string()]);
        store.delete(key(1)).await.unwrap();
        store.delete(key(1)).await.unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("photos"), "a file where the folder should be").unwrap();
        let store = Store::below(folder.path());
        assert!(store.put(key(1), vec![1]).await.is_err());
        assert!(store.scratch(Uuid::nil()).await.is_err());
        assert!(store.older_than(SystemTime::UNIX_EPOCH).await.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn what_is_received_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::below(folder.path());
        let mut file = store.scratch(Uuid::nil()).await.unwrap();
        file.write_all(b"half a photo").unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[tokio::test]
    async fn old_files_are_found_and_only_ours() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::below(folder.path());
        let cut = SystemTime::UNIX_EPOCH + Duration::from_hours(1_000);
        assert_eq!(store.older_than(cut).await.unwrap(), Old::default());
        for number in [1, 2] {
            store.put(key(number), vec![0]).await.unwrap();
        }
        let photos = folder.path().join("photos");
        for name in [".unfinished-x", ".unfinished-new", "somebody's.jpg"] {
            fs::write(photos.join(name), "").unwrap();
        }
        let age =
            |name: &str| File::open(photos.join(name)).unwrap().set_modified(cut - Duration::from_secs(1));
        for name in [key(1).to_string().as_str(), ".unfinished-x", "somebody's.jpg"] {
            age(name).unwrap();
        }
        let old = store.older_than(cut).await.unwrap();
        assert_eq!(old, Old { keys: vec![key(1)], unfinished: 1 });
        assert_eq!(names(folder.path()).len(), 4);
    }
}
