//! Sentences shown once on the next page, carried by a cookie as one of a few fixed words, some with the ids of
//! what they are about.

use std::str::FromStr;

use super::care::note::CareNote;
use super::job::note::JobNote;
use super::parts::State;
use super::shell::Notice;
use super::task::note::TaskNote;
use crate::domain::id::{
    AlertId, AnimalEventId, AnimalId, AnimalRevisionId, ChangeId, KeeperId, ParameterId, PhotoId, TankId,
};

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
    /// The tank was taken down, so that nothing is logged there.
    NotInUse,
    /// A reading, or what a session shares, was corrected by this change.
    ReadingChanged(ChangeId),
    /// Readings were deleted by this change.
    ReadingDeleted(ChangeId),
    /// A change of readings was taken back.
    Undone,
    /// There was nothing to change.
    Unchanged,
    /// A change of readings cannot be taken back: there was another one since.
    NotUndone,
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
    /// An animal that was entered by mistake is gone.
    AnimalDeleted(AnimalId),
    /// An event of an animal was recorded.
    EventRecorded(AnimalId, AnimalEventId),
    /// The same form had recorded it before.
    EventRecordedBefore,
    /// An event of an animal was corrected.
    EventCorrected(AnimalId, AnimalRevisionId),
    /// An event of an animal was removed.
    EventRemoved(AnimalId, AnimalRevisionId),
    /// A change of an animal was taken back.
    ChangeUndone,
    /// The form said what was there already.
    NothingChanged,
    /// There was nothing to take back any more.
    NothingToUndo,
    /// Care was logged or changed.
    Care(CareNote),
    /// Something was done with a task.
    Task(TaskNote),
    /// The keeper's calendar has no address any more.
    CalendarRevoked,
    /// Somebody registered with an invite.
    Registered,
    /// The keeper's name was saved.
    NameSaved,
    /// The keeper's password was changed.
    PasswordChanged,
    /// A new password was chosen with a link.
    PasswordReset,
    /// The second factor was turned off.
    SecondFactorOff,
    /// There is none, or there is one already.
    SecondFactorStale,
    /// An owner turned a keeper's off.
    SecondFactorOffFor,
    /// A mail goes to a new address.
    EmailAsked,
    /// The new address holds.
    EmailChanged,
    /// A change of address was taken back.
    EmailTakenBack,
    /// A session of the keeper's was ended.
    SessionEnded,
    /// All others were.
    SessionsEnded,
    /// The same form had invited before.
    InvitedBefore,
    /// An invite was taken back.
    InviteRevoked,
    /// It could not be: it was used, or taken back before.
    InviteNotRevoked,
    /// A keeper became an owner.
    MadeOwner(KeeperId),
    /// An owner became a keeper.
    MadeKeeper(KeeperId),
    /// Whoever did it is no owner any more.
    NoOwnerAnyMore,
    /// A keeper may not sign in any more.
    Deactivated(KeeperId),
    /// A keeper may sign in again.
    Reactivated(KeeperId),
    /// A keeper's account was deleted.
    KeeperDeleted,
    /// Refused: nobody would be left to run the log.
    LastOwner,
    /// Something was done with a job.
    Job(JobNote),
    /// A channel was added.
    ChannelAdded,
    /// The same form had added it before.
    ChannelBefore,
    /// A channel was changed.
    ChannelSaved,
    /// A test message waits to be sent.
    ChannelTested,
    /// A channel that is off sends no test.
    ChannelIsOff,
    /// A channel is in use again.
    ChannelOn,
    /// A channel is not used any more.
    ChannelOff,
    /// A channel was deleted.
    ChannelDeleted,
    /// A private address was allowed.
    EgressAllowed,
    /// One is no longer.
    EgressRemoved,
    /// What raises alerts in a tank was saved.
    AlertRulesSaved,
    /// The keeper is reminded from now on.
    RemindersOn,
    /// The keeper is not.
    RemindersOff,
    /// A reminder that was asked for waits to be sent.
    ReminderSent,
    /// There was nothing to remind of.
    ReminderNothing,
    /// No channel wants reminders.
    ReminderNowhere,
    /// A link in a message said that a task was done.
    DeedDone,
    /// A link in a message put a task off.
    DeedPutOff,
    /// Somebody has seen this alert.
    AlertSeen(AlertId),
}

