//! What is said once after something was done with a job.

use crate::domain::id::JobId;
use crate::pages::parts::State;
use crate::pages::shell::Notice;

/// What happened to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobNote {
    /// It waits for a worker, at once.
    Again,
    /// A worker holds it.
    Taken,
    /// It had ended already.
    Ended,
    /// It was thrown away.
    Discarded(JobId),
    /// It was taken back.
    Restored,
    /// A test mail was asked for.
    TestAsked,
    /// A test mail had been asked for before.
    TestOpen,
    /// There is no mail server to test.
    NoMail,
}

/// What is about no job in particular: its word, how it is meant and its sentence.
const PLAIN: [(JobNote, &str, State, &str); 7] = [
    (JobNote::Again, "again", State::Ok, "It is tried again now."),
    (
        JobNote::Taken,
        "taken",
        State::Watch,
        "A worker had begun with it meanwhile, so nothing was changed. This is how it stands now.",
    ),
    (JobNote::Ended, "ended", State::Watch, "It had ended already, so nothing was changed."),
    (JobNote::Restored, "restored", State::Ok, "The job is back as it was."),
    (JobNote::TestAsked, "test", State::Ok, "The test mail is on its way. Load this page again in a moment."),
    (
        JobNote::TestOpen,
        "test-open",
        State::Watch,
        "A test mail to you is under way already; see below what became of it.",
    ),
    (JobNote::NoMail, "no-mail", State::Watch, "No mail server is set, so there is nothing to test."),
];

impl JobNote {
    /// The word that the cookie carries, after `job-`.
    pub fn code(self) -> String {
        match self {
            Self::Discarded(id) => format!("discarded.{id}"),
            plain => {
                PLAIN.iter().find(|(note, ..)| *note == plain).map_or("", |(_, code, ..)| code).to_owned()
            }
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        if let Some(id) = code.strip_prefix("discarded.") {
            return id.parse().ok().map(Self::Discarded);
        }
        PLAIN.iter().find(|(_, word, ..)| *word == code).map(|(note, ..)| *note)
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        if let Self::Discarded(id) = self {
            let undo = Some(format!("/settings/jobs/{id}/restore"));
            return Notice { state: State::Ok, text: "The job is discarded.".to_owned(), undo };
        }
        let plain = PLAIN.iter().find(|(note, ..)| *note == self);
        let (state, text) = plain.map_or((State::Ok, ""), |(_, _, state, text)| (*state, *text));
        Notice { state, text: text.to_owned(), undo: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        let about = JobNote::Discarded(JobId(uuid::Uuid::from_u128(7)));
        for note in PLAIN.into_iter().map(|(note, ..)| note).chain([about]) {
            assert_eq!(JobNote::parse(&note.code()), Some(note));
            assert!(note.notice().text.ends_with('.'), "{note:?}");
        }
        for code in ["", "discarded", "discarded.", "discarded.x", "<b>"] {
            assert_eq!(JobNote::parse(code), None, "{code}");
        }
    }
}
