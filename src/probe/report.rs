//! What probes found: one line each as it is found, a summary at the end, as text or for machines.

use std::future::Future;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use serde::Serialize;

/// A probe that takes longer than this has failed.
const LIMIT: Duration = Duration::from_mins(3);

/// How a probe came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Works, and somebody should look at it.
    Warn,
    /// Not as it should be.
    Fail,
    /// Could not be tried here.
    Skip,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
            Self::Skip => "SKIP",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Pass => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Fail => "\x1b[1;31m",
            Self::Skip => "\x1b[2m",
        }
    }
}

/// What one probe found. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What was seen, in one line.
    pub seen: String,
    /// Under a FAIL or WARN: the likely cause.
    #[serde(skip)]
    pub cause: Option<String>,
    /// Under a FAIL or WARN: what to run or look at next.
    #[serde(skip)]
    pub next: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, seen)
    }

    /// Works, and somebody should look at it.
    pub fn warn(seen: impl Into<String>) -> Self {
        Self::new(Verdict::Warn, seen)
    }

    /// Not as it should be.
    pub fn fail(seen: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, seen)
    }

    /// Could not be tried here; `seen` says why.
    pub fn skip(seen: impl Into<String>) -> Self {
        Self::new(Verdict::Skip, seen)
    }

    /// Passes when `good`, else fails; both say the same thing that was seen.
    pub fn pass_if(good: bool, seen: impl Into<String>) -> Self {
        Self::new(if good { Verdict::Pass } else { Verdict::Fail }, seen)
    }

    /// Adds the likely cause. Shown unless it passed.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        if !matches!(self.verdict, Verdict::Pass) {
            self.cause = Some(cause.into());
        }
        self
    }

    /// Adds what to do next. Shown unless it passed.
    #[must_use]
    pub fn then(mut self, next: impl Into<String>) -> Self {
        if !matches!(self.verdict, Verdict::Pass) {
            self.next = Some(next.into());
        }
        self
    }

    fn new(verdict: Verdict, seen: impl Into<String>) -> Self {
        Self { verdict, seen: one_line(&seen.into()), cause: None, next: None }
    }
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text {
        /// With colours.
        colour: bool,
    },
    /// One JSON object a line.
    Json,
}

impl Format {
    /// JSON when asked for, else text, coloured on a terminal.
    pub fn choose(json: bool) -> Self {
        if json { Self::Json } else { Self::Text { colour: io::stdout().is_terminal() } }
    }
}

/// The running record of one `stage`, `doctor` or `verify`.
pub struct Report {
    format: Format,
    out: Box<dyn Write + Send>,
    counts: [usize; 4],
    failed: Vec<String>,
    finished: bool,
    prefix: &'static str,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    rule: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

#[derive(Serialize)]
struct Totals {
    pass: usize,
    warn: usize,
    fail: usize,
    skip: usize,
    verdict: Verdict,
}

impl Report {
    /// A record that is written to standard output.
    pub fn to_stdout(format: Format) -> Self {
        Self::to(format, Box::new(io::stdout()))
    }

    /// A record that is written to `out`.
    pub fn to(format: Format, out: Box<dyn Write + Send>) -> Self {
        Self { format, out, counts: [0; 4], failed: Vec::new(), finished: false, prefix: "" }
    }

    /// How findings are written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Puts `prefix` before every id from here on: the same probes through another hop.
    pub const fn prefix(&mut self, prefix: &'static str) {
        self.prefix = prefix;
    }

    /// Runs one probe and records what it found. An error, or no answer in time, is a FAIL.
    pub async fn check<F>(&mut self, id: &str, rule: &str, probe: F) -> Verdict
    where
        F: Future<Output = anyhow::Result<Finding>>,
    {
        let finding = match tokio::time::timeout(LIMIT, probe).await {
            Ok(Ok(finding)) => finding,
            Ok(Err(error)) => Finding::fail(format!("{error:#}")),
            Err(_) => Finding::fail(format!("no answer within {} s", LIMIT.as_secs())),
        };
        self.record(id, rule, &finding);
        finding.verdict
    }

    /// Records a finding that is already there.
    pub fn record(&mut self, id: &str, rule: &str, finding: &Finding) {
        let id = &format!("{}{id}", self.prefix);
        self.counts[finding.verdict as usize] += 1;
        if finding.verdict == Verdict::Fail {
            self.failed.push(id.clone());
        }
        let text = match self.format {
            Format::Json => json(&Line { id, rule, finding }),
            Format::Text { colour } => text(id, rule, finding, colour),
        };
        self.write(&text);
    }

    /// A line that is no finding, for people only.
    pub fn say(&mut self, line: &str) {
        if matches!(self.format, Format::Text { .. }) {
            self.write(&format!("{line}\n"));
        }
    }

    /// How many came out so.
    pub const fn count(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    /// Writes the summary and gives the exit code: 0 nothing failed, 1 something did.
    pub fn finish(&mut self) -> u8 {
        let [pass, warn, fail, skip] = self.counts;
        let verdict = if fail > 0 { Verdict::Fail } else { Verdict::Pass };
        let text = match self.format {
            Format::Json => json(&Totals { pass, warn, fail, skip, verdict }),
            Format::Text { .. } => {
                let mut table = format!(
                    "\n  passed {pass:>4}\n  warned {warn:>4}\n  failed {fail:>4}\n  skipped{skip:>4}\n"
                );
                if fail > 0 {
                    table.extend(["\nFailed: ", &self.failed.join(", "), "\n"]);
                }
                table
            }
        };
        self.write(&text);
        self.finished = true;
        self.code()
    }

    /// Whether the summary has been written.
    pub const fn is_finished(&self) -> bool {
        self.finished
    }

    /// The exit code: 0 when nothing failed, 1 when something did.
    pub const fn code(&self) -> u8 {
        if self.count(Verdict::Fail) > 0 { 1 } else { 0 }
    }

    fn write(&mut self, text: &str) {
        // A closed pipe ends nobody's rehearsal: the exit code still tells.
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        if let Err(error) = written {
            tracing::debug!(%error, "report");
        }
    }
}

fn json(value: &impl Serialize) -> String {
    let line = serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
    line + "\n"
}

fn text(id: &str, rule: &str, finding: &Finding, colour: bool) -> String {
    let word = finding.verdict.word();
    let (on, off) = if colour { (finding.verdict.colour(), "\x1b[0m") } else { ("", "") };
    let rule = if rule.is_empty() { String::new() } else { format!(" [{rule}]") };
    let mut text = format!("{on}{word}{off}  {id:<28} {}{rule}\n", finding.seen);
    if let Some(cause) = &finding.cause {
        text.extend(["      cause: ", cause, "\n"]);
    }
    if let Some(next) = &finding.next {
        text.extend(["      next:  ", next, "\n"]);
    }
    text
}

/// What was seen may hold what a stranger sent: no control bytes, one line, not endless.
fn one_line(seen: &str) -> String {
    const LONGEST: usize = 600;
    let mut line: String =
        seen.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