/// What is about nothing in particular: its word and its sentence.
const PLAIN: &[(Note, &str, &str)] = &[
    (Note::SignedOut, "signed-out", "You are signed out."),
    (Note::Welcome, "welcome", "You are the first keeper. Welcome aboard."),
    (Note::TankAdded, "tank-added", "The tank is added."),
    (Note::TankSaved, "tank-saved", "The tank is saved."),
    (
        Note::ProfileChanged,
        "profile-changed",
        "The profile is changed, and what belongs to it is tracked as well. Untick what you do not measure.",
    ),
    (Note::TrackingSaved, "tracking-saved", "Saved what this tank tracks."),
    (Note::RangeSaved, "range-saved", "The range is saved."),
    (Note::OwnRangeBack, "own-range", "Your own numbers hold again."),
    (Note::ParameterSaved, "parameter-saved", "The parameter is saved."),
    (Note::ParameterDeleted, "parameter-deleted", "The parameter is deleted."),
    (Note::DisplaySaved, "display-saved", "Saved. Every page now follows it."),
    (Note::SavedBefore, "saved-before", "These readings were saved before; nothing was added twice."),
    (Note::NotInUse, "not-in-use", "This tank is not in use, so there is nothing to log."),
    (Note::Undone, "undone", "Taken back: it is as it was before."),
    (Note::Unchanged, "unchanged", "Nothing was changed."),
    (
        Note::NotUndone,
        "not-undone",
        "This cannot be taken back any more: something else was changed since. Correct it here.",
    ),
    (
        Note::PhotosBefore,
        "photos-before",
        "This form was saved before; nothing was added twice. If these were other photos, choose them again.",
    ),
    (Note::CaptionSaved, "caption-saved", "The caption is saved."),
    (Note::CoverChosen, "cover-chosen", "This photo is the cover now."),
    (Note::PhotoRestored, "photo-restored", "The photo is back."),
    (Note::AnimalEdited, "animal-edited", "Saved."),
    (
        Note::EventRecordedBefore,
        "event-recorded-before",
        "This was recorded before; nothing was added twice.",
    ),
    (Note::ChangeUndone, "change-undone", "Taken back: it is as it was before."),
    (Note::NothingChanged, "nothing-changed", "Nothing was changed: it says this already."),
    (
        Note::NothingToUndo,
        "nothing-to-undo",
        "It was taken back already, or changed again since; nothing was done.",
    ),
    (Note::CalendarRevoked, "calendar-revoked", "The calendar’s address is removed."),
    (Note::Registered, "registered", "You are registered and signed in. Welcome aboard."),
    (Note::NameSaved, "name-saved", "The name is saved."),
    (
        Note::PasswordChanged,
        "password-changed",
        "The password is changed, and every other browser is signed out.",
    ),
    (Note::PasswordReset, "password-reset", "The password is set. Sign in with it."),
    (Note::SecondFactorOff, "factor-off", "The second factor is off: your password alone signs you in."),
    (Note::SecondFactorStale, "factor-stale", "Nothing was changed: it is as this page says."),
    (Note::SecondFactorOffFor, "factor-off-for", "Their second factor is off, and a mail tells them so."),
    (
        Note::EmailAsked,
        "email-asked",
        "A mail is on its way. The address changes when you use the link in it.",
    ),
    (Note::EmailChanged, "email-changed", "The e-mail address is changed. Sign in with it from now on."),
    (Note::EmailTakenBack, "email-taken-back", "Taken back: the address stays as it is."),
    (Note::SessionEnded, "session-ended", "It is signed out."),
    (Note::SessionsEnded, "sessions-ended", "Every other browser is signed out."),
    (
        Note::InvitedBefore,
        "invited-before",
        "This invite was made before, and its link is not shown again. If it is lost, invite once more.",
    ),
    (Note::InviteRevoked, "invite-revoked", "The invite is taken back: its link no longer works."),
    (
        Note::InviteNotRevoked,
        "invite-not-revoked",
        "This invite cannot be taken back: it was used, or taken back before.",
    ),
    (Note::NoOwnerAnyMore, "no-owner", "You are no owner of this log any more."),
    (Note::KeeperDeleted, "keeper-deleted", "The account is deleted. What they recorded stays."),
    (
        Note::LastOwner,
        "last-owner",
        "Nothing was changed: they are the last owner who can sign in. Make somebody else an owner first.",
    ),
    (Note::ChannelAdded, "channel-added", "The channel is added. Send a test message to see that it works."),
    (Note::ChannelBefore, "channel-before", "This form was saved before; nothing was added twice."),
    (Note::ChannelSaved, "channel-saved", "The channel is saved."),
    (
        Note::ChannelTested,
        "channel-tested",
        "A test message is on its way. Load this page again to see what came of it.",
    ),
    (Note::ChannelIsOff, "channel-is-off", "The channel is turned off: turn it on first."),
    (Note::ChannelOn, "channel-on", "The channel is turned on."),
    (Note::ChannelOff, "channel-off", "The channel is turned off."),
    (Note::ChannelDeleted, "channel-deleted", "The channel is deleted."),
    (Note::EgressAllowed, "egress-allowed", "Allowed. Channels may post there from now on."),
    (Note::EgressRemoved, "egress-removed", "Removed. Channels post there no longer."),
    (Note::AlertRulesSaved, "alert-rules-saved", "Saved what raises an alert."),
    (Note::RemindersOn, "reminders-on", "Saved. You are reminded when something is due."),
    (Note::RemindersOff, "reminders-off", "Saved. You are not reminded."),
    (Note::ReminderSent, "reminder-sent", "A reminder is on its way."),
    (Note::ReminderNothing, "reminder-nothing", "Nothing is due, so there is nothing to send."),
    (
        Note::ReminderNowhere,
        "reminder-nowhere",
        "None of your channels is set to reminders. Choose one first, then send.",
    ),
    (Note::DeedDone, "deed-done", "Recorded as done. Thank you."),
    (Note::DeedPutOff, "deed-put-off", "Put off until tomorrow."),
];

