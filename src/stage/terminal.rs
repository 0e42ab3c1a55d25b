//! The logs of all parts on one terminal, each part in its colour.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

/// One part's log, read from where it was when this was made.
struct Tail {
    name: &'static str,
    colour: &'static str,
    path: PathBuf,
    at: u64,
    rest: Vec<u8>,
}

/// Follows the logs of all parts.
pub struct Terminal {
    tails: Vec<Tail>,
    colour: bool,
}

const COLOURS: [&str; 6] = ["\x1b[35m", "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[31m"];

impl Terminal {
    /// Follows from the logs' present ends.
    pub fn new(logs: Vec<(&'static str, PathBuf)>, colour: bool) -> Self {
        let tails = logs.into_iter().zip(COLOURS.into_iter().cycle()).map(|((name, path), colour)| {
            let at = path.metadata().map(|meta| meta.len()).unwrap_or_default();
            Tail { name, colour, path, at, rest: Vec::new() }
        });
        Self { tails: tails.collect(), colour }
    }

    /// Shows whole lines that came since the last call.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn show(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for tail in &mut self.tails {
            let (on, off) = if self.colour { (tail.colour, "\x1b[0m") } else { ("", "") };
            for line in tail.lines() {
                writeln!(out, "{on}{:<9}{off}{line}", tail.name)?;
            }
        }
        out.flush()
    }
}

impl Tail {
    /// New whole lines. A log that cannot be read just now has none.
    fn lines(&mut self) -> Vec<String> {
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.at))?;
            file.read_to_end(&mut bytes)
        });
        self.at += u64::try_from(read.unwrap_or_default()).unwrap_or_default();
        self.rest.append(&mut bytes);
        let Some(end) = self.rest.iter().rposition(|&byte| byte == b'\n') else { return Vec::new() };
        let whole: Vec<u8> = self.rest.drain(..=end).collect();
        String::from_utf8_lossy(&whole).lines().map(printable).collect()
    }
}

/// Logs may hold what strangers sent: nothing in them may drive the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_new_lines_are_shown() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "old\n").unwrap();
        let mut terminal = Terminal::new(vec![("web", path.clone())], false);
        std::fs::write(&path, "old\none\x1b[2J\ntw").unwrap();
        assert_eq!(terminal.tails[0].lines(), ["one\u{fffd}[2J"]);
        std::fs::write(&path, "old\none\x1b[2J\ntwo\n").unwrap();
        assert_eq!(terminal.tails[0].lines(), ["two"]);
    }
}
