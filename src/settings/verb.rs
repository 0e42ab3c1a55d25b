//! Which verb the settings are read for: not every verb needs all of them.

use std::fmt::{self, Display};

/// A verb of the binary that reads settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// The web process.
    Serve,
    /// The job worker.
    Worker,
    /// Only brings the schema up to date.
    Migrate,
    /// The owner's commands.
    Admin,
    /// Makes a token for `verify`.
    VerifyToken,
    /// Looks at the running install; reports what `serve` would refuse.
    Doctor,
}

impl Verb {
    /// Whether the process keeps running on these settings, so that folders must be usable now.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Serve | Self::Worker)
    }
}

impl Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Serve => "serve",
            Self::Worker => "worker",
            Self::Migrate => "migrate",
            Self::Admin => "admin",
            Self::VerifyToken => "verify-token",
            Self::Doctor => "doctor",
        })
    }
}
