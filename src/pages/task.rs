//! Recurring duties: what is due, what was done, and how often it comes.

pub mod act;
pub mod create;
pub mod due;
pub mod edit;
pub mod fields;
pub mod life;
pub mod list;
pub mod new;
pub mod note;
pub mod show;
pub mod undo;
pub mod update;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use super::text;
use super::visit::Visit;
use crate::db;
use crate::db::task::Task;
use crate::domain::dates::DateFormat;
use crate::domain::id::TaskId;
use crate::domain::tank::stored_zone;
use crate::domain::task::{Rule, Schedule, Standing};
use crate::domain::zone;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tasks", get(list::handle))
        .route("/tasks/new", get(new::handle).post(create::handle))
        .route("/tasks/{id}", get(show::handle))
        .route("/tasks/{id}/edit", get(edit::handle).post(update::handle))
        .route("/tasks/{id}/done", post(act::done))
        .route("/tasks/{id}/skip", post(act::skip))
        .route("/tasks/{id}/snooze", post(act::snooze))
        .route("/tasks/{id}/undo/{event}", post(undo::handle))
        .route("/tasks/{id}/pause", post(life::pause))
        .route("/tasks/{id}/resume", post(life::resume))
        .route("/tasks/{id}/archive", post(life::archive))
        .route("/tasks/{id}/restore", post(life::restore))
}

/// The task that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtTask(pub TaskId);

impl FromRequestParts<App> for AtTask {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl AtTask {
    /// The task.
    ///
    /// # Errors
    /// When there is no such task, or the database does not answer.
    pub async fn find(self, db: &mut PgConnection) -> Result<Task, Error> {
        db::task::find(db, self.0).await?.ok_or(Error::NotFound)
    }
}

/// The address of a task's page.
pub fn href(id: TaskId) -> String {
    format!("/tasks/{id}")
}

/// The household's zone, in which tasks without a tank are due.
pub fn home(app: &App) -> TimeZone {
    stored_zone(&app.settings.default_tz)
}

/// How often, in words: `every 2 weeks on Saturday`.
pub fn often(schedule: &Schedule) -> String {
    match schedule.rule {
        Rule::Days(1) => "every day".to_owned(),
        Rule::Days(days) => format!("every {days} days"),
        Rule::Weeks(1) => format!("every {}", weekday(schedule.starts_on.weekday())),
        Rule::Weeks(weeks) => format!("every {weeks} weeks on {}", weekday(schedule.starts_on.weekday())),
        Rule::Weekdays(days) if days.bits() == 127 => "every day".to_owned(),
        Rule::Weekdays(days) => {
            format!("every {}", text::list(&days.days().map(weekday).collect::<Vec<_>>()))
        }
        Rule::MonthDay(day @ 29..) => format!("on day {day} of each month, or its last day"),
        Rule::MonthDay(day) => format!("on day {day} of each month"),
        Rule::After(1) => "the day after it was done".to_owned(),
        Rule::After(days) => format!("{days} days after it was done"),
    }
}

/// A day's name.
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// When something is due: `since yesterday 09:00`, `at 18:30`, `tomorrow 09:00`, `Saturday 28 Nov 09:00`.
pub fn due_when(at: Timestamp, zone: &TimeZone, now: Timestamp, dates: DateFormat) -> String {
    let local = zone.to_datetime(at);
    let clock = dates.time(local.time());
    match Standing::of(at, zone, now) {
        Standing::Overdue => format!("since {}", text::when(at, zone, now, dates)),
        Standing::Today if at <= now => format!("since {clock}"),
        Standing::Today => format!("at {clock}"),
        Standing::Coming => {
            let (day, today) = (local.date(), zone::day_of(now, zone));
            match today.tomorrow() {
                Ok(tomorrow) if tomorrow == day => format!("tomorrow {clock}"),
                _ => format!("{} {} {clock}", weekday(day.weekday()), text::day(at, zone, now, dates)),
            }
        }
    }
}

/// The zone of a task with what it is called at the moment.
fn zone_in_words(visit: &Visit, zone: &TimeZone) -> String {
    text::zone_now(zone, visit.app.clock.now())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, time};

    use super::*;
    use crate::domain::task::Weekdays;

    #[test]
    fn how_often_in_words() {
        let starts_on = Date::constant(2026, 11, 28);
        let words = |rule| often(&Schedule { rule, starts_on, time: time(9, 0, 0, 0) });
        let days = |days: &[Weekday]| Rule::Weekdays(Weekdays::new(days.iter().copied()).unwrap());
        assert_eq!(words(Rule::Days(1)), "every day");
        assert_eq!(words(Rule::Days(3)), "every 3 days");
        assert_eq!(words(Rule::Weeks(1)), "every Saturday");
        assert_eq!(words(Rule::Weeks(2)), "every 2 weeks on Saturday");
        assert_eq!(words(days(&[Weekday::Monday, Weekday::Friday])), "every Monday and Friday");
        assert_eq!(words(days(&Weekdays::WEEK)), "every day");
        assert_eq!(words(Rule::MonthDay(1)), "on day 1 of each month");
        assert_eq!(words(Rule::MonthDay(31)), "on day 31 of each month, or its last day");
        assert_eq!(words(Rule::After(14)), "14 days after it was done");
    }

    #[test]
    fn when_in_words() {
        let berlin = zone::parse("Europe/Berlin").unwrap();
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        for (at, words) in [
            ("2026-11-22T08:00:00Z", "since yesterday 09:00"),
            ("2026-11-12T08:00:00Z", "since 12 Nov 09:00"),
            ("2026-11-23T08:00:00Z", "since 09:00"),
            ("2026-11-23T17:30:00Z", "at 18:30"),
            ("2026-11-24T08:00:00Z", "tomorrow 09:00"),
            ("2026-11-28T08:00:00Z", "Saturday 28 Nov 09:00"),
            ("2027-01-02T08:00:00Z", "Saturday 2 Jan 2027 09:00"),
        ] {
            assert_eq!(due_when(at.parse().unwrap(), &berlin, now, DateFormat::DayFirst), words);
        }
    }
}
