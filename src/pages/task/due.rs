//! What is due, as the dashboard, a tank's page and the list of tasks show it: with a button that says it is done.

use sqlx::PgConnection;

use super::{due_when, home, href};
use crate::db;
use crate::db::task::{Places, Task};
use crate::domain::care::What;
use crate::domain::task::Standing;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::parts::State;
use crate::pages::tank::href as tank_href;
use crate::pages::visit::Visit;

/// How many lines the dashboard and a tank's page show.
const MOST: i64 = 8;

/// One duty.
#[derive(Clone, Debug)]
pub struct DueRow {
    /// What is to be done.
    pub title: String,
    /// Its page.
    pub href: String,
    /// The tank's name; empty for the household's, and on the tank's own page.
    pub tank: String,
    /// The tank's page.
    pub tank_href: String,
    /// Where it stands.
    pub standing: Standing,
    /// When, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// What is logged when it is done; may be empty.
    pub logs: String,
    /// Made when the page is shown: a double tap is once.
    pub form_id: String,
    /// What the page knows of the task: a page that is out of date does nothing.
    pub turn: i32,
}

impl DueRow {
    /// The mark and the colour; the word is [`word`](Self::word).
    pub const fn state(&self) -> State {
        match self.standing {
            Standing::Overdue => State::Act,
            Standing::Today => State::Stale,
            Standing::Coming => State::New,
        }
    }

    /// The word beside the mark.
    pub const fn word(&self) -> &'static str {
        match self.standing {
            Standing::Overdue => "Overdue",
            Standing::Today => "Today",
            Standing::Coming => "Coming",
        }
    }
}

/// What is due.
#[derive(Clone, Debug, Default)]
pub struct DueList {
    /// The soonest first.
    pub rows: Vec<DueRow>,
    /// How many more there are.
    pub more: i64,
    /// Where the others are.
    pub all_href: String,
    /// The page this is on, to come back to.
    pub from: &'static str,
}

/// A task as a line.
pub fn row(visit: &Visit, task: &Task, with_tank: bool) -> DueRow {
    let (app, now) = (&visit.app, visit.app.clock.now());
    let home = home(app);
    let zone = task.zone(&home);
    DueRow {
        title: task.title.clone(),
        href: href(task.id),
        tank: task.tank_name.clone().filter(|_| with_tank).unwrap_or_default(),
        tank_href: task.tank.map(tank_href).unwrap_or_default(),
        standing: Standing::of(task.next_due_at, zone, now),
        when: due_when(task.next_due_at, zone, now, visit.dates()),
        iso: task.next_due_at.to_string(),
        logs: task.care.as_ref().map(What::summary).unwrap_or_default(),
        form_id: app.clock.uuid().to_string(),
        turn: task.turn,
    }
}

/// What is overdue or due today.
async fn gather(
    visit: &Visit,
    db: &mut PgConnection,
    places: Places,
    from: &'static str,
    all_href: String,
) -> Result<DueList, Error> {
    let now = visit.app.clock.now();
    // Until the end of the day in whatever zone: what is not of today in its own is left out below.
    let until = now.saturating_add(jiff::SignedDuration::from_hours(26)).unwrap_or(now);
    let due = db::task::due(db, places, until, 3 * MOST).await?;
    let rows: Vec<_> = due.tasks.iter().map(|task| row(visit, task, places == Places::All)).collect();
    let mut rows: Vec<_> = rows.into_iter().filter(|row| row.standing != Standing::Coming).collect();
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let hidden = i64::try_from(rows.len().saturating_sub(most)).unwrap_or(0);
    rows.truncate(most);
    Ok(DueList { rows, more: hidden + due.more, all_href, from })
}

/// What is due anywhere, for the dashboard.
///
/// # Errors
/// When the database does not answer.
pub async fn on_dashboard(visit: &Visit, db: &mut PgConnection) -> Result<DueList, Error> {
    gather(visit, db, Places::All, "home", "/tasks".to_owned()).await
}

/// What is due for a tank, for its page; nothing for one that was taken down.
///
/// # Errors
/// When the database does not answer.
pub async fn of_tank(visit: &Visit, db: &mut PgConnection, tank: &db::tank::Tank) -> Result<DueList, Error> {
    let all_href = format!("/tasks?tank={}", tank.id);
    gather(visit, db, Places::Tank(tank.id), "tank", all_href).await
}

/// The instant before which a task must be due to be among the next fourteen days in any zone.
pub fn horizon(visit: &Visit) -> jiff::Timestamp {
    let now = visit.app.clock.now();
    let home = home(&visit.app);
    let end = zone::day_of(now, &home);
    let end = end.checked_add(jiff::ToSpan::days(15)).unwrap_or(end);
    end.to_zoned(home).map_or(now, |end| end.timestamp())
}

#[cfg(test)]
impl DueList {
    pub(in crate::pages) fn sample(from: &'static str) -> Self {
        let row = |title: &str, tank: &str, standing, when: &str, logs: &str| DueRow {
            title: title.to_owned(),
            href: "/tasks/1".to_owned(),
            tank: tank.to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            standing,
            when: when.to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            logs: logs.to_owned(),
            form_id: "0195".to_owned(),
            turn: 3,
        };
        let reef = if from == "tank" { "" } else { "Reef by the window" };
        Self {
            rows: vec![
                row("Change water", reef, Standing::Overdue, "since 12 Nov 09:00", "Water change 10 %"),
                row(
                    "Rinse the prefilter of the external canister and look at the impeller",
                    reef,
                    Standing::Today,
                    "since 09:00",
                    "",
                ),
                row("Order food", "", Standing::Today, "at 18:30", ""),
            ],
            more: 2,
            all_href: "/tasks".to_owned(),
            from,
        }
    }
}
