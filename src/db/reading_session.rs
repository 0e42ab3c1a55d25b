//! Readings that were taken together at a tank.

use jiff::Timestamp;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::Result;
use super::history::{Listed, Row};
use crate::domain::id::{SessionId, TankId};

/// A session with its readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingSession {
    /// Its id.
    pub id: SessionId,
    /// The tank.
    pub tank: TankId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Free text.
    pub note: Option<String>,
    /// Who recorded it, if that keeper is still there.
    pub by: Option<String>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Its readings, in the order of parameters.
    pub readings: Vec<Listed>,
}

/// A session; `None` when there is none with this id.
pub async fn find(db: &mut PgConnection, id: SessionId) -> Result<Option<ReadingSession>> {
    let session = sqlx::query!(
        r#"select s.tank_id, s.taken_at, s.note, s.created_at, k.display_name as "by?"
           from reading_sessions s left join keepers k on k.id = s.recorded_by where s.id = $1"#,
        id.0
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(session) = session else { return Ok(None) };
    let readings = sqlx::query_as!(
        Row,
        r#"select r.id, r.session_id, r.parameter_id, r.taken_at, r.value, r.below, r.entered_value,
                  r.entered_unit, r.source, r.note, r.version, k.display_name as "by?"
           from readings r
           join parameters p on p.id = r.parameter_id
           left join keepers k on k.id = r.recorded_by
           where r.session_id = $1 order by p.position, p.id, r.taken_at, r.id"#,
        id.0
    )
    .fetch_all(db)
    .await?;
    Ok(Some(ReadingSession {
        id,
        tank: TankId(session.tank_id),
        taken_at: session.taken_at.to_jiff(),
        note: session.note,
        by: session.by,
        created_at: session.created_at.to_jiff(),
        readings: readings.into_iter().map(Listed::try_from).collect::<Result<_>>()?,
    }))
}

/// The tank of a session that was deleted with its last reading, and the change that did it.
pub async fn removed(db: &mut PgConnection, id: SessionId) -> Result<Option<(TankId, Option<Uuid>)>> {
    let row = sqlx::query!(
        r#"select s.tank_id,
                  (select v.change_id from reading_versions v join reading_changes c on c.id = v.change_id
                   where v.tank_id = s.tank_id and v.session_id = s.id and not v.there
                   order by c.changed_at desc, v.version desc limit 1) as change_id
           from removed_sessions s where s.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (TankId(row.tank_id), row.change_id)))
}
