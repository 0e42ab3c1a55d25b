//! Small things that several pages show.

use std::fmt;

use crate::domain::health;

/// Where a value, or a tank, stands. Always shown as mark + word + colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing measured yet.
    New,
    /// Inside its range.
    Ok,
    /// Measured too long ago.
    Stale,
    /// Outside the range, not yet alarming.
    Watch,
    /// Far outside: do something.
    Act,
}

impl State {
    /// The part of the mark's and the class's name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ok => "ok",
            Self::Stale => "stale",
            Self::Watch => "watch",
            Self::Act => "act",
        }
    }

    /// The CSS class that sets the colours.
    pub const fn class(&self) -> &'static str {
        match self {
            Self::New => "is-new",
            Self::Ok => "is-ok",
            Self::Stale => "is-stale",
            Self::Watch => "is-watch",
            Self::Act => "is-act",
        }
    }

    /// The word beside the mark.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Ok => "OK",
            Self::Stale => "Stale",
            Self::Watch => "Watch",
            Self::Act => "Act",
        }
    }

    /// Does it ask for something?
    pub const fn is_trouble(&self) -> bool {
        matches!(self, Self::Stale | Self::Watch | Self::Act)
    }
}

impl From<health::State> for State {
    fn from(state: health::State) -> Self {
        match state {
            health::State::New => Self::New,
            health::State::Ok => Self::Ok,
            health::State::Stale => Self::Stale,
            health::State::Watch => Self::Watch,
            health::State::Act => Self::Act,
        }
    }
}

/// Markup that this program made itself, written out unescaped: SVG, and what
/// [`markdown::render`](super::markdown::render) makes of notes. Never anything typed as it is.
#[derive(Clone, Debug, Default)]
pub struct Markup(pub String);

impl fmt::Display for Markup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

/// A link with its text.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// One of several links of which one is chosen.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
    /// Is it the one in force?
    pub chosen: bool,
}

/// A figure with its name.
#[derive(Clone, Debug)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// How much.
    pub value: String,
}
