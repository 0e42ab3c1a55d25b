//! Where photos are kept.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::problem::Refusal;
use super::reader::{Field, Reader};
use super::variable::UPLOAD_DIR;

/// Reads `UPLOAD_DIR`. Whether the folder can be used is asked only for a process that keeps running on it.
pub(super) fn read(reader: &mut Reader<'_>) -> Field<PathBuf> {
    let running = reader.verb.is_running();
    let folder = reader.field(&UPLOAD_DIR, |text| {
        let path = PathBuf::from(text);
        if !path.is_absolute() || text.contains('\0') {
            return Err(Refusal::new("it is not an absolute path", "write one that begins with /"));
        }
        if running {
            usable(&path)?;
        }
        Ok(path)
    });
    reader.require(&UPLOAD_DIR, &folder);
    folder
}

fn usable(path: &Path) -> Result<(), Refusal> {
    let meta = path
        .metadata()
        .map_err(|error| Refusal::new(format!("the folder cannot be looked at: {error}"), "create it"))?;
    if !meta.is_dir() {
        return Err(Refusal::new("it is not a folder", "write the path of a folder"));
    }
    access(path, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
        Refusal::new(
            format!("the folder cannot be written to: {error}"),
            "give it to the service's user; under systemd it must be in StateDirectory= or ReadWritePaths=",
        )
    })
}
