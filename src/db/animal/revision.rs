//! What was corrected, removed and put back.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::{Json, Uuid};

use crate::db::{Error, Result};
use crate::domain::animal::event::{Event, Kind, What};
use crate::domain::id::{AnimalEventId, AnimalId, AnimalRevisionId, KeeperId, TankId};

/// What was done to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has another time, number, tank or note.
    Corrected,
    /// It is gone.
    Removed,
    /// It is back.
    Restored,
}

impl Change {
    const ALL: [Self; 3] = [Self::Corrected, Self::Removed, Self::Restored];

    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Removed => "removed",
            Self::Restored => "restored",
        }
    }
}

/// A version of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The name of its kind.
    pub kind: String,
    /// Where they went.
    pub to_tank_id: Option<Uuid>,
    /// How many.
    pub quantity: Option<u32>,
    /// The group that some became.
    pub split_into: Option<Uuid>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// In words.
    pub note: Option<String>,
    /// Who wrote it down.
    pub recorded_by: Option<Uuid>,
    /// When.
    pub created_at: Timestamp,
}

impl Snapshot {
    /// This version of the event.
    pub fn of(event: &Event, recorded_by: Option<Uuid>) -> Self {
        Self {
            kind: event.what.kind().as_str().to_owned(),
            to_tank_id: event.what.to().map(|tank| tank.0),
            quantity: event.what.quantity(),
            split_into: event.what.group().map(|group| group.0),
            occurred_at: event.at,
            note: event.note.clone(),
            recorded_by,
            created_at: event.entered_at,
        }
    }

    /// The event of this version.
    ///
    /// # Errors
    /// When it is none: nothing of ours wrote it.
    pub fn event(&self, id: AnimalEventId) -> Result<Event> {
        let wrong = || Error::Inconsistent {
            table: "animal_event_revisions",
            column: "before",
            value: id.to_string(),
        };
        let kind: Kind = self.kind.parse().map_err(|_| wrong())?;
        let what =
            What::from_parts(kind, self.to_tank_id.map(TankId), self.quantity, self.split_into.map(AnimalId))
                .ok_or_else(wrong)?;
        Ok(Event { id, at: self.occurred_at, entered_at: self.created_at, what, note: self.note.clone() })
    }
}

/// A change to an event of an animal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: AnimalRevisionId,
    /// The event.
    pub event: AnimalEventId,
    /// What was done.
    pub change: Change,
    /// As it was; none when it came back.
    pub before: Option<Snapshot>,
    /// As it became; none when it was removed.
    pub after: Option<Snapshot>,
    /// When.
    pub at: Timestamp,
    /// Who did it, if that keeper is still there.
    pub by: Option<String>,
}

/// The last changes to an animal's events, the newest first.
pub async fn revisions(db: &mut PgConnection, animal: AnimalId, limit: i64) -> Result<Vec<Revision>> {
    let rows = sqlx::query!(
        r#"select r.id, r.event_id, r.change, r.before as "before: Json<Snapshot>",
                  r.after as "after: Json<Snapshot>", r.changed_at, k.display_name as "by?"
           from animal_event_revisions r left join keepers k on k.id = r.changed_by
           where r.animal_id = $1 order by r.changed_at desc, r.id desc limit $2"#,
        animal.0,
        limit,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Revision {
                id: AnimalRevisionId(row.id),
                event: AnimalEventId(row.event_id),
                change: change(&row.change)?,
                before: row.before.map(|Json(before)| before),
                after: row.after.map(|Json(after)| after),
                at: row.changed_at.to_jiff(),
                by: row.by,
            })
        })
        .collect()
}

/// The last change to an event, for a form to say what it saw; none when it is as it was first written.
pub async fn seen(db: &mut PgConnection, event: AnimalEventId) -> Result<Option<AnimalRevisionId>> {
    let last = sqlx::query_scalar!(
        "select id from animal_event_revisions where event_id = $1 order by changed_at desc, id desc limit 1",
        event.0
    )
    .fetch_optional(db)
    .await?;
    Ok(last.map(AnimalRevisionId))
}

/// One change, to be undone.
pub(super) struct Stored {
    pub(super) event: AnimalEventId,
    pub(super) before: Option<Snapshot>,
    pub(super) after: Option<Snapshot>,
}

/// The change of an animal with this id.
pub(super) async fn find(
    tx: &mut PgConnection,
    animal: AnimalId,
    id: AnimalRevisionId,
) -> Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select event_id, before as "before: Json<Snapshot>", after as "after: Json<Snapshot>"
           from animal_event_revisions where id = $1 and animal_id = $2"#,
        id.0,
        animal.0,
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| Stored {
        event: AnimalEventId(row.event_id),
        before: row.before.map(|Json(before)| before),
        after: row.after.map(|Json(after)| after),
    }))
}

/// A change that is being made.
pub(super) struct New<'a> {
    pub(super) id: AnimalRevisionId,
    pub(super) animal: AnimalId,
    pub(super) event: AnimalEventId,
    pub(super) before: Option<&'a Snapshot>,
    pub(super) after: Option<&'a Snapshot>,
    pub(super) at: Timestamp,
    pub(super) by: KeeperId,
}

/// Writes down a change. Whether it is new: no, when there was one with its id.
pub(super) async fn insert(tx: &mut PgConnection, new: &New<'_>) -> Result<bool> {
    let change = match (new.before, new.after) {
        (Some(_), Some(_)) => Change::Corrected,
        (_, None) => Change::Removed,
        (None, _) => Change::Restored,
    };
    let inserted = sqlx::query!(
        "insert into animal_event_revisions (id, animal_id, event_id, change, before, after, changed_at, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing",
        new.id.0,
        new.animal.0,
        new.event.0,
        change.as_str(),
        new.before.map(Json) as _,
        new.after.map(Json) as _,
        new.at.to_sqlx() as _,
        new.by.0,
    )
    .execute(tx)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Who wrote an event down.
pub(super) async fn recorder(tx: &mut PgConnection, event: AnimalEventId) -> Result<Option<Uuid>> {
    let by = sqlx::query_scalar!("select recorded_by from animal_events where id = $1", event.0)
        .fetch_optional(tx)
        .await?;
    Ok(by.flatten())
}

fn change(word: &str) -> Result<Change> {
    Change::ALL.into_iter().find(|change| change.as_str() == word).ok_or_else(|| Error::Inconsistent {
        table: "animal_event_revisions",
        column: "change",
        value: word.to_owned(),
    })
}
