//! What is said once after something was done with a task.

use crate::domain::id::{FormId, TaskId};
use crate::pages::parts::State;
use crate::pages::shell::Notice;

/// What happened to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskNote {
    /// It was made.
    Added,
    /// It was changed.
    Changed,
    /// It was done.
    Done(TaskId, FormId),
    /// It was done, and that was logged.
    Logged(TaskId, FormId),
    /// An occurrence was left out.
    Skipped(TaskId, FormId),
    /// It was put off.
    Snoozed(TaskId, FormId),
    /// Something was taken back.
    Undone,
    /// Something could not be taken back.
    TooLate,
    /// The page was out of date: nothing was done.
    Stale,
    /// It rests.
    Paused(TaskId),
    /// It is taken up again.
    Resumed,
    /// It is put away.
    Archived(TaskId),
    /// It is taken back.
    Restored,
}

impl TaskNote {
    /// The word that the cookie carries, after `task-`.
    pub fn code(self) -> String {
        let event = |word: &str, task: TaskId, event: FormId| format!("{word}.{task}.{event}");
        match self {
            Self::Added => "added".to_owned(),
            Self::Changed => "changed".to_owned(),
            Self::Done(task, form) => event("done", task, form),
            Self::Logged(task, form) => event("logged", task, form),
            Self::Skipped(task, form) => event("skipped", task, form),
            Self::Snoozed(task, form) => event("snoozed", task, form),
            Self::Undone => "undone".to_owned(),
            Self::TooLate => "too-late".to_owned(),
            Self::Stale => "stale".to_owned(),
            Self::Paused(task) => format!("paused.{task}"),
            Self::Resumed => "resumed".to_owned(),
            Self::Restored => "restored".to_owned(),
            Self::Archived(task) => format!("archived.{task}"),
        }
    }

    /// Reads the word back. Anything else is no note.
    pub fn parse(code: &str) -> Option<Self> {
        let (word, ids) = code.split_once('.').map_or((code, None), |(word, ids)| (word, Some(ids)));
        let Some(ids) = ids else {
            return Some(match word {
                "added" => Self::Added,
                "changed" => Self::Changed,
                "undone" => Self::Undone,
                "too-late" => Self::TooLate,
                "stale" => Self::Stale,
                "resumed" => Self::Resumed,
                "restored" => Self::Restored,
                _ => return None,
            });
        };
        let Some((task, event)) = ids.split_once('.') else {
            let task = ids.parse().ok()?;
            return match word {
                "paused" => Some(Self::Paused(task)),
                "archived" => Some(Self::Archived(task)),
                _ => None,
            };
        };
        let (task, event) = (task.parse().ok()?, event.parse().ok()?);
        Some(match word {
            "done" => Self::Done(task, event),
            "logged" => Self::Logged(task, event),
            "skipped" => Self::Skipped(task, event),
            "snoozed" => Self::Snoozed(task, event),
            _ => return None,
        })
    }

    /// The sentence.
    pub fn notice(self) -> Notice {
        let undo = |task: TaskId, event: FormId| Some(format!("/tasks/{task}/undo/{event}"));
        let (state, text, undo) = match self {
            Self::Added => (State::Ok, "The task is added.", None),
            Self::Changed => (State::Ok, "The task is changed.", None),
            Self::Done(task, event) => (State::Ok, "Done.", undo(task, event)),
            Self::Logged(task, event) => (State::Ok, "Done, and logged.", undo(task, event)),
            Self::Skipped(task, event) => (State::Ok, "Skipped this time.", undo(task, event)),
            Self::Snoozed(task, event) => (State::Ok, "Put off.", undo(task, event)),
            Self::Undone => (State::Ok, "Taken back.", None),
            Self::TooLate => (
                State::Watch,
                "Something else was done with the task since, so nothing was taken back.",
                None,
            ),
            Self::Stale => (
                State::Watch,
                "The task had changed since this page was loaded, so nothing was done. This is how it stands now.",
                None,
            ),
            Self::Paused(task) => (
                State::Ok,
                "The task is paused. It is not due until you resume it.",
                Some(format!("/tasks/{task}/resume")),
            ),
            Self::Resumed => (State::Ok, "The task is live again.", None),
            Self::Restored => (State::Ok, "The task is no longer archived.", None),
            Self::Archived(task) => {
                (State::Ok, "The task is archived.", Some(format!("/tasks/{task}/restore")))
            }
        };
        Notice { state, text: text.to_owned(), undo }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_note_reads_its_own_code_and_nothing_else() {
        let (task, event) = (TaskId(Uuid::from_u128(7)), FormId(Uuid::from_u128(8)));
        for note in [
            TaskNote::Added,
            TaskNote::Changed,
            TaskNote::Done(task, event),
            TaskNote::Logged(task, event),
            TaskNote::Skipped(task, event),
            TaskNote::Snoozed(task, event),
            TaskNote::Undone,
            TaskNote::TooLate,
            TaskNote::Stale,
            TaskNote::Paused(task),
            TaskNote::Resumed,
            TaskNote::Archived(task),
            TaskNote::Restored,
        ] {
            assert_eq!(TaskNote::parse(&note.code()), Some(note));
        }
        for code in ["", "done", "done.1.2", "paused", "added.1", "<b>", "done.."] {
            assert_eq!(TaskNote::parse(code), None, "{code}");
        }
    }
}
