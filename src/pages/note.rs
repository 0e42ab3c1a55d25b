//! Sentences shown once on the next page, carried by a cookie as one of a few fixed words.

use std::str::FromStr;

use super::parts::State;
use super::shell::Notice;
use crate::domain::id::{ParameterId, TankId};
use crate::domain::id::{AnimalEventId, AnimalId, AnimalRevisionId};
use crate::domain::id::{AnimalEventId, AnimalId, AnimalRevisionId, PhotoId};
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
    /// What is known of a tank was saved.
    TankSaved,
    /// The same, with another profile.
    ProfileChanged,
    /// The tank was taken down.
    Decommissioned(TankId),
    /// The tank is in use again.
    Restored(TankId),
    /// What a tank tracks was saved.
    TrackingSaved,
    /// A tank's own range was saved.
    RangeSaved,
    /// A tank's range is the preset's again.
    BackToPreset(TankId, ParameterId),
    /// What [`BackToPreset`](Self::BackToPreset) did was taken back.
    OwnRangeBack,
    /// A parameter of the household's own was saved.
    ParameterSaved,
    /// One is no longer offered.
    ParameterRetired(ParameterId),
    /// One is offered again.
    ParameterOffered(ParameterId),
    /// One was removed.
    ParameterDeleted,
    /// How the keeper wants to see things was saved.
    DisplaySaved,
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
    /// An animal was added.
    AnimalAdded(AnimalId),
    /// What is known of an animal was changed.
    AnimalEdited,
    /// An animal that was entered by mistake was deleted.
    AnimalDeleted(AnimalId),
    /// Something that happened to an animal was recorded.
    EventRecorded(AnimalId, AnimalEventId),
    /// The same form had recorded it before.
    EventRecordedBefore,
    /// Something that happened to an animal was corrected.
    EventCorrected(AnimalId, AnimalRevisionId),
    /// Something that happened to an animal was removed.
    EventRemoved(AnimalId, AnimalRevisionId),
    /// A change was taken back.
    ChangeUndone,
    /// A correction that changed nothing.
    NothingChanged,
    /// A change that was taken back already, or changed again since.
    NothingToUndo,
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
            Self::TankSaved => "tank-saved".to_owned(),
            Self::ProfileChanged => "profile-changed".to_owned(),
            Self::Decommissioned(tank) => format!("decommissioned-{tank}"),
            Self::Restored(tank) => format!("restored-{tank}"),
            Self::TrackingSaved => "tracking-saved".to_owned(),
            Self::RangeSaved => "range-saved".to_owned(),
            Self::BackToPreset(tank, parameter) => format!("preset-{}-{tank}", parameter.0),
            Self::OwnRangeBack => "own-range".to_owned(),
            Self::ParameterSaved => "parameter-saved".to_owned(),
            Self::ParameterRetired(parameter) => format!("retired-{}", parameter.0),
            Self::ParameterOffered(parameter) => format!("offered-{}", parameter.0),
            Self::ParameterDeleted => "parameter-deleted".to_owned(),
            Self::DisplaySaved => "display-saved".to_owned(),
            Self::Saved(count) => format!("saved-{count}"),
            Self::SavedBefore => "saved-before".to_owned(),
            Self::PhotosAdded(count) => format!("photos-added.{count}"),
            Self::PhotosBefore => "photos-before".to_owned(),
            Self::CaptionSaved => "caption-saved".to_owned(),
            Self::CoverChosen => "cover-chosen".to_owned(),
            Self::PhotoDeleted(id) => format!("photo-deleted.{id}"),
            Self::PhotoRestored => "photo-restored".to_owned(),
            Self::AnimalAdded(id) => format!("animal-added.{id}"),
            Self::AnimalEdited => "animal-edited".to_owned(),
            Self::AnimalDeleted(id) => format!("animal-deleted.{id}"),
            Self::EventRecorded(id, event) => format!("event-recorded.{id}.{event}"),
            Self::EventRecordedBefore => "event-recorded-before".to_owned(),
            Self::EventCorrected(id, revision) => format!("event-corrected.{id}.{revision}"),
            Self::EventRemoved(id, revision) => format!("event-removed.{id}.{revision}"),
            Self::ChangeUndone => "change-undone".to_owned(),
            Self::NothingChanged => "nothing-changed".to_owned(),
            Self::NothingToUndo => "nothing-to-undo".to_owned(),
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
            "tank-saved" => Self::TankSaved,
            "profile-changed" => Self::ProfileChanged,
            "tracking-saved" => Self::TrackingSaved,
            "range-saved" => Self::RangeSaved,
            "own-range" => Self::OwnRangeBack,
            "parameter-saved" => Self::ParameterSaved,
            "parameter-deleted" => Self::ParameterDeleted,
            "display-saved" => Self::DisplaySaved,
            "saved-before" => Self::SavedBefore,
            _ => Self::parse_with_subject(code)?,
        })
    }

    /// Reads a word that says what it is about.
    fn parse_with_subject(code: &str) -> Option<Self> {
        let (word, subject) = code.split_once('-')?;
        let parameter = |id: &str| id.parse().ok().filter(|id| *id > 0).map(ParameterId);
        Some(match word {
            "saved" => Self::Saved(subject.parse().ok()?),
            "decommissioned" => Self::Decommissioned(subject.parse().ok()?),
            "restored" => Self::Restored(subject.parse().ok()?),
            "retired" => Self::ParameterRetired(parameter(subject)?),
            "offered" => Self::ParameterOffered(parameter(subject)?),
            "preset" => {
                let (id, tank) = subject.split_once('-')?;
                Self::BackToPreset(tank.parse().ok()?, parameter(id)?)
            "photos-before" => Self::PhotosBefore,
            "caption-saved" => Self::CaptionSaved,
            "cover-chosen" => Self::CoverChosen,
            "photo-restored" => Self::PhotoRestored,
            "animal-edited" => Self::AnimalEdited,
            "event-recorded-before" => Self::EventRecordedBefore,
            "change-undone" => Self::ChangeUndone,
            "nothing-changed" => Self::NothingChanged,
            "nothing-to-undo" => Self::NothingToUndo,
            code if code.contains('.') => return Self::about(code),
            "calendar-revoked" => Self::CalendarRevoked,
            _ => Self::Saved(code.strip_prefix("saved-")?.parse().ok()?),
        })
    }

    /// Reads a word that names what it is about.
    fn about(code: &str) -> Option<Self> {
        fn two<A: FromStr, B: FromStr>(ids: &str) -> Option<(A, B)> {
            let (one, other) = ids.split_once('.')?;
            Some((one.parse().ok()?, other.parse().ok()?))
        }
        let (word, ids) = code.split_once('.')?;
        Some(match word {
            "animal-added" => Self::AnimalAdded(ids.parse().ok()?),
            "animal-deleted" => Self::AnimalDeleted(ids.parse().ok()?),
            "event-recorded" => two(ids).map(|(id, event)| Self::EventRecorded(id, event))?,
            "event-corrected" => two(ids).map(|(id, revision)| Self::EventCorrected(id, revision))?,
            "photos-added" => Self::PhotosAdded(ids.parse().ok()?),
            "photo-deleted" => Self::PhotoDeleted(ids.parse().ok()?),
            "event-removed" => two(ids).map(|(id, revision)| Self::EventRemoved(id, revision))?,
            _ => return None,
        })
    }

    /// The address whose POST takes it back, where there is one.
    fn undo(self) -> Option<String> {
        Some(match self {
            Self::AnimalAdded(id) => format!("/livestock/{id}/delete"),
            Self::AnimalDeleted(id) => format!("/livestock/{id}/restore"),
            Self::PhotoDeleted(id) => format!("/photos/{id}/restore"),
            Self::EventRecorded(id, event) => format!("/livestock/{id}/events/{event}/remove"),
            Self::EventCorrected(id, revision) | Self::EventRemoved(id, revision) => {
                format!("/livestock/{id}/revisions/{revision}/undo")
            }
            _ => return None,
        })
    }

    /// The address whose POST takes it back, if it can be taken back.
    fn undo(self) -> Option<String> {
        match self {
            Self::Decommissioned(tank) => Some(format!("/tanks/{tank}/restore")),
            Self::Restored(tank) => Some(format!("/tanks/{tank}/restore/undo")),
            Self::BackToPreset(tank, parameter) => {
                Some(format!("/tanks/{tank}/parameters/{}/preset/undo", parameter.0))
            }
            Self::ParameterRetired(parameter) => Some(format!("/settings/parameters/{}/offer", parameter.0)),
            Self::ParameterOffered(parameter) => Some(format!("/settings/parameters/{}/retire", parameter.0)),
            _ => None,
        }
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
            Self::TankSaved => "The tank is saved.".to_owned(),
            Self::ProfileChanged => {
                "The profile is changed, and what belongs to it is tracked as well. Untick what you do not measure."
                    .to_owned()
            }
            Self::Decommissioned(_) => "The tank is decommissioned. Its history stays.".to_owned(),
            Self::Restored(_) => "The tank is in use again.".to_owned(),
            Self::TrackingSaved => "Saved what this tank tracks.".to_owned(),
            Self::RangeSaved => "The range is saved.".to_owned(),
            Self::BackToPreset(..) => "The preset's numbers hold again.".to_owned(),
            Self::OwnRangeBack => "Your own numbers hold again.".to_owned(),
            Self::ParameterSaved => "The parameter is saved.".to_owned(),
            Self::ParameterRetired(_) => "The parameter is retired: no longer offered or tracked.".to_owned(),
            Self::ParameterOffered(_) => "The parameter is offered again.".to_owned(),
            Self::ParameterDeleted => "The parameter is deleted.".to_owned(),
            Self::DisplaySaved => "Saved. Every page now follows it.".to_owned(),
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
            Self::AnimalAdded(_) => "The animal is added.".to_owned(),
            Self::AnimalEdited => "Saved.".to_owned(),
            Self::AnimalDeleted(_) => "The animal is deleted.".to_owned(),
            Self::EventRecorded(..) => "Recorded.".to_owned(),
            Self::EventRecordedBefore => "This was recorded before; nothing was added twice.".to_owned(),
            Self::EventCorrected(..) => "Corrected.".to_owned(),
            Self::EventRemoved(..) => "Removed.".to_owned(),
            Self::ChangeUndone => "Taken back: it is as it was before.".to_owned(),
            Self::NothingChanged => "Nothing was changed: it says this already.".to_owned(),
            Self::NothingToUndo => {
                "It was taken back already, or changed again since; nothing was done.".to_owned()
            }
        };
        Notice { state: State::Ok, text, undo: self.undo() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        let tank: TankId = "019ab0de-7c1e-7000-8000-0000000000aa".parse().unwrap();
        for note in [
            Note::SignedOut,
            Note::Welcome,
            Note::TankAdded,
            Note::TankSaved,
            Note::ProfileChanged,
            Note::Decommissioned(tank),
            Note::Restored(tank),
            Note::TrackingSaved,
            Note::RangeSaved,
            Note::BackToPreset(tank, ParameterId(1001)),
            Note::OwnRangeBack,
            Note::ParameterSaved,
            Note::ParameterRetired(ParameterId(1000)),
            Note::ParameterOffered(ParameterId(1000)),
            Note::ParameterDeleted,
            Note::DisplaySaved,
            Note::Saved(6),
            Note::SavedBefore,
            Note::Saved(6),
            Note::SavedBefore,
            Note::Care(CareNote::Undone),
            Note::Task(TaskNote::Added),
            Note::CalendarRevoked,
        ] {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in
            ["", "saved-", "saved-<b>", "saved--1", "saved-99999999", "restored-x", "preset-1-", "retired--3"]
        {
        for note in [Note::SignedOut, Note::Welcome, Note::TankAdded, Note::Saved(6), Note::SavedBefore]
            .into_iter()
            .chain([Note::PhotosAdded(3), Note::PhotosBefore, Note::CaptionSaved, Note::CoverChosen])
            .chain([Note::PhotoDeleted(PhotoId(uuid::Uuid::from_u128(7))), Note::PhotoRestored])
        {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in ["photos-added.", "photos-added.-1", "photo-deleted./x"] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
        let (id, event) = (AnimalId(uuid::Uuid::from_u128(1)), AnimalEventId(uuid::Uuid::from_u128(2)));
        let revision = AnimalRevisionId(uuid::Uuid::from_u128(3));
        for note in [
            Note::AnimalAdded(id),
            Note::AnimalEdited,
            Note::AnimalDeleted(id),
            Note::EventRecorded(id, event),
            Note::EventRecordedBefore,
            Note::EventCorrected(id, revision),
            Note::EventRemoved(id, revision),
            Note::ChangeUndone,
            Note::NothingChanged,
            Note::NothingToUndo,
        ] {
            assert_eq!(Note::parse(&note.code()), Some(note));
        }
        for code in ["animal-added.", "animal-added.x", "event-removed.1.2", "event-removed..", ".", "x.y"] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
        for code in ["", "saved-", "saved-<b>", "saved--1", "saved-99999999"] {
            assert_eq!(Note::parse(code), None, "{code}");
        }
    }
}
