//! A reading as a row of a list: what it says, how it stands to the tank's range, who took it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::db::history::Listed;
use crate::db::overview::LatestReading;
use crate::domain::dates::DateFormat;
use crate::domain::health::{self, Input, Latest};
use crate::domain::id::{ReadingId, SessionId};
use crate::domain::reading::Source;
use crate::pages::parts::State;
use crate::pages::tank::Seen;
use crate::pages::text;

/// In which time, and how, instants are shown.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The tank's zone.
    pub zone: &'a TimeZone,
    /// The present.
    pub now: Timestamp,
    /// How the keeper reads dates.
    pub dates: DateFormat,
}

impl Scene<'_> {
    /// A day and a time, however long ago.
    pub fn when(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        if local.year() == self.zone.to_datetime(self.now).year() {
            text::when(at, self.zone, self.now, self.dates)
        } else {
            self.dates.minute(local)
        }
    }
}

/// One reading.
#[derive(Clone, Debug)]
pub struct ReadingRow {
    /// The parameter's name.
    pub name: String,
    /// The value, with `<` when below detection.
    pub value: String,
    /// The unit's symbol; may be empty.
    pub unit: String,
    /// How it stands to the range that holds now; none without a range.
    pub state: Option<State>,
    /// When, in words.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who took it, or what; may be empty.
    pub by: String,
    /// A note; may be empty.
    pub note: String,
    /// It was corrected.
    pub edited: bool,
    /// Its form.
    pub edit_href: String,
    /// Where a POST deletes it.
    pub delete_action: String,
    /// What it was taken together with; empty when nothing.
    pub session_href: String,
}

/// The address of a reading's form.
pub fn edit_href(id: ReadingId) -> String {
    format!("/readings/{id}/edit")
}

/// The address of a session's page.
pub fn session_href(id: SessionId) -> String {
    format!("/sessions/{id}")
}

/// A reading's canonical and entered value as [`Seen::value`] takes it.
pub fn as_latest(listed: &Listed) -> LatestReading {
    LatestReading {
        value: listed.value,
        below: listed.below,
        taken_at: listed.taken_at,
        entered_value: listed.entered_value,
        entered_unit: listed.entered_unit.clone(),
    }
}

/// How a reading stands to the tank's range, whenever it was taken; none without a range.
pub fn state(seen: &Seen<'_>, reading: &LatestReading) -> Option<State> {
    if seen.tracked.range.is_empty() {
        return None;
    }
    let input = Input {
        parameter: seen.parameter,
        unit: seen.unit,
        range: &seen.tracked.range,
        stale_after_days: None,
        latest: Some(Latest { value: reading.value, below: reading.below, taken_at: reading.taken_at }),
    };
    Some(health::of_parameter(&input, reading.taken_at).state.into())
}

/// The row of a reading of this parameter.
pub fn row(listed: &Listed, seen: &Seen<'_>, scene: &Scene<'_>) -> ReadingRow {
    let reading = as_latest(listed);
    ReadingRow {
        name: seen.parameter.name.clone(),
        value: seen.value(&reading),
        unit: seen.symbol().to_owned(),
        state: state(seen, &reading),
        when: scene.when(listed.taken_at),
        iso: listed.taken_at.to_string(),
        by: match (&listed.by, listed.source) {
            (Some(name), Source::Manual) => name.clone(),
            (None, Source::Manual) => String::new(),
            (_, Source::Probe) => "a probe".to_owned(),
            (_, Source::Import) => "imported".to_owned(),
        },
        note: listed.note.clone().unwrap_or_default(),
        edited: listed.edited,
        edit_href: edit_href(listed.id),
        delete_action: format!("/readings/{}/delete", listed.id),
        session_href: listed.session.map(session_href).unwrap_or_default(),
    }
}

#[cfg(test)]
impl ReadingRow {
    pub(in crate::pages) fn sample(name: &str, value: &str, unit: &str, state: Option<State>) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            unit: unit.to_owned(),
            state,
            when: "today 18:30".to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            by: "Ana".to_owned(),
            note: if state == Some(State::Act) { "new test kit".to_owned() } else { String::new() },
            edited: state == Some(State::Watch),
            edit_href: "/readings/1/edit".to_owned(),
            delete_action: "/readings/1/delete".to_owned(),
            session_href: "/sessions/1".to_owned(),
        }
    }

    pub(in crate::pages) fn samples() -> Vec<Self> {
        vec![
            Self::sample("Temperature", "25.4", "°C", Some(State::Ok)),
            Self::sample("pH", "8.05", "", Some(State::Watch)),
            Self::sample("Ammonia", "<0.02", "ppm", Some(State::Ok)),
            Self::sample("Phosphate", "0.08", "ppm", Some(State::Act)),
            Self::sample("Strontium in the water of the hall", "8.1", "ppm", None),
        ]
    }
}
