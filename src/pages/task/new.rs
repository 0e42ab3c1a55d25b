//! `GET /tasks/new`: the form for a task.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use sqlx::PgConnection;

use super::fields::TaskFields;
use super::{home, zone_in_words};
use crate::db;
use crate::db::tank::Tank;
use crate::domain::id::TankId;
use crate::domain::task::form::HOUSEHOLD;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Choice, Field};
use crate::pages::parts::Link;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page, for a new task and for one that is changed.
#[derive(Clone, Debug, Template)]
#[template(path = "task/form.html")]
pub struct TaskFormPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The page's title.
    pub title: String,
    /// The page above.
    pub crumb: Link,
    /// Where the form is sent.
    pub action: String,
    /// Made when the form is shown: the same form twice is one task. Empty when one is changed.
    pub form_id: String,
    /// The form.
    pub form: TaskFields,
    /// What the button says.
    pub button: &'static str,
}

/// Empty fields for one of these tanks, or for the household.
pub fn fields(visit: &Visit, tanks: &[Tank], chosen: Option<TankId>) -> TaskFields {
    let home = home(&visit.app);
    let now = visit.app.clock.now();
    let zone = tanks.iter().find(|tank| Some(tank.id) == chosen).map_or(&home, |tank| &tank.zone);
    let named = if tanks.is_empty() {
        zone_in_words(visit, &home)
    } else {
        format!("the tank, or of {} for the household", zone::name(&home))
    };
    let mut form = TaskFields::new(&zone::day_of(now, zone).to_string(), &named);
    let chosen = chosen.map_or_else(|| HOUSEHOLD.to_owned(), |tank| tank.to_string());
    form.tank = Some(Field::text("tank", "For").with(chosen));
    form.tanks = std::iter::once(Choice::new(HOUSEHOLD, "The household"))
        .chain(tanks.iter().map(|tank| Choice::new(tank.id.to_string(), &tank.name)))
        .collect();
    form.can_log = !tanks.is_empty();
    form
}

/// The page with this form.
pub fn page(visit: &Visit, form_id: String, form: TaskFields) -> TaskFormPage {
    TaskFormPage {
        shell: visit.shell("tasks"),
        title: "Add a task".to_owned(),
        crumb: Link { href: "/tasks".to_owned(), label: "Tasks".to_owned() },
        action: "/tasks/new".to_owned(),
        form_id,
        form,
        button: "Add the task",
    }
}

/// The tanks a task can be for.
///
/// # Errors
/// When the database does not answer.
pub async fn tanks(db: &mut PgConnection) -> Result<Vec<Tank>, Error> {
    Ok(db::tank::list(db).await?)
}

/// Shows an empty form, for the tank asked for, or else for the only one.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Query(asked): Query<Vec<(String, String)>>) -> Result<Response, Error> {
    let tanks = tanks(&mut *visit.app.connection().await?).await?;
    let asked = Typed(asked).get("tank").parse::<TankId>().ok();
    let asked = asked.filter(|asked| tanks.iter().any(|tank| tank.id == *asked));
    let only = match tanks.as_slice() {
        [only] => Some(only.id),
        _ => None,
    };
    let form = fields(&visit, &tanks, asked.or(only));
    visit.page(&page(&visit, visit.app.clock.uuid().to_string(), form))
}

#[cfg(test)]
impl TaskFormPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        use crate::domain::field::FieldErrors;

        let page = |form| Self {
            shell: Shell::sample("tasks"),
            title: "Add a task".to_owned(),
            crumb: Link { href: "/tasks".to_owned(), label: "Tasks".to_owned() },
            action: "/tasks/new".to_owned(),
            form_id: "0193".to_owned(),
            form,
            button: "Add the task",
        };
        let mut empty = TaskFields::new("2026-11-23", "the tank, or of Europe/Berlin for the household");
        empty.tank = Some(Field::text("tank", "For").with("1"));
        empty.tanks = vec![Choice::new(HOUSEHOLD, "The household"), Choice::new("1", "Reef by the window")];
        let mut errors = FieldErrors::new();
        for field in [
            "title",
            "tank",
            "how",
            "every_days",
            "every_weeks",
            "weekdays",
            "month_day",
            "after_days",
            "due_time",
            "starts_on",
            "care",
            "water_amount",
            "dose_unit",
            "dose_subject",
            "food_subject",
            "food_portion",
            "cleaning_subject",
            "filter_subject",
            "equipment_subject",
            "notes",
            "form",
        ] {
            errors.push(field, "This needs another look.");
        }
        let typed = [("how", "weekdays"), ("weekday_2", "on"), ("care", "dose"), ("title", "x")];
        let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let wrong = empty.clone().again(&Typed(typed), &errors);
        let mut household = TaskFields::new("2026-11-23", "Europe/Berlin (CET)");
        household.can_log = false;
        let edit =
            Self { title: "Change “Order food”".to_owned(), form_id: String::new(), ..page(household) };
        vec![
            ("task-new".to_owned(), page(empty)),
            ("task-new-wrong".to_owned(), page(wrong)),
            ("task-edit".to_owned(), edit),
        ]
    }
}
