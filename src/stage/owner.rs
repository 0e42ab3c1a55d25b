//! Who owns a private server's files: ourselves, or, when we are root, the server's own system user.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The identity a private server runs under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Whoever runs us.
    Ourselves,
    /// A system user, because we are root and the server must not be.
    SystemUser {
        /// Its user id.
        uid: u32,
        /// Its main group's id.
        gid: u32,
    },
}

impl Owner {
    /// The system user `name` when we are root, else ourselves.
    ///
    /// # Errors
    /// When we are root and there is no such user.
    pub fn of_server(name: &str) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
        let (uid, gid) = ids_of(&users, name).with_context(|| {
            format!("as root this needs the system user `{name}`: run it as an ordinary user, or `useradd --system {name}`")
        })?;
        Ok(Self::SystemUser { uid, gid })
    }

    /// Makes `command` run under this identity.
    pub fn apply(self, command: &mut Command) {
        if let Self::SystemUser { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Gives a file or folder to this identity.
    ///
    /// # Errors
    /// When the owner cannot be changed.
    pub fn give(self, path: &Path) -> Result<()> {
        if let Self::SystemUser { uid, gid } = self {
            chown(path, Some(uid), Some(gid)).with_context(|| format!("chown {}", path.display()))?;
        }
        Ok(())
    }

    /// Makes a folder (0700) that belongs to this identity, or takes over one that is there.
    ///
    /// # Errors
    /// When it cannot be made, or this identity could not reach it.
    pub fn make_dir(self, dir: &Path) -> Result<()> {
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("making {}", dir.display())),
        }
        self.give(dir)?;
        self.check_reachable(dir)
    }

    /// Checks that this identity may walk down to `dir`: root's home, for one, is closed to all others.
    fn check_reachable(self, dir: &Path) -> Result<()> {
        let Self::SystemUser { uid, gid } = self else { return Ok(()) };
        for folder in dir.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            let meta = fs::metadata(folder).with_context(|| format!("{}", folder.display()))?;
            let open = match meta.mode() {
                mode if meta.uid() == uid => mode & 0o100,
                mode if meta.gid() == gid => mode & 0o010,
                mode => mode & 0o001,
            };
            if open == 0 {
                bail!(
                    "{} is closed to the system user that would own {}: name another place, such as /var/lib/safeharbor-stage",
                    folder.display(),
                    dir.display()
                );
            }
        }
        Ok(())
    }
}

/// Makes our own folder around a server's: open for walking through when the server is another user.
///
/// # Errors
/// When it cannot be made.
pub fn make_outer_dir(dir: &Path, owner: Owner) -> Result<()> {
    let mode = if owner == Owner::Ourselves { 0o700 } else { 0o711 };
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(dir)
        .with_context(|| format!("making {}", dir.display()))?;
    let meta = fs::metadata(dir).with_context(|| format!("{}", dir.display()))?;
    if meta.permissions().mode() & mode != mode {
        fs::set_permissions(dir, fs::Permissions::from_mode(mode))
            .with_context(|| format!("{}", dir.display()))?;
    }
    Ok(())
}

/// A folder for a unix socket: `dir/run`, or a short one under `/tmp` where the socket's path would be longer
/// than the kernel takes (108 bytes). The second value says whether it is to be removed at the end.
///
/// # Errors
/// When it cannot be made.
pub fn socket_dir(dir: &Path, socket: &str, owner: Owner) -> Result<(PathBuf, bool)> {
    let run = dir.join("run");
    if run.join(socket).as_os_str().len() < 100 {
        owner.make_dir(&run)?;
        return Ok((run, false));
    }
    for attempt in 0..1000 {
        let short = PathBuf::from(format!("/tmp/sh-{}-{attempt}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&short) {
            Ok(()) => {
                owner.make_dir(&short)?;
                super::reaper::remove_at_end(&short)?;
                return Ok((short, true));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("making {}", short.display())),
        }
    }
    bail!("no free name for a socket folder under /tmp")
}

fn ids_of(passwd: &str, name: &str) -> Option<(u32, u32)> {
    let fields: Vec<&str> =
        passwd.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields[0] == name)?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\npostgres2:x:9:9::/:\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(ids_of(passwd, "postgres"), Some((101, 104)));
        assert_eq!(ids_of(passwd, "redis"), None);
        assert_eq!(ids_of("broken\n", "broken"), None);
    }
}
