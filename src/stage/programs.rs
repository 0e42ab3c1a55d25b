//! Programs of the machine: where they are, and how to get the ones that are missing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::system::child_env::child_env;

/// A program's path, looked for on `PATH` and in the folders where root's programs are.
///
/// # Errors
/// When it is nowhere; the message says how to get it.
pub fn find(program: &str) -> Result<PathBuf> {
    find_all(program, &[]).into_iter().next().with_context(|| missing(program))
}

/// Every place that has the program: first `extra` folders, then `PATH`.
pub fn find_all(program: &str, extra: &[PathBuf]) -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "PATH is the machine's, not a setting")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut found = Vec::new();
    for folder in extra.iter().cloned().chain(std::env::split_paths(&path)).chain(usual) {
        let candidate = folder.join(program);
        if is_program(&candidate) && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// What a program says about its version: the first line of its answer.
///
/// # Errors
/// When it cannot be run.
pub fn version(program: &Path, argument: &str) -> Result<String> {
    let mut command = Command::new(program);
    let output = child_env(&mut command)
        .arg(argument)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("running {}", program.display()))?;
    if !output.status.success() {
        bail!("{} {argument}: {}", program.display(), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
}

/// One line: what is missing and how to get it.
pub fn missing(program: &str) -> String {
    let package = match program {
        "postgres" | "initdb" => "postgresql",
        "redis-server" => "redis-server",
        "ip" => "iproute2",
        "cloudflared" => {
            return "cloudflared is not installed: get the Debian package from \
                    https://github.com/cloudflare/cloudflared/releases, or use `nix run .#stage`"
                .to_owned();
        }
        other => other,
    };
    format!(
        "{program} is not installed: `apt-get install {package}` on Debian or Ubuntu, or use `nix run .#stage`, \
         which brings it"
    )
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there_and_says_how_to_get_what_is_not() {
        assert!(find("sh").unwrap().is_absolute());
        let error = find("no-such-program-anywhere").unwrap_err().to_string();
        assert!(error.contains("apt-get install no-such-program-anywhere"), "{error}");
        assert!(missing("initdb").contains("apt-get install postgresql`"));
    }
}
