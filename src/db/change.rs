//! Changes of readings that are stored: corrected, deleted, brought back. Each is one transaction that keeps who
//! changed what, the sessions and the daily roll-up in step, and each can be undone as a whole.
//!
//! Writers of one tank take turns (`lock`), so what a change finds is what it changes.

mod keep;
mod lock;
mod settle;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{Connection as _, PgConnection};

use self::keep::{keep_first, keep_present, log, made_before};
use self::lock::{lock, lock_for_reading, lock_for_session};
use super::{Error, Result, rollup};
use crate::domain::id::{ChangeId, KeeperId, ReadingId, SessionId, TankId};
use crate::domain::reading::edit::{Edit, SessionEdit};

/// A change as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Made by the form, where there is one.
    pub id: ChangeId,
    /// Who asks.
    pub by: KeeperId,
    /// When.
    pub at: Timestamp,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is made. With its id it can be undone.
    Now(ChangeId),
    /// It was made before, by the same form or by somebody else who wanted the same.
    Before(ChangeId),
    /// There was nothing to change.
    Nothing,
}

/// What an undo leads back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What became of it.
    pub outcome: Changed,
    /// The tank.
    pub tank: TankId,
    /// A session that it touched and that is there.
    pub session: Option<SessionId>,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There never was such a thing.
    #[error("no such reading, session or change")]
    Unknown,
    /// The reading or session was deleted meanwhile.
    #[error("it has been deleted")]
    Gone,
    /// Somebody changed it since it was looked at.
    #[error("it has been changed since")]
    Conflict,
    /// The form's id belongs to another change.
    #[error("the form belongs to another change")]
    OtherForm,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for ChangeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Corrects a reading, unless it has another version than the form was made for.
