//! What a person may enter about a task. The form has many fields, of which a choice makes most irrelevant: they
//! are read by name, and what does not belong to the choices made is not looked at.

use std::str::FromStr;

use jiff::civil::{Date, Time};

use super::rule::{EVERY_MAX, Rule, Schedule, Weekdays};
use super::{NOTES_MAX, TITLE_MAX};
use crate::domain::care::SUBJECT_MAX;
use crate::domain::care::{Kind, What, form as care};
use crate::domain::field::FieldErrors;
use crate::domain::id::TankId;
use crate::domain::words;

/// The names of the seven ticks, Monday first.
pub const WEEKDAY_FIELDS: [&str; 7] =
    ["weekday_1", "weekday_2", "weekday_3", "weekday_4", "weekday_5", "weekday_6", "weekday_7"];

/// What the form sends for a task without a tank.
pub const HOUSEHOLD: &str = "household";

/// How a task recurs, as the form offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Every so many days.
    Days,
    /// Every so many weeks.
    Weeks,
    /// On chosen weekdays.
    Weekdays,
    /// On a day of the month.
    MonthDay,
    /// So many days after the last time.
    After,
}

impl How {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Days, Self::Weeks, Self::Weekdays, Self::MonthDay, Self::After];

    /// Its name in the schema and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Weekdays => "weekdays",
            Self::MonthDay => "month_day",
            Self::After => "after",
        }
    }
}

impl FromStr for How {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|how| how.as_str() == text).ok_or_else(|| "Choose how often.".to_owned())
    }
}

impl From<&Rule> for How {
    fn from(rule: &Rule) -> Self {
        match rule {
            Rule::Days(_) => Self::Days,
            Rule::Weeks(_) => Self::Weeks,
            Rule::Weekdays(_) => Self::Weekdays,
            Rule::MonthDay(_) => Self::MonthDay,
            Rule::After(_) => Self::After,
        }
    }
}

/// A checked task, not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTask {
    /// What is to be done.
    pub title: String,
    /// How, in words.
    pub notes: Option<String>,
    /// When.
    pub schedule: Schedule,
    /// What is logged when it is done.
    pub care: Option<What>,
}

/// The tank a task is for: one of these, or none for the household.
///
/// # Errors
/// When it is another one.
pub fn tank(text: &str, tanks: &[TankId]) -> Result<Option<TankId>, &'static str> {
    if text == HOUSEHOLD {
        return Ok(None);
    }
    let tank = text.parse().ok().filter(|tank| tanks.contains(tank));
    tank.map(Some).ok_or("Choose a tank, or the household.")
}

/// Checks a form, whose fields `get` gives by name. Everything that is wrong is reported at once.
pub fn check<'a>(get: impl Fn(&str) -> &'a str, for_a_tank: bool) -> Result<NewTask, FieldErrors> {
    let mut errors = FieldErrors::new();
    let title = words::line(get("title"), TITLE_MAX)
        .and_then(|title| title.ok_or_else(|| "Say what is to be done.".to_owned()));
    let title = errors.take("title", title);
    let how = errors.take("how", get("how").parse::<How>());
    let rule = how.and_then(|how| rule(how, &get, &mut errors));
    let time = errors.take("due_time", time(get("due_time")));
    let starts_on = errors.take("starts_on", start(get("starts_on")));
    let care = match get("care").trim() {
        "" => Some(None),
        _ if !for_a_tank => {
            errors.push("care", "Only a task of a tank can log care. Choose a tank, or log nothing.");
            None
        }
        kind => match errors.take("care", kind.parse::<Kind>()) {
            Some(Kind::Note) => {
                errors.push("care", "Choose what was done.");
                None
            }
            kind => kind.and_then(|kind| logged(kind, &get, &mut errors)).map(Some),
        },
    };
    let notes = errors.take("notes", words::lines(get("notes"), NOTES_MAX));
    match (title, rule, time, starts_on, care, notes) {
        (Some(title), Some(rule), Some(time), Some(starts_on), Some(care), Some(notes))
            if errors.is_empty() =>
        {
            Ok(NewTask { title, notes, schedule: Schedule { rule, starts_on, time }, care })
        }
        _ => Err(errors),
    }
}

