//! Sentences shown once on the next page, carried by a cookie as one of a few fixed words.

use super::care::note::CareNote;
use super::parts::State;
use super::shell::Notice;
use super::task::note::TaskNote;

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
    /// Care was logged or changed.
    Care(CareNote),
    /// Something was done with a task.
    Task(TaskNote),
    /// The keeper's calendar has no address any more.
    CalendarRevoked,
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
            Self::Care(note) => format!("care-{}", note.code()),
            Self::Task(note) => format!("task-{}", note.code()),
            Self::CalendarRevoked => "calendar-revoked".to_owned(),
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        if let Some(code) = code.strip_prefix("care-") {
            return CareNote::parse(code).map(Self::Care);
        }
        if let Some(code) = code.strip_prefix("task-") {
            return TaskNote::parse(code).map(Self::Task);
        }
        Some(match code {
            "signed-out" => Self::SignedOut,
            "welcome" => Self::Welcome,
            "tank-added" => Self::TankAdded,
            "saved-before" => Self::SavedBefore,
            "calendar-revoked" => Self::CalendarRevoked,
            _ => Self::Saved(code.strip_prefix("saved-")?.parse().ok()?),
        })
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        let text = match self {
            Self::Care(note) => return note.notice(),
            Self::Task(note) => return note.notice(),
            Self::CalendarRevoked => "The calendar’s address is removed.".to_owned(),
            Self::SignedOut => "You are signed out.".to_owned(),
            Self::Welcome => "You are the first keeper. Welcome aboard.".to_owned(),
            Self::TankAdded => "The tank is added.".to_owned(),
            Self::Saved(1) => "Saved 1 reading.".to_owned(),
            Self::Saved(count) => format!("Saved {count} readings."),
            Self::SavedBefore => "These readings were saved before; nothing was added twice.".to_owned(),
        };
        Notice { state: State::Ok, text, undo: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        for note in [
            Note::SignedOut,
            Note::Welcome,
            Note::TankAdded,
            Note::Saved(6),
            Note::SavedBefore,
            Note::Care(CareNote::Undone),
            Note::Task(TaskNote::Added),
            Note::CalendarRevoked,
        ] {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in ["", "saved-", "saved-<b>", "saved--1", "saved-99999999"] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
    }
}