pub async fn edit(
    db: &mut PgConnection,
    change: Change,
    reading: ReadingId,
    edit: &Edit,
) -> Result<Changed, ChangeError> {
    let mut tx = db.begin().await?;
    let tank = lock_for_reading(&mut tx, reading).await?;
    if let Some(known) = made_before(&mut tx, change.id, Some(reading), None).await? {
        return Ok(known);
    }
    let before = sqlx::query!(
        r#"select version, taken_at, value, below, entered_value, entered_unit, note
           from readings where id = $1"#,
        reading.0
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(ChangeError::Gone)?;
    if before.version != edit.version {
        return Err(ChangeError::Conflict);
    }
    let same = before.taken_at.to_jiff() == edit.taken_at
        && (before.value, before.below) == (edit.value.value, edit.value.below)
        && (before.entered_value, &before.entered_unit)
            == (edit.value.entered_value, &edit.value.entered_unit)
        && before.note == edit.note;
    if same {
        return Ok(Changed::Nothing);
    }
    log(&mut tx, change, tank, "edit", None).await?;
    keep_first(&mut tx, &[reading.0]).await?;
    sqlx::query!(
        "update readings set version = version + 1, taken_at = $2, value = $3, below = $4, entered_value = $5,
                entered_unit = $6, note = $7
         where id = $1",
        reading.0,
        edit.taken_at.to_sqlx() as _,
        edit.value.value,
        edit.value.below,
        edit.value.entered_value,
        edit.value.entered_unit,
        edit.note,
    )
    .execute(&mut *tx)
    .await?;
    keep_present(&mut tx, change.id, &[reading.0]).await?;
    finish(&mut tx, tank, change.id).await?;
    tx.commit().await?;
    Ok(Changed::Now(change.id))
}

/// Deletes a reading. Deleted before, it stays so, and the answer names the change that did it.
pub async fn delete(
    db: &mut PgConnection,
    change: Change,
    reading: ReadingId,
) -> Result<Changed, ChangeError> {
    let mut tx = db.begin().await?;
    let tank = lock_for_reading(&mut tx, reading).await?;
    let there =
        sqlx::query_scalar!(r#"select exists (select from readings where id = $1) as "there!""#, reading.0)
            .fetch_one(&mut *tx)
            .await?;
    if !there {
        let deleted_by = sqlx::query_scalar!(
            r#"select change_id as "change_id!" from reading_versions
               where reading_id = $1 and not there order by version desc limit 1"#,
            reading.0
        )
        .fetch_one(&mut *tx)
        .await?;
        return Ok(Changed::Before(ChangeId(deleted_by)));
    }
    remove(&mut tx, change, tank, &[reading.0]).await?;
    tx.commit().await?;
    Ok(Changed::Now(change.id))
}

/// Deletes a session with all its readings. Deleted before, it stays so.
pub async fn delete_session(
    db: &mut PgConnection,
    change: Change,
    session: SessionId,
) -> Result<(TankId, Changed), ChangeError> {
    let mut tx = db.begin().await?;
    let tank = lock_for_session(&mut tx, session).await?;
    let readings =
        sqlx::query_scalar!("select id from readings where session_id = $1 order by id", session.0)
            .fetch_all(&mut *tx)
            .await?;
    if readings.is_empty() {
        let deleted_by = sqlx::query_scalar!(
            r#"select v.change_id as "change_id!" from reading_versions v
               join reading_changes c on c.id = v.change_id
               where v.tank_id = $1 and v.session_id = $2 and not v.there
               order by c.changed_at desc, v.version desc limit 1"#,
            tank.0,
            session.0
        )
        .fetch_optional(&mut *tx)
        .await?;
        return Ok((tank, deleted_by.map_or(Changed::Nothing, |id| Changed::Before(ChangeId(id)))));
    }
    remove(&mut tx, change, tank, &readings).await?;
    tx.commit().await?;
    Ok((tank, Changed::Now(change.id)))
}

/// Corrects what the readings of a session share: its time, to which all of them move, and its note.
pub async fn edit_session(
    db: &mut PgConnection,
    change: Change,
    session: SessionId,
    edit: &SessionEdit,
) -> Result<Changed, ChangeError> {
    let mut tx = db.begin().await?;
    let tank = lock_for_session(&mut tx, session).await?;
    if let Some(known) = made_before(&mut tx, change.id, None, Some(session)).await? {
        return Ok(known);
    }
    let before = sqlx::query!("select taken_at, note from reading_sessions where id = $1", session.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(ChangeError::Gone)?;
    if before.taken_at.to_jiff() != edit.was_at {
        return Err(ChangeError::Conflict);
    }
    let moved = match edit.taken_at {
        None => Vec::new(),
        Some(at) => {
            sqlx::query_scalar!(
                "select id from readings where session_id = $1 and taken_at <> $2 order by id",
                session.0,
                at.to_sqlx() as _
            )
            .fetch_all(&mut *tx)
            .await?
        }
    };
    if moved.is_empty() && before.note == edit.note {
        return Ok(Changed::Nothing);
    }
    log(&mut tx, change, tank, "edit", Some((session, before.note.as_deref(), edit.note.as_deref()))).await?;
    if let Some(at) = edit.taken_at {
        keep_first(&mut tx, &moved).await?;
        sqlx::query!(
            "update readings set version = version + 1, taken_at = $2 where id = any($1)",
            &moved,
            at.to_sqlx() as _
        )
        .execute(&mut *tx)
        .await?;
        keep_present(&mut tx, change.id, &moved).await?;
    }
    sqlx::query!("update reading_sessions set note = $2 where id = $1", session.0, edit.note)
        .execute(&mut *tx)
        .await?;
    finish(&mut tx, tank, change.id).await?;
    tx.commit().await?;
    Ok(Changed::Now(change.id))
}

/// Takes a change back as a whole, unless something it touched was changed again since.
pub async fn undo(db: &mut PgConnection, change: Change, undone: ChangeId) -> Result<Restored, ChangeError> {
    let mut tx = db.begin().await?;
    let tank = sqlx::query_scalar!("select tank_id from reading_changes where id = $1", undone.0)
        .fetch_optional(&mut *tx)
        .await?
        .map(TankId)
        .ok_or(ChangeError::Unknown)?;
    lock(&mut tx, tank).await?;
    let before = sqlx::query_scalar!("select id from reading_changes where undoes = $1", undone.0)
        .fetch_optional(&mut *tx)
        .await?;
    let outcome = if let Some(id) = before {
        Changed::Before(ChangeId(id))
    } else {
        settle::take_back(&mut tx, change, tank, undone).await?;
        finish(&mut tx, tank, change.id).await?;
        Changed::Now(change.id)
    };
    let session = touched(&mut tx, undone).await?.and_then(|(_, session)| session);
    tx.commit().await?;
    Ok(Restored { outcome, tank, session })
}

/// The tank of a change, and a session that it touched and that is there.
pub async fn touched(db: &mut PgConnection, change: ChangeId) -> Result<Option<(TankId, Option<SessionId>)>> {
    let row = sqlx::query!(
        r#"select c.tank_id, s.id as "session_id?"
           from reading_changes c
           left join lateral (
               select s.id from reading_sessions s
               where s.id = c.session_id
                  or s.id in (select session_id from reading_versions where change_id = c.id)
               limit 1) s on true
           where c.id = $1"#,
        change.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (TankId(row.tank_id), row.session_id.map(SessionId))))
}

/// Deletes readings of a tank under a change of their own.
async fn remove(
    tx: &mut PgConnection,
    change: Change,
    tank: TankId,
    readings: &[sqlx::types::Uuid],
) -> Result<()> {
    log(tx, change, tank, "delete", None).await?;
    keep_first(tx, readings).await?;
    sqlx::query!(
        "with gone as (delete from readings where id = any($1) returning *)
         insert into reading_versions (reading_id, version, change_id, there, tank_id, session_id, parameter_id,
                taken_at, value, below, entered_value, entered_unit, source, note, recorded_by, created_at)
         select id, version + 1, $2, false, tank_id, session_id, parameter_id, taken_at, value, below,
                entered_value, entered_unit, source, note, recorded_by, created_at
         from gone",
        readings,
        change.id.0
    )
    .execute(&mut *tx)
    .await?;
    finish(tx, tank, change.id).await
}

/// Brings sessions and the roll-up into step with what a change did to readings.
async fn finish(tx: &mut PgConnection, tank: TankId, change: ChangeId) -> Result<()> {
    settle::sessions(tx, change).await?;
    rollup::after(tx, tank, change).await
}