fn rule<'a>(how: How, get: &impl Fn(&str) -> &'a str, errors: &mut FieldErrors) -> Option<Rule> {
    let mut number = |field: &str, most| errors.take(field, whole(get(field), most));
    Some(match how {
        How::Days => Rule::Days(number("every_days", EVERY_MAX)?),
        How::Weeks => Rule::Weeks(number("every_weeks", EVERY_MAX)?),
        How::MonthDay => Rule::MonthDay(u8::try_from(number("month_day", 31)?).unwrap_or(31)),
        How::After => Rule::After(number("after_days", EVERY_MAX)?),
        How::Weekdays => {
            let ticked =
                Weekdays::WEEK.into_iter().zip(WEEKDAY_FIELDS).filter(|(_, field)| !get(field).is_empty());
            let days = Weekdays::new(ticked.map(|(day, _)| day)).ok_or("Choose at least one day.");
            Rule::Weekdays(errors.take("weekdays", days)?)
        }
    })
}

/// A whole number from 1 to `most`.
fn whole(text: &str, most: u16) -> Result<u16, String> {
    let text = text.trim();
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.then(|| text.parse::<u16>().ok()).flatten();
    number
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| format!("Enter a whole number from 1 to {most}."))
}

/// `HH:MM`; seconds, which some browsers add, are dropped.
fn time(text: &str) -> Result<Time, &'static str> {
    let text = text.trim();
    let plain = matches!(text.len(), 5 | 8)
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() });
    let time: Option<Time> = plain.then(|| text.get(..5)?.parse().ok()).flatten();
    time.ok_or("Enter a time of day, like 18:30.")
}

fn start(text: &str) -> Result<Date, &'static str> {
    let text = text.trim();
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day: Option<Date> = plain.then(|| text.parse().ok()).flatten();
    match day {
        None => Err("This is not a date. Write it like 2026-11-23."),
        Some(day) if (1990..2200).contains(&day.year()) => Ok(day),
        Some(_) => Err("Choose a day between 1990 and 2199."),
    }
}

