//! The history of an animal or a group: its events in order, and what follows from them.
//!
//! A change to a history is refused when it makes a fault that was not there before, anywhere in it: more gone
//! than there were, something before they came or after the last one went. Faults that were there before are
//! borne, because the predecessor checked less, so that each can be put right on its own.

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, What};
use crate::domain::id::{AnimalEventId, TankId};

/// The most of a group: beyond it a slip of the finger is likelier.
pub const MOST: i64 = 1_000_000;

/// What is wrong about an event where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It lies before they came.
    BeforeAcquired,
    /// They came twice.
    AcquiredTwice,
    /// Without it they never came.
    NeverAcquired,
    /// Nothing of them was left when it happened.
    NothingLeft,
    /// It is about more than there were.
    MoreThanThere {
        /// How many there were.
        there: i64,
    },
    /// More than any group.
    TooMany,
    /// They were in that tank already.
    SameTank,
}

/// An event that cannot have happened where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {event} cannot have happened: {why:?}")]
pub struct Fault {
    /// Which one.
    pub event: AnimalEventId,
    /// Why not.
    pub why: Why,
}

impl Fault {
    /// Whether it is no worse than this other one.
    fn is_borne_by(&self, before: &Self) -> bool {
        self.event == before.event
            && match (self.why, before.why) {
                (Why::MoreThanThere { there }, Why::MoreThanThere { there: before }) => there >= before,
                (why, before) => why == before,
            }
    }
}

/// How things stood at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where they were when it happened; for their coming, where they came to.
    pub tank: TankId,
    /// Where they were after it.
    pub place: TankId,
    /// How many there were before it.
    pub before: u32,
    /// How many there were after it.
    pub after: u32,
}

/// How things stand after everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where they are, or were last.
    pub place: TankId,
    /// How many there are; 0: all gone.
    pub count: u32,
    /// When they came.
    pub acquired_at: Timestamp,
    /// When the last one went; none while there are any.
    pub ended_at: Option<Timestamp>,
}

/// Events in order with what follows from each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    events: Vec<Event>,
    steps: Vec<Step>,
    faults: Vec<Fault>,
    acquired_at: Timestamp,
}

impl History {
    /// Replays events, given in any order. None when they never came.
    pub fn of(mut events: Vec<Event>) -> Option<Self> {
        events.sort_by_key(|event| {
            (event.at, !matches!(event.what, What::Acquired { .. }), event.entered_at, event.id)
        });
        let (acquired_at, mut place) = events.iter().find_map(|event| match event.what {
            What::Acquired { tank, .. } => Some((event.at, tank)),
            _ => None,
        })?;
        let (mut steps, mut faults) = (Vec::with_capacity(events.len()), Vec::new());
        let (mut count, mut came) = (0_i64, false);
        for event in &events {
            let (tank, before) = (place, count);
            let why = fault(event.what, count, came);
            faults.extend(why.map(|why| Fault { event: event.id, why }));
            match event.what {
                What::Acquired { tank, quantity } => {
                    came = true;
                    place = tank;
                    count += i64::from(quantity);
                }
                What::Added { quantity } => count += i64::from(quantity),
                What::Moved { to } => place = to,
                What::Split { quantity, .. } | What::Died { quantity } | What::Rehomed { quantity } => {
                    count -= i64::from(quantity);
                }
                What::Note | What::Health => {}
            }
            let tank = if matches!(event.what, What::Acquired { .. }) { place } else { tank };
            steps.push(Step { tank, place, before: whole(before), after: whole(count) });
        }
        Some(Self { events, steps, faults, acquired_at })
    }

