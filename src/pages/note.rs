//! Sentences shown once on the next page, carried by a cookie as one of a few fixed words.

use super::parts::State;
use super::shell::Notice;
use crate::domain::id::ChangeId;

/// What happened in the request before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The keeper signed out.
    SignedOut,
    /// The first keeper was made.
    Welcome,
    /// A tank was added.
    TankAdded,
    /// So many readings were saved.
    Saved(u16),
    /// The same form had been saved before.
    SavedBefore,
    /// A reading, or what a session shares, was corrected by this change.
    ReadingChanged(ChangeId),
    /// Readings were deleted by this change.
    ReadingDeleted(ChangeId),
    /// A change was taken back.
    Undone,
    /// There was nothing to change.
    Unchanged,
    /// A change cannot be taken back: there was another one since.
    NotUndone,
}

impl Note {
    /// The word that the cookie carries.
    pub fn code(self) -> String {
        match self {
            Self::SignedOut => "signed-out".to_owned(),
            Self::Welcome => "welcome".to_owned(),
            Self::TankAdded => "tank-added".to_owned(),
            Self::Saved(count) => format!("saved-{count}"),
            Self::SavedBefore => "saved-before".to_owned(),
            Self::ReadingChanged(id) => format!("reading-changed-{id}"),
            Self::ReadingDeleted(id) => format!("reading-deleted-{id}"),
            Self::Undone => "undone".to_owned(),
            Self::Unchanged => "unchanged".to_owned(),
            Self::NotUndone => "not-undone".to_owned(),
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        let change = |prefix: &str| code.strip_prefix(prefix).and_then(|id| id.parse().ok());
        if let Some(id) = change("reading-changed-") {
            return Some(Self::ReadingChanged(id));
        }
        if let Some(id) = change("reading-deleted-") {
            return Some(Self::ReadingDeleted(id));
        }
        Some(match code {
            "signed-out" => Self::SignedOut,
            "welcome" => Self::Welcome,
            "tank-added" => Self::TankAdded,
            "saved-before" => Self::SavedBefore,
            "undone" => Self::Undone,
            "unchanged" => Self::Unchanged,
            "not-undone" => Self::NotUndone,
            _ => Self::Saved(code.strip_prefix("saved-")?.parse().ok()?),
        })
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        let text = match self {
            Self::SignedOut => "You are signed out.".to_owned(),
            Self::Welcome => "You are the first keeper. Welcome aboard.".to_owned(),
            Self::TankAdded => "The tank is added.".to_owned(),
            Self::Saved(1) => "Saved 1 reading.".to_owned(),
            Self::Saved(count) => format!("Saved {count} readings."),
            Self::SavedBefore => "These readings were saved before; nothing was added twice.".to_owned(),
            Self::ReadingChanged(_) => "The change is saved.".to_owned(),
            Self::ReadingDeleted(_) => "Deleted.".to_owned(),
            Self::Undone => "Taken back: it is as it was before.".to_owned(),
            Self::Unchanged => "Nothing was changed.".to_owned(),
            Self::NotUndone => {
                "This cannot be taken back any more: something else was changed since. Correct it here."
                    .to_owned()
            }
        };
        let undo = match self {
            Self::ReadingChanged(id) | Self::ReadingDeleted(id) => {
                Some(format!("/readings/changes/{id}/undo"))
            }
            _ => None,
        };
        let state = if self == Self::NotUndone { State::Watch } else { State::Ok };
        Notice { state, text, undo }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        let change = ChangeId("019ab0de-7c1e-7000-8000-0000000000aa".parse().unwrap());
        for note in [
            Note::SignedOut,
            Note::Welcome,
            Note::TankAdded,
            Note::Saved(6),
            Note::SavedBefore,
            Note::ReadingChanged(change),
            Note::ReadingDeleted(change),
            Note::Undone,
            Note::Unchanged,
            Note::NotUndone,
        ] {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in [
            "",
            "reading-deleted-",
            "reading-deleted-<b>",
            "saved-",
            "saved-<b>",
            "saved--1",
            "saved-99999999",
        ] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
    }
}
