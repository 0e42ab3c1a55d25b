//! The fields of a task, for a new one and for one that is changed.

use crate::db::task::Task;
use crate::domain::care::{Kind, SUBJECT_MAX, Unit};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::number;
use crate::domain::task::form::{How, WEEKDAY_FIELDS};
use crate::domain::task::{NOTES_MAX, Rule, TITLE_MAX, Weekdays};
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::task::weekday;
use crate::pages::typed::Typed;

/// A day that can be ticked.
#[derive(Clone, Copy, Debug)]
pub struct DayTick {
    /// The input's name and id.
    pub name: &'static str,
    /// The day's name.
    pub label: &'static str,
    /// Is it ticked?
    pub ticked: bool,
}

/// The form's fields.
#[derive(Clone, Debug)]
pub struct TaskFields {
    /// What is to be done.
    pub title: Field,
    /// The tank's id; only a new task chooses.
    pub tank: Option<Field>,
    /// The tanks to choose from.
    pub tanks: Vec<Choice>,
    /// How it recurs: one of [`How`]'s names.
    pub how: Field,
    /// Days between two.
    pub every_days: Field,
    /// Weeks between two.
    pub every_weeks: Field,
    /// The week.
    pub days: Vec<DayTick>,
    /// Carries the error of the ticks.
    pub weekdays: Field,
    /// The day of the month.
    pub month_day: Field,
    /// Days after the last time.
    pub after_days: Field,
    /// The time of day.
    pub due_time: Field,
    /// The first day.
    pub starts_on: Field,
    /// What is logged: a kind's name or nothing.
    pub care: Field,
    /// Whether it can log anything: only a tank's task can.
    pub can_log: bool,
    /// How much water is changed.
    pub water_amount: Field,
    /// Its unit's code.
    pub water_unit: String,
    /// Units of a water change.
    pub water_units: Vec<Choice>,
    /// How much is dosed.
    pub dose_amount: Field,
    /// Its unit's code.
    pub dose_unit: String,
    /// Units of a dose.
    pub dose_units: Vec<Choice>,
    /// The product.
    pub dose_subject: Field,
    /// The food.
    pub food_subject: Field,
    /// How much is fed.
    pub food_portion: Field,
    /// What is cleaned.
    pub cleaning_subject: Field,
    /// What is done with the filter.
    pub filter_subject: Field,
    /// What is done with the equipment.
    pub equipment_subject: Field,
    /// How, in words.
    pub notes: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

fn whole(name: &'static str, label: &'static str, value: &str) -> Field {
    Field { complete: "off", max: 4, required: false, ..Field::text(name, label).with(value) }
}

fn line(name: &'static str, label: &'static str, required: bool) -> Field {
    Field { complete: "off", max: SUBJECT_MAX, required, ..Field::text(name, label) }
}

fn units(units: &[Unit]) -> Vec<Choice> {
    units.iter().map(|unit| Choice::new(unit.as_str(), unit.label())).collect()
}

impl TaskFields {
    /// Fields of a task that comes every week from this day on.
    pub fn new(today: &str, zone: &str) -> Self {
        let tick = |(name, day)| DayTick { name, label: weekday(day), ticked: false };
        Self {
            title: Field {
                complete: "off",
                max: TITLE_MAX,
                hint: "Such as: Change water, Rinse the prefilter.".into(),
                ..Field::text("title", "What is to be done")
            },
            tank: None,
            tanks: Vec::new(),
            how: Field::text("how", "How often").with(How::Days.as_str()),
            every_days: whole("every_days", "Days from one to the next", "7"),
            every_weeks: whole(
                "every_weeks",
                "Weeks from one to the next, on the weekday of the first day",
                "1",
            ),
            days: WEEKDAY_FIELDS.into_iter().zip(Weekdays::WEEK).map(tick).collect(),
            weekdays: Field::text("weekdays", "On these days"),
            month_day: whole("month_day", "Day of the month; its last day where it is shorter", "1"),
            after_days: whole("after_days", "Days after it was done the last time", "14"),
            due_time: Field { kind: "time", ..Field::text("due_time", "Due at").with("18:00") },
            starts_on: Field {
                kind: "date",
                hint: format!("Days and times are those of {zone}.").into(),
                ..Field::text("starts_on", "First on").with(today)
            },
            care: Field {
                required: false,
                hint: "One tap on “Done” then also logs it for the tank.".into(),
                ..Field::text("care", "What it logs when done")
            },
            can_log: true,
            water_amount: Field { complete: "off", max: 20, ..Field::text("water_amount", "How much water") },
            water_unit: Unit::Percent.as_str().to_owned(),
            water_units: units(&Unit::OF_WATER),
            dose_amount: Field { complete: "off", max: 20, ..Field::text("dose_amount", "Amount") },
            dose_unit: Unit::Millilitre.as_str().to_owned(),
            dose_units: units(&Unit::OF_DOSES),
            dose_subject: line("dose_subject", "Product", true),
            food_subject: line("food_subject", "Food", false),
            food_portion: line("food_portion", "How much", false),
            cleaning_subject: line("cleaning_subject", "What is cleaned", false),
            filter_subject: line("filter_subject", "What is done with the filter", false),
            equipment_subject: line("equipment_subject", "What is done with it", true),
            notes: Field { required: false, max: NOTES_MAX, ..Field::text("notes", "Notes") },
            error: None,
        }
    }

