//! Sentences shown once on the next page, carried by a cookie as one of a few fixed words.

use super::parts::State;
use super::shell::Notice;
use crate::domain::id::PhotoId;

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
    /// So many photos were added.
    PhotosAdded(u16),
    /// The same form with photos had been saved before.
    PhotosBefore,
    /// A photo's caption was changed.
    CaptionSaved,
    /// A photo stands for its tank or animal now.
    CoverChosen,
    /// This photo was deleted, which can be undone.
    PhotoDeleted(PhotoId),
    /// A deleted photo is back.
    PhotoRestored,
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
            Self::PhotosAdded(count) => format!("photos-{count}"),
            Self::PhotosBefore => "photos-before".to_owned(),
            Self::CaptionSaved => "caption-saved".to_owned(),
            Self::CoverChosen => "cover-chosen".to_owned(),
            Self::PhotoDeleted(id) => format!("photo-deleted-{id}"),
            Self::PhotoRestored => "photo-restored".to_owned(),
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "signed-out" => Self::SignedOut,
            "welcome" => Self::Welcome,
            "tank-added" => Self::TankAdded,
            "saved-before" => Self::SavedBefore,
            "photos-before" => Self::PhotosBefore,
            "caption-saved" => Self::CaptionSaved,
            "cover-chosen" => Self::CoverChosen,
            "photo-restored" => Self::PhotoRestored,
            _ => {
                if let Some(id) = code.strip_prefix("photo-deleted-") {
                    Self::PhotoDeleted(id.parse().ok()?)
                } else if let Some(count) = code.strip_prefix("photos-") {
                    Self::PhotosAdded(count.parse().ok()?)
                } else {
                    Self::Saved(code.strip_prefix("saved-")?.parse().ok()?)
                }
            }
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
            Self::PhotosAdded(1) => "The photo is added.".to_owned(),
            Self::PhotosAdded(count) => format!("{count} photos are added."),
            Self::PhotosBefore => {
                "This form was saved before; nothing was added twice. If these were other photos, choose them again."
                    .to_owned()
            }
            Self::CaptionSaved => "The caption is saved.".to_owned(),
            Self::CoverChosen => "This photo is the cover now.".to_owned(),
            Self::PhotoDeleted(_) => "The photo is deleted.".to_owned(),
            Self::PhotoRestored => "The photo is back.".to_owned(),
        };
        let undo = match self {
            Self::PhotoDeleted(id) => Some(format!("/photos/{id}/restore")),
            _ => None,
        };
        Notice { state: State::Ok, text, undo }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        for note in [Note::SignedOut, Note::Welcome, Note::TankAdded, Note::Saved(6), Note::SavedBefore]
            .into_iter()
            .chain([Note::PhotosAdded(3), Note::PhotosBefore, Note::CaptionSaved, Note::CoverChosen])
            .chain([Note::PhotoDeleted(PhotoId(uuid::Uuid::from_u128(7))), Note::PhotoRestored])
        {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in ["", "saved-", "saved-<b>", "saved--1", "saved-99999999", "photos-", "photo-deleted-/x"] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
    }
}
