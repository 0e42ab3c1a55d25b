//! Processor time of other processes: steadier than any clock on a machine that does other things too.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// What `/proc` counts in: hundredths of a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

/// The processor time that a process and its living children have used, children only of the first generation
/// (Postgres' backends).
pub(crate) fn used(pid: u32) -> Result<Duration> {
    let mut total = Duration::ZERO;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may end while the folder is read.
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
        let fields: Vec<&str> = stat.rsplit_once(')').context("stat")?.1.split_ascii_whitespace().collect();
        let [_, parent, ..] = fields[..] else { continue };
        if id == pid || parent == pid.to_string() {
            let ticks: u32 = fields[11].parse::<u32>()? + fields[12].parse::<u32>()?;
            total += TICK * ticks;
        }
    }
    Ok(total)
}
