//! How an attempt failed, and whether another one makes sense.

use std::fmt;
use std::time::Duration;

/// The longest text kept with a row, in characters.
pub const MAX_ERROR_CHARS: usize = 500;

/// A failed attempt. Whether it is tried again is decided where it failed, never guessed from a type.
#[derive(Debug)]
pub struct JobError {
    cause: anyhow::Error,
    permanent: bool,
    not_before: Option<Duration>,
}

impl JobError {
    /// Something passing: try again later, until the attempts are used up.
    pub fn retry(cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: cause.into(), permanent: false, not_before: None }
    }

    /// Trying again cannot help.
    pub fn fail(cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: cause.into(), permanent: true, not_before: None }
    }

    /// The same, and if it is tried again then not before so long: somebody asked for that.
    #[must_use]
    pub fn not_before(mut self, wait: Option<Duration>) -> Self {
        self.not_before = wait;
        self
    }

    /// How long the next attempt has to wait at least.
    pub fn shortest_wait(&self) -> Duration {
        self.not_before.unwrap_or_default()
    }

    /// Whether trying again cannot help.
    pub fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// What is kept with the row: one line, bounded, without control characters (Postgres refuses NUL, a
    /// terminal obeys the others).
    pub fn text(&self) -> String {
        bounded(&format!("{:#}", self.cause))
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// One line of at most [`MAX_ERROR_CHARS`], runs of white space and control characters as one space.
pub fn bounded(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Four bytes are the longest character: no need to join the rest of a huge text.
        if line.len() > MAX_ERROR_CHARS * 4 {
            break;
        }
    }
    match line.char_indices().nth(MAX_ERROR_CHARS) {
        None => line,
        Some(_) => line.chars().take(MAX_ERROR_CHARS - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_one_bounded_line() {
        let error = JobError::retry(anyhow::anyhow!("a\r\n\tb\0c\u{1b}[31m").context("sending"));
        assert_eq!(error.text(), "sending: a b c [31m");
        assert!(!error.is_permanent());
        let long = JobError::fail(anyhow::anyhow!("ß".repeat(10_000)));
        assert_eq!(long.text().chars().count(), MAX_ERROR_CHARS);
        assert!(long.text().ends_with('…') && long.is_permanent());
    }
}
