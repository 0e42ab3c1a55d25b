//! What was done with a task at one of its turns.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Event, EventKind};
use crate::db::{Error, Result};
use crate::domain::id::{CareId, FormId, TaskId};

/// An event as the database has it.
pub(super) struct EventRow {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) due_on: jiff_sqlx::Date,
    pub(super) at: jiff_sqlx::Timestamp,
    pub(super) until: Option<jiff_sqlx::Timestamp>,
    pub(super) care_id: Option<Uuid>,
    pub(super) created_at: jiff_sqlx::Timestamp,
    pub(super) undone: bool,
    pub(super) by: Option<String>,
}

impl TryFrom<EventRow> for Event {
    type Error = Error;

    fn try_from(row: EventRow) -> Result<Self> {
        let kind = match (row.kind.as_str(), row.until) {
            ("done", None) => EventKind::Done,
            ("skipped", None) => EventKind::Skipped,
            ("snoozed", Some(until)) => EventKind::Snoozed(until.to_jiff()),
            _ => return Err(Error::Inconsistent { table: "task_events", column: "kind", value: row.kind }),
        };
        Ok(Self {
            id: FormId(row.id),
            kind,
            due_on: row.due_on.to_jiff(),
            at: row.at.to_jiff(),
            created_at: row.created_at.to_jiff(),
            care: row.care_id.map(CareId),
            by: row.by,
            undone: row.undone,
        })
    }
}

/// What was done with a task that stood at this turn, if anything was.
pub async fn at_turn(db: &mut PgConnection, id: TaskId, turn: i32) -> Result<Option<Event>> {
    let row = sqlx::query_as!(
        EventRow,
        r#"select e.id, e.kind, e.due_on, e.at, e.until, e.care_id, e.created_at,
                  e.undone_at is not null as "undone!", k.display_name as "by?"
           from task_events e left join keepers k on k.id = e.recorded_by
           where e.task_id = $1 and e.turn = $2"#,
        id.0,
        turn,
    )
    .fetch_optional(db)
    .await?;
    row.map(Event::try_from).transpose()
}
