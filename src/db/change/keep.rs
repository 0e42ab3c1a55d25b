//! What is written down of a change, beside what it changes.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{Change, ChangeError, Changed};
use crate::db::Result;
use crate::domain::id::{ChangeId, ReadingId, SessionId, TankId};

/// Whether the form's change was made before. The id of a change of something else is no id of this form.
pub(super) async fn made_before(
    tx: &mut PgConnection,
    change: ChangeId,
    reading: Option<ReadingId>,
    session: Option<SessionId>,
) -> Result<Option<Changed>, ChangeError> {
    let same = sqlx::query_scalar!(
        r#"select c.kind = 'edit' and (c.session_id = $3 or c.session_id is null and exists (
                select from reading_versions v where v.change_id = c.id and v.reading_id = $2)) as same
           from reading_changes c where c.id = $1"#,
        change.0,
        reading.map(|reading| reading.0),
        session.map(|session| session.0),
    )
    .fetch_optional(tx)
    .await?;
    match same {
        None => Ok(None),
        Some(Some(true)) => Ok(Some(Changed::Before(change))),
        Some(_) => Err(ChangeError::OtherForm),
    }
}

/// Writes down that a change is made; with a session, from which note to which.
pub(super) async fn log(
    tx: &mut PgConnection,
    change: Change,
    tank: TankId,
    kind: &str,
    session: Option<(SessionId, Option<&str>, Option<&str>)>,
) -> Result<()> {
    sqlx::query!(
        "insert into reading_changes (id, tank_id, kind, session_id, note_before, note_after, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        change.id.0,
        tank.0,
        kind,
        session.map(|(id, ..)| id.0),
        session.and_then(|(_, before, _)| before),
        session.and_then(|(.., after)| after),
        change.by.0,
        change.at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps how readings are before their first change.
pub(super) async fn keep_first(tx: &mut PgConnection, readings: &[sqlx::types::Uuid]) -> Result<()> {
    sqlx::query!(
        "insert into reading_versions (reading_id, version, there, tank_id, session_id, parameter_id, taken_at,
                value, below, entered_value, entered_unit, source, note, recorded_by, created_at)
         select id, 1, true, tank_id, session_id, parameter_id, taken_at, value, below, entered_value,
                entered_unit, source, note, recorded_by, created_at
         from readings where id = any($1) and version = 1",
        readings
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps how readings are after a change.
pub(super) async fn keep_present(
    tx: &mut PgConnection,
    change: ChangeId,
    readings: &[sqlx::types::Uuid],
) -> Result<()> {
    sqlx::query!(
        "insert into reading_versions (reading_id, version, change_id, there, tank_id, session_id, parameter_id,
                taken_at, value, below, entered_value, entered_unit, source, note, recorded_by, created_at)
         select id, version, $2, true, tank_id, session_id, parameter_id, taken_at, value, below,
                entered_value, entered_unit, source, note, recorded_by, created_at
         from readings where id = any($1)",
        readings,
        change.0
    )
    .execute(tx)
    .await?;
    Ok(())
}