/// What is logged; each kind has its own fields, because all of them are in the form at once.
fn logged<'a>(kind: Kind, get: &impl Fn(&str) -> &'a str, errors: &mut FieldErrors) -> Option<What> {
    let mut what = What::bare(kind);
    let subject = match kind {
        Kind::WaterChange | Kind::Note => None,
        Kind::Dose => Some("dose_subject"),
        Kind::Feeding => Some("food_subject"),
        Kind::Cleaning => Some("cleaning_subject"),
        Kind::Filter => Some("filter_subject"),
        Kind::Equipment => Some("equipment_subject"),
    };
    let subject = match subject {
        Some(field) => errors.take(field, care::subject(kind, get(field))),
        None => Some(None),
    };
    let amount = match kind {
        Kind::WaterChange => Some(("water_amount", "water_unit")),
        Kind::Dose => Some(("dose_amount", "dose_unit")),
        _ => None,
    };
    if let Some((amount, unit)) = amount {
        what.amount = Some(care::amount(kind, amount, get(amount), unit, get(unit), errors)?);
    }
    if kind == Kind::Feeding {
        what.portion = errors.take("food_portion", words::line(get("food_portion"), SUBJECT_MAX))?;
    }
    what.subject = subject?;
    Some(what)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::Weekday;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::care::Unit;

    const FIELDS: [(&str, &str); 19] = [
        ("title", "  Change water "),
        ("notes", "with the blue hose"),
        ("how", "weeks"),
        ("every_days", "3"),
        ("every_weeks", "1"),
        ("weekday_1", "on"),
        ("weekday_5", "on"),
        ("month_day", "31"),
        ("after_days", "14"),
        ("due_time", "18:30"),
        ("starts_on", "2026-11-28"),
        ("care", "water_change"),
        ("water_amount", "20"),
        ("water_unit", "percent"),
        ("dose_subject", "Alkalinity"),
        ("dose_amount", "5"),
        ("dose_unit", "mL"),
        ("food_subject", "mysis"),
        ("equipment_subject", ""),
    ];

    fn submit(changes: &[(&str, &str)], for_a_tank: bool) -> Result<NewTask, FieldErrors> {
        let mut fields: BTreeMap<&str, &str> = FIELDS.into_iter().collect();
        fields.extend(changes.iter().copied());
        check(|name| fields.get(name).copied().unwrap_or_default(), for_a_tank)
    }

    fn error(changes: &[(&str, &str)]) -> String {
        let errors = submit(changes, true).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.iter().next().unwrap();
        format!("{}: {}", error.field, error.message)
    }

    #[test]
    fn a_task_is_accepted() {
        let task = submit(&[], true).unwrap();
        assert_eq!(
            (task.title.as_str(), task.notes.as_deref()),
            ("Change water", Some("with the blue hose"))
        );
        assert_eq!(task.schedule.rule, Rule::Weeks(1));
        assert_eq!(task.schedule.time.to_string(), "18:30:00");
        assert_eq!(task.schedule.starts_on.to_string(), "2026-11-28");
        assert_eq!(task.care.unwrap().summary(), "Water change 20 %");
        let days = Weekdays::new([Weekday::Monday, Weekday::Friday]).unwrap();
        for (how, rule) in [
            ("days", Rule::Days(3)),
            ("weekdays", Rule::Weekdays(days)),
            ("month_day", Rule::MonthDay(31)),
            ("after", Rule::After(14)),
        ] {
            assert_eq!(submit(&[("how", how)], true).unwrap().schedule.rule, rule);
            assert_eq!(How::from(&rule).as_str(), how);
        }
        let dose = submit(&[("care", "dose")], true).unwrap().care.unwrap();
        assert_eq!(dose.amount, Some((5.into(), Unit::Millilitre)));
        assert_eq!(submit(&[("care", "feeding")], true).unwrap().care.unwrap().summary(), "Fed mysis");
        assert_eq!(submit(&[("care", "")], false).unwrap().care, None);
    }

    #[test]
    fn each_field_is_described() {
        assert_eq!(error(&[("title", " ")]), "title: Say what is to be done.");
        assert_eq!(error(&[("how", "often")]), "how: Choose how often.");
        for number in ["0", "367", "1.5", "-1", "1e2", "٣", ""] {
            assert_eq!(
                error(&[("how", "days"), ("every_days", number)]),
                "every_days: Enter a whole number from 1 to 366."
            );
        }
        assert_eq!(
            error(&[("how", "month_day"), ("month_day", "32")]),
            "month_day: Enter a whole number from 1 to 31."
        );
        assert_eq!(
            error(&[("how", "weekdays"), ("weekday_1", ""), ("weekday_5", "")]),
            "weekdays: Choose at least one day."
        );
        for text in ["", "24:00", "9:00", "18.30", "18:30:61:00", "noon", "1２:30"] {
            assert_eq!(error(&[("due_time", text)]), "due_time: Enter a time of day, like 18:30.", "{text}");
        }
        assert_eq!(
            error(&[("starts_on", "tomorrow")]),
            "starts_on: This is not a date. Write it like 2026-11-23."
        );
        assert_eq!(error(&[("starts_on", "9999-01-01")]), "starts_on: Choose a day between 1990 and 2199.");
        assert_eq!(error(&[("care", "tea")]), "care: Choose what was done.");
        assert_eq!(error(&[("care", "note")]), "care: Choose what was done.");
        assert_eq!(error(&[("water_amount", "101")]), "water_amount: At most 100 %.");
        assert_eq!(error(&[("water_unit", "mL")]), "water_unit: Choose one of the units.");
        assert_eq!(error(&[("care", "dose"), ("dose_subject", "")]), "dose_subject: Name the product.");
        assert_eq!(error(&[("care", "equipment")]), "equipment_subject: Say what was done.");
        let errors = submit(&[], false).unwrap_err();
        assert!(errors.on("care").unwrap().starts_with("Only a task of a tank"), "{errors:?}");
    }

    #[test]
    fn a_tank_is_one_of_those_there_are() {
        let known: TankId = "019ab0de-7c1e-7000-8000-0000000000aa".parse().unwrap();
        assert_eq!(tank("household", &[known]), Ok(None));
        assert_eq!(tank("019ab0de-7c1e-7000-8000-0000000000aa", &[known]), Ok(Some(known)));
        assert!(tank("019ab0de-7c1e-7000-8000-0000000000ab", &[known]).is_err() && tank("", &[]).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_forms_never_panic(
            texts in prop::collection::vec("(?s).{0,40}", FIELDS.len()), at in 0..FIELDS.len(), how in 0..6_usize,
        ) {
            let how = How::ALL.get(how).map_or("", |how| how.as_str());
            let _ = submit(&[("how", how), (FIELDS[at].0, &texts[at])], true);
            let all: Vec<_> = FIELDS.iter().zip(&texts).map(|((name, _), text)| (*name, text.as_str())).collect();
            let _ = submit(&all, true);
        }
    }
}
