//! What is done for a tank week after week, and the duties that remind of it.

use jiff::civil::{Date, DateTime, Time, time};
use rust_decimal::Decimal;

use super::before;
use crate::domain::care::{Kind, Unit, What};
use crate::domain::task::Rule;

/// Something that was done for a tank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoCare {
    /// When, in the tank's own time.
    pub at: DateTime,
    /// What.
    pub what: What,
    /// What the keeper wrote about it; may be empty.
    pub note: &'static str,
}

/// A duty that comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoTask {
    /// What is to be done.
    pub title: &'static str,
    /// When.
    pub rule: Rule,
    /// The first day.
    pub starts_on: Date,
    /// The time of day.
    pub time: Time,
    /// What is logged when it is done.
    pub care: Option<What>,
}

/// Care from a tank's first day on, up to the day before `today`.
pub(super) struct Routine {
    born: Date,
    today: Date,
    care: Vec<DemoCare>,
}

impl Routine {
    pub(super) const fn new(born: Date, today: Date) -> Self {
        Self { born, today, care: Vec::new() }
    }

    /// The same each `every` days from day `from` of the tank's life until it ends at day `to`.
    pub(super) fn every(mut self, every: usize, (from, to): (i32, i32), at: Time, what: &What) -> Self {
        let days = (from..to).step_by(every).map(|day| before(self.born, -day));
        let done = days.take_while(|day| *day < self.today);
        self.care.extend(done.map(|day| DemoCare { at: day.to_datetime(at), what: what.clone(), note: "" }));
        self
    }

    /// Once, with a note.
    pub(super) fn once(mut self, day: i32, what: What, note: &'static str) -> Self {
        let day = before(self.born, -day);
        if day < self.today {
            self.care.push(DemoCare { at: day.at(11, 15, 0, 0), what, note });
        }
        self
    }

    /// Everything, the oldest first.
    pub(super) fn done(mut self) -> Vec<DemoCare> {
        self.care.sort_by_key(|care| care.at);
        self.care
    }
}

/// A part of the water.
pub(super) fn water(percent: i64) -> What {
    What { amount: Some((Decimal::from(percent), Unit::Percent)), ..What::bare(Kind::WaterChange) }
}

/// So many millilitres of a product.
pub(super) fn dose(product: &str, millilitres: i64) -> What {
    What {
        subject: Some(product.to_owned()),
        amount: Some((Decimal::from(millilitres), Unit::Millilitre)),
        ..What::bare(Kind::Dose)
    }
}

/// Food, and how much of it.
pub(super) fn food(name: &str, portion: &str) -> What {
    What { subject: Some(name.to_owned()), portion: Some(portion.to_owned()), ..What::bare(Kind::Feeding) }
}

/// A duty of the evening.
pub(super) fn duty(title: &'static str, rule: Rule, starts_on: Date, care: Option<What>) -> DemoTask {
    DemoTask { title, rule, starts_on, time: time(18, 30, 0, 0), care }
}