impl Note {
    fn plain(self) -> Option<&'static (Self, &'static str, &'static str)> {
        PLAIN.iter().find(|(note, ..)| *note == self)
    }

    /// The word that the cookie carries.
    pub fn code(self) -> String {
        match self {
            Self::Saved(count) => format!("saved.{count}"),
            Self::PhotosAdded(count) => format!("photos-added.{count}"),
            Self::Decommissioned(tank) => format!("decommissioned.{tank}"),
            Self::Restored(tank) => format!("restored.{tank}"),
            Self::BackToPreset(tank, parameter) => format!("preset.{tank}.{}", parameter.0),
            Self::ParameterRetired(parameter) => format!("retired.{}", parameter.0),
            Self::ParameterOffered(parameter) => format!("offered.{}", parameter.0),
            Self::ReadingChanged(id) => format!("reading-changed.{id}"),
            Self::ReadingDeleted(id) => format!("reading-deleted.{id}"),
            Self::PhotoDeleted(id) => format!("photo-deleted.{id}"),
            Self::AnimalAdded(id) => format!("animal-added.{id}"),
            Self::AnimalDeleted(id) => format!("animal-deleted.{id}"),
            Self::EventRecorded(id, event) => format!("event-recorded.{id}.{event}"),
            Self::EventCorrected(id, revision) => format!("event-corrected.{id}.{revision}"),
            Self::EventRemoved(id, revision) => format!("event-removed.{id}.{revision}"),
            Self::MadeOwner(id) => format!("made-owner.{id}"),
            Self::MadeKeeper(id) => format!("made-keeper.{id}"),
            Self::Deactivated(id) => format!("deactivated.{id}"),
            Self::Reactivated(id) => format!("reactivated.{id}"),
            Self::AlertSeen(id) => format!("alert-seen.{id}"),
            Self::Care(note) => format!("care-{}", note.code()),
            Self::Task(note) => format!("task-{}", note.code()),
            Self::Job(note) => format!("job-{}", note.code()),
            plain => plain.plain().map(|(_, code, _)| (*code).to_owned()).unwrap_or_default(),
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
        if let Some(code) = code.strip_prefix("job-") {
            return JobNote::parse(code).map(Self::Job);
        }
        let plain = PLAIN.iter().find(|(_, word, _)| *word == code);
        plain.map(|(note, ..)| *note).or_else(|| Self::about(code))
    }

    /// Reads a word that names what it is about.
    fn about(code: &str) -> Option<Self> {
        fn two<A: FromStr, B: FromStr>(ids: &str) -> Option<(A, B)> {
            let (one, other) = ids.split_once('.')?;
            Some((one.parse().ok()?, other.parse().ok()?))
        }
        let parameter = |id: &str| id.parse().ok().filter(|id| *id > 0).map(ParameterId);
        let (word, about) = code.split_once('.')?;
        Some(match word {
            "saved" => Self::Saved(about.parse().ok()?),
            "photos-added" => Self::PhotosAdded(about.parse().ok()?),
            "decommissioned" => Self::Decommissioned(about.parse().ok()?),
            "restored" => Self::Restored(about.parse().ok()?),
            "preset" => {
                let (tank, id) = about.split_once('.')?;
                Self::BackToPreset(tank.parse().ok()?, parameter(id)?)
            }
            "retired" => Self::ParameterRetired(parameter(about)?),
            "offered" => Self::ParameterOffered(parameter(about)?),
            "reading-changed" => Self::ReadingChanged(about.parse().ok()?),
            "reading-deleted" => Self::ReadingDeleted(about.parse().ok()?),
            "photo-deleted" => Self::PhotoDeleted(about.parse().ok()?),
            "made-owner" => Self::MadeOwner(about.parse().ok()?),
            "made-keeper" => Self::MadeKeeper(about.parse().ok()?),
            "deactivated" => Self::Deactivated(about.parse().ok()?),
            "reactivated" => Self::Reactivated(about.parse().ok()?),
            "animal-added" => Self::AnimalAdded(about.parse().ok()?),
            "animal-deleted" => Self::AnimalDeleted(about.parse().ok()?),
            "event-recorded" => two(about).map(|(id, event)| Self::EventRecorded(id, event))?,
            "event-corrected" => two(about).map(|(id, revision)| Self::EventCorrected(id, revision))?,
            "event-removed" => two(about).map(|(id, revision)| Self::EventRemoved(id, revision))?,
            "alert-seen" => Self::AlertSeen(about.parse().ok()?),
            _ => return None,
        })
    }

    /// The address whose POST takes it back, where there is one.
    fn undo(self) -> Option<String> {
        Some(match self {
            Self::Decommissioned(tank) => format!("/tanks/{tank}/restore"),
            Self::Restored(tank) => format!("/tanks/{tank}/restore/undo"),
            Self::BackToPreset(tank, parameter) => {
                format!("/tanks/{tank}/parameters/{}/preset/undo", parameter.0)
            }
            Self::ParameterRetired(parameter) => format!("/settings/parameters/{}/offer", parameter.0),
            Self::ParameterOffered(parameter) => format!("/settings/parameters/{}/retire", parameter.0),
            Self::ReadingChanged(id) | Self::ReadingDeleted(id) => format!("/readings/changes/{id}/undo"),
            Self::PhotoDeleted(id) => format!("/photos/{id}/restore"),
            Self::AnimalAdded(id) => format!("/livestock/{id}/delete"),
            Self::AnimalDeleted(id) => format!("/livestock/{id}/restore"),
            Self::EventRecorded(id, event) => format!("/livestock/{id}/events/{event}/remove"),
            Self::EventCorrected(id, revision) | Self::EventRemoved(id, revision) => {
                format!("/livestock/{id}/revisions/{revision}/undo")
            }
            Self::MadeOwner(id) => format!("/settings/keepers/{id}/keeper"),
            Self::MadeKeeper(id) => format!("/settings/keepers/{id}/owner"),
            Self::Deactivated(id) => format!("/settings/keepers/{id}/reactivate"),
            Self::Reactivated(id) => format!("/settings/keepers/{id}/deactivate"),
            Self::AlertSeen(id) => format!("/alerts/{id}/unseen"),
            _ => return None,
        })
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        let text = match self {
            Self::Care(note) => return note.notice(),
            Self::Task(note) => return note.notice(),
            Self::Job(note) => return note.notice(),
            Self::Saved(1) => "Saved 1 reading.".to_owned(),
            Self::Saved(count) => format!("Saved {count} readings."),
            Self::PhotosAdded(1) => "The photo is added.".to_owned(),
            Self::PhotosAdded(count) => format!("{count} photos are added."),
            Self::Decommissioned(_) => "The tank is decommissioned. Its history stays.".to_owned(),
            Self::Restored(_) => "The tank is in use again.".to_owned(),
            Self::BackToPreset(..) => "The preset's numbers hold again.".to_owned(),
            Self::ParameterRetired(_) => "The parameter is retired: no longer offered or tracked.".to_owned(),
            Self::ParameterOffered(_) => "The parameter is offered again.".to_owned(),
            Self::ReadingChanged(_) => "The change is saved.".to_owned(),
            Self::ReadingDeleted(_) => "Deleted.".to_owned(),
            Self::AlertSeen(_) => "Noted that it was seen. It is told again if it grows worse.".to_owned(),
            Self::PhotoDeleted(_) => "The photo is deleted.".to_owned(),
            Self::AnimalAdded(_) => "The animal is added.".to_owned(),
            Self::AnimalDeleted(_) => "The animal is deleted.".to_owned(),
            Self::EventRecorded(..) => "Recorded.".to_owned(),
            Self::EventCorrected(..) => "Corrected.".to_owned(),
            Self::EventRemoved(..) => "Removed.".to_owned(),
            Self::MadeOwner(_) => "They are an owner now.".to_owned(),
            Self::MadeKeeper(_) => "They are a keeper now, no longer an owner.".to_owned(),
            Self::Deactivated(_) => "The account is deactivated, and signed out everywhere.".to_owned(),
            Self::Reactivated(_) => "The account may sign in again.".to_owned(),
            plain => plain.plain().map(|(.., text)| (*text).to_owned()).unwrap_or_default(),
        };
        let refused = matches!(self, Self::NotUndone | Self::InviteNotRevoked | Self::LastOwner);
        let state = if refused { State::Watch } else { State::Ok };
        Notice { state, text, undo: self.undo() }
    }
}

#[cfg(test)]
mod tests;
