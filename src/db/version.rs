//! One reading with its past: how it stands, and every change of it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Result;
use crate::domain::id::{ChangeId, ParameterId, ReadingId, SessionId, TankId};

/// How a reading stood after a change, or after it was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Counted from 1.
    pub version: i32,
    /// The change that made it so; none for what was entered.
    pub change: Option<ChangeId>,
    /// Whether that change took back another.
    pub is_undo: bool,
    /// False: it was deleted, and the rest is how it was before.
    pub there: bool,
    /// Who made it so, if that keeper is still there.
    pub by: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// When the reading was taken.
    pub taken_at: Timestamp,
    /// In the canonical unit.
    pub value: Decimal,
    /// Below detection.
    pub below: bool,
    /// As typed.
    pub entered_value: Decimal,
    /// The code of the unit it was typed in.
    pub entered_unit: String,
    /// Its own note.
    pub note: Option<String>,
}

/// A reading, there or deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its id.
    pub id: ReadingId,
    /// Where it was taken.
    pub tank: TankId,
    /// What was measured.
    pub parameter: ParameterId,
    /// What it was taken together with.
    pub session: Option<SessionId>,
    /// Every version, the oldest first; at least one.
    pub versions: Vec<Version>,
}

impl Past {
    /// How it stands now.
    pub fn now(&self) -> Option<&Version> {
        self.versions.last()
    }
}

/// A reading with every change of it, in one query; `None` when there never was one with this id.
pub async fn past(db: &mut PgConnection, reading: ReadingId) -> Result<Option<Past>> {
    let rows = sqlx::query!(
        r#"select v.version as "version!", v.change_id, c.undoes is not null as "is_undo!", v.there as "there!",
                  k.display_name as "by?", v.made_at as "made_at!", v.tank_id as "tank_id!", v.session_id,
                  v.parameter_id as "parameter_id!", v.taken_at as "taken_at!", v.value as "value!",
                  v.below as "below!", v.entered_value as "entered_value!", v.entered_unit as "entered_unit!",
                  v.note
           from (select 1 as version, null::uuid as change_id, true as there, recorded_by as by_id,
                        created_at as made_at, tank_id, session_id, parameter_id, taken_at, value, below,
                        entered_value, entered_unit, note
                 from readings where id = $1 and version = 1
                 union all
                 select v.version, v.change_id, v.there,
                        case when c.id is null then v.recorded_by else c.changed_by end,
                        coalesce(c.changed_at, v.created_at), v.tank_id, v.session_id, v.parameter_id, v.taken_at,
                        v.value, v.below, v.entered_value, v.entered_unit, v.note
                 from reading_versions v left join reading_changes c on c.id = v.change_id
                 where v.reading_id = $1) v
           left join reading_changes c on c.id = v.change_id
           left join keepers k on k.id = v.by_id
           order by v.version"#,
        reading.0
    )
    .fetch_all(db)
    .await?;
    let Some(last) = rows.last() else { return Ok(None) };
    Ok(Some(Past {
        id: reading,
        tank: TankId(last.tank_id),
        parameter: ParameterId(last.parameter_id),
        session: last.session_id.map(SessionId),
        versions: rows
            .into_iter()
            .map(|row| Version {
                version: row.version,
                change: row.change_id.map(ChangeId),
                is_undo: row.is_undo,
                there: row.there,
                by: row.by,
                made_at: row.made_at.to_jiff(),
                taken_at: row.taken_at.to_jiff(),
                value: row.value,
                below: row.below,
                entered_value: row.entered_value,
                entered_unit: row.entered_unit,
                note: row.note,
            })
            .collect(),
    }))
}

/// The canonical value of the reading of the same parameter that lies before an instant, other than this one.
pub async fn value_before(db: &mut PgConnection, past: &Past, at: Timestamp) -> Result<Option<Decimal>> {
    let value = sqlx::query_scalar!(
        "select value from readings
         where tank_id = $1 and parameter_id = $2 and taken_at <= $3 and id <> $4
         order by taken_at desc, id desc limit 1",
        past.tank.0,
        past.parameter.0,
        at.to_sqlx() as _,
        past.id.0,
    )
    .fetch_optional(db)
    .await?;
    Ok(value)
}
