//! What a reminder says: in the keeper's manner of dates, and in the time of the tank that it is about.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::db::reminder::Reader;
use crate::db::task::Task;
use crate::domain::deed::{Deed, What};
use crate::domain::id::KeeperId;
use crate::domain::message::{Action, Line, Message, Purpose, Urgency};
use crate::domain::reminder::Plan;
use crate::domain::zone;

/// More than so many messages at once are nobody's wish: then all of it is in one.
const SINGLE: usize = 20;

/// The messages, each with what tells it from the others of this occasion. `more` are due beside these tasks.
pub(super) fn messages(
    tasks: &[Task],
    more: i64,
    keeper: KeeperId,
    reader: &Reader,
    plan: &Plan,
    now: Timestamp,
) -> Vec<(String, Message)> {
    let words = Words { keeper, reader, home: &plan.zone, now };
    if plan.digest || tasks.len() > SINGLE || more > 0 {
        let mut message = words.digest(tasks);
        let aside = |text, path: &str| Line { text, path: path.to_owned(), actions: Vec::new() };
        if more > 0 {
            message.lines.push(aside("There are more, which the list of tasks shows.".to_owned(), "/tasks"));
        }
        if !plan.digest {
            let text = format!("More than {SINGLE} at once come in one message.");
            message.lines.push(aside(text, "/settings/reminders"));
        }
        return vec![(String::new(), message)];
    }
    tasks.iter().map(|task| (format!(":{}:{}", task.id, task.turn), words.single(task))).collect()
}

fn message(title: String, lines: Vec<Line>, overdue: bool, path: String) -> Message {
    let urgency = if overdue { Urgency::Soon } else { Urgency::Routine };
    Message { purpose: Purpose::Reminder, urgency, title, lines, path }
}

struct Words<'a> {
    keeper: KeeperId,
    reader: &'a Reader,
    /// The zone of the keeper's clock, in which the household's tasks are told too.
    home: &'a TimeZone,
    now: Timestamp,
}

impl Words<'_> {
    /// For how many days the task has been due; 0 for today.
    fn days(&self, task: &Task) -> i32 {
        let zone = task.zone(self.home);
        let (today, day) = (zone::day_of(self.now, zone), zone::day_of(task.next_due_at, zone));
        (today - day).get_days().max(0)
    }

    /// All of it: tank by tank, what is due longest first.
    fn digest(&self, tasks: &[Task]) -> Message {
        let mut sorted: Vec<&Task> = tasks.iter().collect();
        // Tanks by name, one of the same name after the other; what concerns no tank comes last.
        sorted.sort_by(|a, b| {
            let key = |task: &Task| {
                (task.tank.is_none(), task.tank_name.clone(), task.tank, task.next_due_at, task.id)
            };
            key(a).cmp(&key(b))
        });
        let overdue = sorted.iter().filter(|task| self.days(task) > 0).count();
        let title = match (sorted.as_slice(), overdue) {
            ([task], _) => self.title(task),
            (all, 0) => format!("{} tasks are due today", all.len()),
            (all, overdue) if overdue == all.len() => format!("{} tasks are overdue", all.len()),
            (all, overdue) => format!("{} tasks are due, {overdue} of them overdue", all.len()),
        };
        message(title, sorted.iter().map(|task| self.line(task)).collect(), overdue > 0, "/tasks".to_owned())
    }

    /// One task.
    fn single(&self, task: &Task) -> Message {
        let path = format!("/tasks/{}", task.id);
        message(self.title(task), vec![self.line(task)], self.days(task) > 0, path)
    }

    fn title(&self, task: &Task) -> String {
        let since = match self.days(task) {
            0 => "is due today".to_owned(),
            1 => "is 1 day overdue".to_owned(),
            days => format!("is {days} days overdue"),
        };
        format!("{}{} {since}", place(task), task.title)
    }

    fn line(&self, task: &Task) -> Line {
        let zone = task.zone(self.home);
        let due = zone.to_datetime(task.next_due_at);
        let time = self.reader.dates.time(due.time());
        let day = match self.days(task) {
            0 => format!("due today at {time}"),
            1 => format!("1 day overdue, since yesterday {time}"),
            days => format!("{days} days overdue, since {}", self.reader.dates.minute(due)),
        };
        // A tank's own clock, where it is another one.
        let offset = |zone: &TimeZone| zone.to_offset(task.next_due_at);
        let clock = if offset(zone) == offset(self.home) {
            String::new()
        } else {
            format!(" ({})", zone::name(zone))
        };
        let logs = task.care.as_ref().map(|care| format!("; logs {}", care.summary())).unwrap_or_default();
        let path = format!("/tasks/{}", task.id);
        let action = |label: &str, what| Action {
            label: label.to_owned(),
            path: path.clone(),
            deed: Some(Deed { keeper: self.keeper, task: task.id, turn: task.turn, what }),
        };
        Line {
            text: format!("{}{}: {day}{clock}{logs}", place(task), task.title),
            actions: vec![action("Done", What::Done), action("Put off until tomorrow", What::Tomorrow)],
            path,
        }
    }
}

/// The tank, in front of what is to be done there.
fn place(task: &Task) -> String {
    task.tank_name.as_ref().map(|tank| format!("{tank}: ")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
