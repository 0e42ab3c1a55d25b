//! What is wrong with the settings, in words that say how to mend it.

use std::fmt::{self, Display};
use std::path::PathBuf;

use serde::Serialize;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", content = "path", rename_all = "lowercase")]
pub enum Source {
    /// The variable itself.
    Environment,
    /// The file that `NAME_FILE` points to.
    File(PathBuf),
    /// A systemd credential of the variable's name in lower case.
    Credential(PathBuf),
    /// Nobody set it.
    Default,
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Credential(path) => write!(f, "credential {}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One setting that stops the start. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The variable it is about.
    pub variable: String,
    /// Its value as it may be shown: secrets masked, control bytes escaped; absent when it is not set.
    pub value: Option<String>,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, value, what, mend } = self;
        match value {
            Some(value) => write!(f, "{variable}={value}: {what}; {mend}"),
            None => write!(f, "{variable}: {what}; {mend}"),
        }
    }
}

/// Everything that is wrong, reported together so that one start shows all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Wraps a list that has at least one problem in it.
    pub const fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// The problems, in the order of the table of variables.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "a setting cannot be used: {one}"),
            many => {
                write!(f, "{} settings cannot be used:", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

/// Something that does not stop the start, but that the owner should know. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The variable it is about.
    pub variable: String,
    /// What to know.
    pub what: String,
}

impl Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.what)
    }
}

/// Why a value was refused, before it is known which variable held it. Must not repeat the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) what: String,
    pub(super) mend: String,
}

impl Refusal {
    pub(super) fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what: what.into(), mend: mend.into() }
    }

    /// The problem it is with this variable, whose value may be shown as `value`.
    pub(super) fn about(self, variable: impl Into<String>, value: Option<String>) -> Problem {
        Problem { variable: variable.into(), value, what: self.what, mend: self.mend }
    }
}
