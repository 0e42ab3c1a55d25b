//! What is said once after care was logged or changed.

use uuid::Uuid;

use crate::domain::id::CareId;
use crate::pages::parts::State;
use crate::pages::shell::Notice;

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CareNote {
    /// It was logged.
    Logged(CareId),
    /// The same form had logged it before.
    Before(CareId),
    /// It was changed, by this change.
    Changed(CareId, Uuid),
    /// Nothing about it was changed.
    Same,
    /// It was deleted, by this change.
    Deleted(CareId, Uuid),
    /// A change was taken back.
    Undone,
    /// A change could not be taken back.
    TooLate,
    /// A button of a page that was open for long.
    Stale,
}

impl CareNote {
    /// The word that the cookie carries, after `care-`.
    pub fn code(self) -> String {
        match self {
            Self::Logged(id) => format!("logged.{id}"),
            Self::Before(id) => format!("before.{id}"),
            Self::Changed(id, change) => format!("changed.{id}.{change}"),
            Self::Same => "same".to_owned(),
            Self::Deleted(id, change) => format!("deleted.{id}.{change}"),
            Self::Undone => "undone".to_owned(),
            Self::TooLate => "too-late".to_owned(),
            Self::Stale => "stale".to_owned(),
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        let mut parts = code.split('.');
        let word = parts.next()?;
        let (id, change) = (parts.next(), parts.next());
        let id = id.map(|id| id.parse::<CareId>().ok());
        let change = change.map(|change| Uuid::try_parse(change).ok());
        Some(match (word, id, change) {
            ("logged", Some(Some(id)), None) => Self::Logged(id),
            ("before", Some(Some(id)), None) => Self::Before(id),
            ("changed", Some(Some(id)), Some(Some(change))) => Self::Changed(id, change),
            ("deleted", Some(Some(id)), Some(Some(change))) => Self::Deleted(id, change),
            ("same", None, None) => Self::Same,
            ("undone", None, None) => Self::Undone,
            ("too-late", None, None) => Self::TooLate,
            ("stale", None, None) => Self::Stale,
            _ => return None,
        })
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        let undo = |id: CareId, change: Uuid| Some(format!("/care/{id}/undo/{change}"));
        let (state, text, undo) = match self {
            Self::Logged(id) => (State::Ok, "Logged.", Some(format!("/care/{id}/delete"))),
            Self::Before(id) => (
                State::Ok,
                "This was logged before; nothing was added twice.",
                Some(format!("/care/{id}/delete")),
            ),
            Self::Changed(id, change) => (State::Ok, "The entry is changed.", undo(id, change)),
            Self::Same => (State::Ok, "Nothing was changed.", None),
            Self::Deleted(id, change) => (State::Ok, "The entry is deleted.", undo(id, change)),
            Self::Undone => (State::Ok, "Taken back.", None),
            Self::TooLate => {
                (State::Watch, "The entry was changed again since, so nothing was taken back.", None)
            }
            Self::Stale => (
                State::Watch,
                "That entry had been deleted. The page is fresh now: tap again to log it.",
                None,
            ),
        };
        Notice { state, text: text.to_owned(), undo }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        let (id, change) = (CareId(Uuid::from_u128(7)), Uuid::from_u128(8));
        for note in [
            CareNote::Logged(id),
            CareNote::Before(id),
            CareNote::Changed(id, change),
            CareNote::Same,
            CareNote::Deleted(id, change),
            CareNote::Undone,
            CareNote::TooLate,
            CareNote::Stale,
        ] {
            assert_eq!(CareNote::parse(&note.code()), Some(note));
        }
        for code in ["", "logged", "logged.1", "same.1", "changed.00000000-0000-0000-0000-000000000007", "x"]
        {
            assert_eq!(CareNote::parse(code), None, "{code}");
        }
    }
}