    /// The events in order, each with how things stood at it.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = (&Event, Step)> + ExactSizeIterator {
        self.events.iter().zip(self.steps.iter().copied())
    }

    /// One event, with how things stood at it.
    pub fn find(&self, id: AnimalEventId) -> Option<(&Event, Step)> {
        self.steps().find(|(event, _)| event.id == id)
    }

    /// What cannot have happened where it stands.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// How things stand after everything.
    pub fn standing(&self) -> Standing {
        // There is always a step: a history begins with their coming.
        let (place, count) =
            self.steps.last().map_or((TankId(uuid::Uuid::nil()), 0), |step| (step.place, step.after));
        let trailing = self.steps.iter().rev().take_while(|step| step.after == 0).count();
        let end = self.events.get(self.events.len() - trailing).map(|event| event.at);
        Standing { place, count, acquired_at: self.acquired_at, ended_at: end.filter(|_| count == 0) }
    }

    /// When something that is entered now counts as written down: after everything else, also where two machines'
    /// clocks differ.
    pub fn entry_after_all(&self, now: Timestamp) -> Timestamp {
        let last = self.events.iter().map(|event| event.entered_at).max();
        let next = last.and_then(|last| last.checked_add(SignedDuration::from_micros(1)).ok());
        next.map_or(now, |next| next.max(now))
    }

    /// Whether nothing happened but their coming.
    pub fn is_pristine(&self) -> bool {
        self.events.len() == 1
    }

    /// A split that takes everything there was is a move of all.
    #[must_use]
    pub fn plainly(&self, event: Event) -> Event {
        let What::Split { to, quantity, .. } = event.what else { return event };
        let whole = Event { what: What::Moved { to }, ..event.clone() };
        let mut events = self.events.clone();
        events.push(whole.clone());
        let there = Self::of(events).and_then(|history| Some(history.find(event.id)?.1.before));
        if there == Some(quantity) { whole } else { event }
    }

    /// The history with one more event.
    pub fn with(&self, event: Event) -> Result<Self, Fault> {
        let id = event.id;
        let mut events = self.events.clone();
        events.push(event);
        self.become_of(events, id)?.elsewhere(id)
    }

    /// The history with one more event that was part of it before.
    pub fn with_again(&self, event: Event) -> Result<Self, Fault> {
        let id = event.id;
        let mut events = self.events.clone();
        events.push(event);
        self.become_of(events, id)
    }

    /// The history with another version of an event. An event that is not there changes nothing.
    pub fn correcting(&self, event: &Event) -> Result<Self, Fault> {
        let goes = |events: &[Event]| {
            events.iter().find(|known| known.id == event.id).and_then(|known| known.what.to())
        };
        let before = goes(&self.events);
        let events = self.events.iter().map(|known| if known.id == event.id { event } else { known });
        let history = self.become_of(events.cloned().collect(), event.id)?;
        if goes(&history.events) == before { Ok(history) } else { history.elsewhere(event.id) }
    }

    /// The history without an event.
    pub fn without(&self, id: AnimalEventId) -> Result<Self, Fault> {
        let events = self.events.iter().filter(|event| event.id != id).cloned().collect();
        self.become_of(events, id)
    }

    /// These events, unless they hold a fault that was not there before; `about` is what is being changed.
    fn become_of(&self, events: Vec<Event>, about: AnimalEventId) -> Result<Self, Fault> {
        let history = Self::of(events).ok_or(Fault { event: about, why: Why::NeverAcquired })?;
        let mut fresh =
            history.faults.iter().filter(|fault| !self.faults.iter().any(|before| fault.is_borne_by(before)));
        // What is wrong with the event itself says more than what is wrong with a later one because of it.
        let first = fresh.clone().find(|fault| fault.event == about).or_else(|| fresh.next());
        match first {
            Some(fault) => Err(*fault),
            None => Ok(history),
        }
    }

    /// Refuses a move that leads to where they were.
    fn elsewhere(self, id: AnimalEventId) -> Result<Self, Fault> {
        match self.find(id) {
            Some((event, step))
                if !matches!(event.what, What::Acquired { .. }) && event.what.to() == Some(step.tank) =>
            {
                Err(Fault { event: id, why: Why::SameTank })
            }
            _ => Ok(self),
        }
    }
}

/// What is wrong with something that happens while there are `count`, if anything.
fn fault(what: What, count: i64, came: bool) -> Option<Why> {
    match what {
        What::Acquired { .. } if came => Some(Why::AcquiredTwice),
        What::Acquired { .. } => None,
        _ if !came => Some(Why::BeforeAcquired),
        What::Note | What::Health => None,
        _ if count <= 0 => Some(Why::NothingLeft),
        What::Split { quantity, .. } | What::Died { quantity } | What::Rehomed { quantity }
            if i64::from(quantity) > count =>
        {
            Some(Why::MoreThanThere { there: count })
        }
        What::Added { quantity } if count + i64::from(quantity) > MOST => Some(Why::TooMany),
        _ => None,
    }
}

/// As many as can be: none when a faulty history has less.
fn whole(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
