//! Animals from elsewhere, with the ids and the history that they have there.

use jiff::Timestamp;
use sqlx::PgConnection;

use super::{Row, event, insert};
use crate::db::Result;
use crate::domain::animal::Facts;
use crate::domain::animal::event::Event;
use crate::domain::animal::history::History;
use crate::domain::id::{AnimalId, FormId, KeeperId};

/// An animal that comes with its history.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Its id; it stands for its form too, so that the same import again is the same animal.
    pub id: AnimalId,
    /// What it is.
    pub facts: Facts,
    /// Everything that happened, in any order, with who wrote it down.
    pub events: Vec<(Event, Option<KeeperId>)>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Who entered it.
    pub created_by: Option<KeeperId>,
}

/// What became of an animal that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is stored, with so many events that cannot have happened where they stand: its page asks to correct them.
    Stored(usize),
    /// It was there before: nothing changed.
    AlreadyThere,
    /// It never came anywhere, so there is nothing to store.
    NeverCame,
}

/// Stores an animal with its history, in the caller's transaction. What the predecessor took is taken, whatever the
/// order of events: see [`History`].
pub async fn import(tx: &mut PgConnection, animal: &Imported) -> Result<Import> {
    let events = animal.events.iter().map(|(event, _)| event.clone()).collect();
    let Some(history) = History::of(events) else { return Ok(Import::NeverCame) };
    let standing = history.standing();
    let row = Row {
        id: animal.id,
        form_id: FormId(animal.id.0),
        facts: &animal.facts,
        tank: standing.place,
        quantity: standing.count.max(1),
        acquired_at: standing.acquired_at,
    };
    if !insert(tx, animal.created_at, &row, animal.created_by).await? {
        return Ok(Import::AlreadyThere);
    }
    for (known, step) in history.steps() {
        let by = animal.events.iter().find(|(event, _)| event.id == known.id).and_then(|(_, by)| *by);
        event::insert(tx, animal.id, known, step.tank, by).await?;
    }
    event::keep(tx, animal.id, &history).await?;
    Ok(Import::Stored(history.faults().len()))
}
