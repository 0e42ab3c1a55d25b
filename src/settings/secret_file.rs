//! Secrets that are kept in files.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::problem::Refusal;

/// The largest file that is taken for a secret, in bytes.
const LARGEST: u64 = 64 * 1024;

/// What a secret file held.
pub(super) struct Content {
    pub(super) text: String,
    /// Anyone on the machine may read it.
    pub(super) readable_by_others: bool,
}

/// Where `NAME_FILE=value` points: an absolute path, or the bare name of a systemd credential.
pub(super) fn resolve(value: &str, credentials: Option<&Path>) -> Result<PathBuf, Refusal> {
    let path = Path::new(value);
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    if value.contains('/') || value == "." || value == ".." {
        return Err(Refusal::new(
            "it is a relative path",
            "write an absolute path, or the bare name of a systemd credential",
        ));
    }
    let folder = credentials.ok_or_else(|| {
        Refusal::new(
            "a bare name is a systemd credential, and there are none here (CREDENTIALS_DIRECTORY is not set)",
            "write an absolute path, or add LoadCredential= to the unit",
        )
    })?;
    Ok(folder.join(value))
}

/// Reads a secret: one trailing newline is not part of it.
pub(super) fn read(path: &Path) -> Result<Content, Refusal> {
    let readable = "make it a file that the service's user can read";
    // Asked before opening: opening a named pipe would wait for a writer.
    let meta =
        fs::metadata(path).map_err(|error| Refusal::new(reason("cannot be read", &error), readable))?;
    if !meta.is_file() {
        return Err(Refusal::new("it is not a regular file", readable));
    }
    if meta.len() > LARGEST {
        return Err(Refusal::new("it is larger than 64 KiB", "a secret is one line"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| Refusal::new(reason("cannot be read", &error), readable))?;
    let mut text =
        String::from_utf8(bytes).map_err(|_| Refusal::new("it is not UTF-8", "write the secret as text"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err(Refusal::new("it is empty", "write the secret into it"));
    }
    if text.contains(['\n', '\r', '\0']) {
        return Err(Refusal::new("it has more than one line", "a secret is one line"));
    }
    Ok(Content { text, readable_by_others: meta.permissions().mode() & 0o004 != 0 })
}

fn reason(what: &str, error: &std::io::Error) -> String {
    format!("{what}: {error}")
}