    /// The fields of a task as it is.
    pub fn of(task: &Task, zone: &str) -> Self {
        let schedule = &task.schedule;
        let mut form = Self::new(&schedule.starts_on.to_string(), zone);
        form.title.value.clone_from(&task.title);
        form.notes.value = task.notes.clone().unwrap_or_default();
        form.due_time.value = schedule.time.strftime("%H:%M").to_string();
        How::from(&schedule.rule).as_str().clone_into(&mut form.how.value);
        match schedule.rule {
            Rule::Days(days) => form.every_days.value = days.to_string(),
            Rule::Weeks(weeks) => form.every_weeks.value = weeks.to_string(),
            Rule::MonthDay(day) => form.month_day.value = day.to_string(),
            Rule::After(days) => form.after_days.value = days.to_string(),
            Rule::Weekdays(days) => {
                for (tick, day) in form.days.iter_mut().zip(Weekdays::WEEK) {
                    tick.ticked = days.contains(day);
                }
            }
        }
        form.can_log = task.tank.is_some();
        let Some(care) = &task.care else { return form };
        care.kind.as_str().clone_into(&mut form.care.value);
        if let Some((value, unit)) = care.amount {
            let (amount, code) = match care.kind {
                Kind::WaterChange => (&mut form.water_amount, &mut form.water_unit),
                _ => (&mut form.dose_amount, &mut form.dose_unit),
            };
            amount.value = number::plainly(value);
            unit.as_str().clone_into(code);
        }
        let subject = match care.kind {
            Kind::Dose => &mut form.dose_subject,
            Kind::Feeding => &mut form.food_subject,
            Kind::Cleaning => &mut form.cleaning_subject,
            Kind::Filter => &mut form.filter_subject,
            _ => &mut form.equipment_subject,
        };
        subject.value = care.subject.clone().unwrap_or_default();
        form.food_portion.value = care.portion.clone().unwrap_or_default();
        form
    }

    fn all(&self) -> impl Iterator<Item = &Field> {
        let fields = [
            &self.title,
            &self.how,
            &self.every_days,
            &self.every_weeks,
            &self.weekdays,
            &self.month_day,
            &self.after_days,
            &self.due_time,
            &self.starts_on,
            &self.care,
            &self.water_amount,
            &self.dose_subject,
            &self.dose_amount,
            &self.food_subject,
            &self.food_portion,
            &self.cleaning_subject,
            &self.filter_subject,
            &self.equipment_subject,
            &self.notes,
        ];
        fields.into_iter().chain(&self.tank)
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        let fields = [
            &mut self.title,
            &mut self.how,
            &mut self.every_days,
            &mut self.every_weeks,
            &mut self.weekdays,
            &mut self.month_day,
            &mut self.after_days,
            &mut self.due_time,
            &mut self.starts_on,
            &mut self.care,
            &mut self.water_amount,
            &mut self.dose_subject,
            &mut self.dose_amount,
            &mut self.food_subject,
            &mut self.food_portion,
            &mut self.cleaning_subject,
            &mut self.filter_subject,
            &mut self.equipment_subject,
            &mut self.notes,
        ];
        for field in fields.into_iter().chain(&mut self.tank) {
            field.value = typed.get(field.name).to_owned();
            field.error = errors.on(field.name).map(str::to_owned);
        }
        for tick in &mut self.days {
            tick.ticked = !typed.get(tick.name).is_empty();
        }
        for (unit, chosen, offered, amount) in [
            ("water_unit", &mut self.water_unit, &self.water_units, &mut self.water_amount),
            ("dose_unit", &mut self.dose_unit, &self.dose_units, &mut self.dose_amount),
        ] {
            if offered.iter().any(|one| one.value == typed.get(unit)) {
                typed.get(unit).clone_into(chosen);
            }
            if amount.error.is_none() {
                amount.error = errors.on(unit).map(str::to_owned);
            }
        }
        self.error = errors.on(FORM).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain(self.all().filter_map(Field::problem)).collect()
    }
}
