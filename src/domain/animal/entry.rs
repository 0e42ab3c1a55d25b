//! The forms of events, from text to something that may have happened.

use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::event::{Event, Kind, What};
use super::note;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::id::{AnimalEventId, AnimalId, TankId};
use crate::domain::zone::{self, ZoneError};

/// The most in one entry.
pub const QUANTITY_MAX: u32 = 100_000;

/// A tank that can be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its id.
    pub id: TankId,
    /// Its zone.
    pub zone: &'a TimeZone,
}

/// Why a number of animals was refused. The message is a sentence for the person at the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Nothing entered.
    #[error("Enter how many.")]
    Empty,
    /// Not a plain whole number.
    #[error("Enter a whole number.")]
    NotWhole,
    /// Zero.
    #[error("At least 1.")]
    None,
    /// More than in any one entry.
    #[error("At most 100000.")]
    TooMany,
}

/// What a form of an event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// How many more came.
    Added,
    /// Where all or some went.
    Moved,
    /// How many died.
    Died,
    /// How many went to another household.
    Rehomed,
    /// What was seen: a note, or one on health.
    Seen,
}

/// The form of an event as it came in.
#[derive(Clone, Debug, Default)]
pub struct EventForm {
    /// Made by the form: the same id again is the same event.
    pub form_id: String,
    /// Of a move: `all` or `some`.
    pub which: String,
    /// How many; of a move, if only some.
    pub quantity: String,
    /// Of a move: the id of the tank.
    pub tank: String,
    /// When, in the tank's time.
    pub occurred_at: String,
    /// Of what was seen: `note` or `health`.
    pub kind: String,
    /// In words.
    pub note: String,
}

/// What a form is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The zone of the tank they are in.
    pub zone: &'a TimeZone,
    /// The tanks they can go to.
    pub tanks: &'a [Place<'a>],
    /// The present instant.
    pub now: Timestamp,
    /// The id of the group that a split would make.
    pub group: AnimalId,
}

/// Checks the form of a new event. Everything that is wrong is reported at once, by the names of
/// [`EventForm`]'s fields.
pub fn check(asks: Asks, form: &EventForm, around: &Around<'_>) -> Result<Event, FieldErrors> {
    let mut errors = FieldErrors::new();
    let id: Option<AnimalEventId> = form.form_id.parse().ok();
    if id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter it again.");
    }
    let what = what(asks, form, around, &mut errors);
    let at = errors.take("occurred_at", zone::reading_instant(&form.occurred_at, around.zone, around.now));
    let note = errors.take("note", words(&form.note, asks == Asks::Seen));
    match (id, what, at, note) {
        (Some(id), Some(what), Some(at), Some(note)) if errors.is_empty() => {
            Ok(Event { id, at, entered_at: around.now, what, note })
        }
        _ => Err(errors),
    }
}

/// Checks the form that corrects an event: only what the event has is asked for. `at` is in `zone`.
pub fn correct(event: &Event, form: &EventForm, around: &Around<'_>) -> Result<Event, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut what = event.what;
    if what.quantity().is_some()
        && let Some(number) = errors.take("quantity", quantity(&form.quantity))
    {
        what = what.of(number);
    }
    // An event stays in a tank that is no longer in use, if that is where it was.
    let unchanged = |to: TankId| to.to_string() == form.tank;
    if what.to().is_some_and(|to| !unchanged(to))
        && let Some(place) = errors.take("tank", tank(&form.tank, around.tanks))
    {
        what = what.toward(place.id);
    }
    // To the minute the form shows, the event's own seconds are no change.
    let same_minute = zone::field_value(event.at, around.zone) == form.occurred_at.trim();
    let at = if same_minute {
        Some(event.at)
    } else {
        errors.take("occurred_at", zone::reading_instant(&form.occurred_at, around.zone, around.now))
    };
    let needs_words = matches!(event.what.kind(), Kind::Note | Kind::Health);
    let note = errors.take("note", words(&form.note, needs_words));
    match (at, note) {
        (Some(at), Some(note)) if errors.is_empty() => Ok(Event { at, what, note, ..event.clone() }),
        _ => Err(errors),
    }
}

fn what(asks: Asks, form: &EventForm, around: &Around<'_>, errors: &mut FieldErrors) -> Option<What> {
    Some(match asks {
        Asks::Added => What::Added { quantity: errors.take("quantity", quantity(&form.quantity))? },
        Asks::Died => What::Died { quantity: errors.take("quantity", quantity(&form.quantity))? },
        Asks::Rehomed => What::Rehomed { quantity: errors.take("quantity", quantity(&form.quantity))? },
        Asks::Moved => {
            let quantity = match form.which.as_str() {
                "all" => Some(None),
                "some" => errors.take("quantity", quantity(&form.quantity)).map(Some),
                _ => {
                    errors.push("which", "Choose whether all of them move, or some.");
                    None
                }
            };
            let to = errors.take("tank", tank(&form.tank, around.tanks)).map(|place| place.id);
            match (quantity?, to?) {
                (None, to) => What::Moved { to },
                (Some(quantity), to) => What::Split { to, quantity, into: around.group },
            }
        }
        Asks::Seen => match form.kind.as_str() {
            "note" => What::Note,
            "health" => What::Health,
            _ => {
                errors.push("kind", "Choose what the note is about.");
                return None;
            }
        },
    })
}

/// A number of animals: digits, nothing else.
pub fn quantity(text: &str) -> Result<u32, QuantityError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(QuantityError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(QuantityError::NotWhole);
    }
    match text.trim_start_matches('0') {
        "" => Err(QuantityError::None),
        digits => digits.parse().ok().filter(|number| *number <= QUANTITY_MAX).ok_or(QuantityError::TooMany),
    }
}

/// One of the tanks that can be chosen.
pub fn tank<'a>(text: &str, tanks: &[Place<'a>]) -> Result<Place<'a>, &'static str> {
    let found = tanks.iter().find(|place| place.id.to_string() == text).copied();
    found.ok_or("Choose one of the tanks.")
}

/// When something happened, in the tank's time; empty is this minute, as a form would show it, so that what is
/// entered next is not before it.
pub fn instant(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, ZoneError> {
    if text.trim().is_empty() {
        let minute = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::Trunc);
        return Ok(now.round(minute).unwrap_or(now));
    }
    zone::reading_instant(text, zone, now)
}

fn words(text: &str, needed: bool) -> Result<Option<String>, &'static str> {
    match note(text)? {
        None if needed => Err("Say what you saw."),
        note => Ok(note),
    }
}
