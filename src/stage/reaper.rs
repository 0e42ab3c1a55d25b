//! Ends what we started when we are gone, however we went: also after `kill -9`, where no destructor runs.
//!
//! A small shell reads a pipe whose other end only this process holds. What it reads are the processes and
//! folders we own at the moment; at the pipe's end it ends the first and removes the second.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Context as _, Result};

use super::process::start_quietly;
use crate::system::child_env::child_env;

/// A process is named by its pid and its start time (field 22 of `/proc/PID/stat`), so that a pid that
/// was given to someone else meanwhile is never signalled.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
pids= dirs=
started() {
    read -r stat 2>/dev/null < "/proc/$1/stat" || return 1
    set -- ${stat##*) }
    shift 19
    echo "$1"
}
same() { [ "$(started "$1")" = "$2" ]; }
while read -r verb what signal; do
    case $verb in
        pid) start=$(started "$what") && pids="$pids $what:$start:$signal" ;;
        gone) keep=; for p in $pids; do case $p in "$what":*) ;; *) keep="$keep $p" ;; esac; done; pids=$keep ;;
        dir) dirs="$dirs
$what" ;;
        kept) dirs=$(printf '%s\n' "$dirs" | grep -vxF -- "$what") ;;
    esac
done
for p in $pids; do
    pid=${p%%:*} rest=${p#*:}
    same "$pid" "${rest%%:*}" && kill -s "${rest#*:}" "$pid" 2>/dev/null
done
for p in $pids; do
    pid=${p%%:*} rest=${p#*:} tries=0
    while same "$pid" "${rest%%:*}"; do
        tries=$((tries + 1))
        [ "$tries" -gt 100 ] && { kill -s KILL "$pid" 2>/dev/null; break; }
        sleep 0.1
    done
done
printf '%s\n' "$dirs" | while read -r dir; do [ -n "$dir" ] && rm -rf -- "$dir"; done
"#;

struct Reaper {
    shell: Child,
    pipe: Option<ChildStdin>,
}

static REAPER: OnceLock<Mutex<Option<Reaper>>> = OnceLock::new();

/// Ends process `pid` with `signal` (a name: `INT`, `TERM`, `KILL`) when this process is gone.
///
/// # Errors
/// When there is no `sh` or it has died.
pub fn watch(pid: u32, signal: &str) -> Result<()> {
    tell(&format!("pid {pid} {signal}\n"))
}

/// The process has ended and was waited for.
///
/// # Errors
/// When there is no `sh` or it has died.
pub fn forget(pid: u32) -> Result<()> {
    tell(&format!("gone {pid}\n"))
}

/// Removes the folder when this process is gone.
///
/// # Errors
/// When the path cannot be said in one line, or there is no `sh` or it has died.
pub fn remove_at_end(dir: &Path) -> Result<()> {
    tell(&format!("dir {}\n", one_word(dir)?))
}

/// The folder is not to be removed any more.
///
/// # Errors
/// As [`remove_at_end`].
pub fn keep(dir: &Path) -> Result<()> {
    tell(&format!("kept {}\n", one_word(dir)?))
}

/// Closes the pipe and waits until everything that is still watched has been ended.
pub fn finish() {
    let reaper = REAPER.get().and_then(|reaper| lock(reaper).take());
    if let Some(mut reaper) = reaper {
        drop(reaper.pipe.take());
        if let Err(error) = reaper.shell.wait() {
            tracing::warn!(%error, "the reaper cannot be waited for");
        }
    }
}

fn one_word(dir: &Path) -> Result<&str> {
    dir.to_str()
        .filter(|path| !path.contains(char::is_whitespace))
        .with_context(|| format!("{}: a folder without white space in its path is needed", dir.display()))
}

fn tell(line: &str) -> Result<()> {
    let mut reaper = lock(REAPER.get_or_init(|| Mutex::new(None)));
    if reaper.is_none() {
        *reaper = Some(start()?);
    }
    let pipe = reaper.as_mut().and_then(|reaper| reaper.pipe.as_mut()).context("the reaper has no pipe")?;
    pipe.write_all(line.as_bytes()).context("the reaper (`sh`) has died")
}

fn start() -> Result<Reaper> {
    let mut command = Command::new("sh");
    child_env(&mut command)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut shell = start_quietly(&mut command).context("starting `sh`")?;
    let pipe = shell.stdin.take();
    Ok(Reaper { shell, pipe })
}

fn lock(reaper: &Mutex<Option<Reaper>>) -> MutexGuard<'_, Option<Reaper>> {
    reaper.lock().unwrap_or_else(PoisonError::into_inner)
}
