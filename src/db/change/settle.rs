//! What follows from a change of readings, and how one is taken back.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{Change, ChangeError};
use crate::db::Result;
use crate::domain::id::{ChangeId, TankId};

/// A session is there as long as it has readings, and its time is that of the last of them.
pub(super) async fn sessions(tx: &mut PgConnection, change: ChangeId) -> Result<()> {
    sqlx::query!(
        "with gone as (
             delete from reading_sessions s
             where s.id in (select session_id from reading_versions where change_id = $1)
               and not exists (select from readings r where r.session_id = s.id)
             returning id, tank_id, taken_at, note, recorded_by, created_at)
         insert into removed_sessions (id, tank_id, taken_at, note, recorded_by, created_at) select * from gone",
        change.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update reading_sessions s set taken_at = last.taken_at
         from (select session_id, max(taken_at) as taken_at from readings
               where session_id in (select session_id from reading_versions where change_id = $1)
               group by session_id) last
         where s.id = last.session_id and s.taken_at <> last.taken_at",
        change.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts everything that `undone` touched back to the version before, as a change of its own.
pub(super) async fn take_back(
    tx: &mut PgConnection,
    change: Change,
    tank: TankId,
    undone: ChangeId,
) -> Result<(), ChangeError> {
    // What counts is how things stand, not how often they changed: of several changes the last one can be taken
    // back, then the one before it.
    let changed_since = sqlx::query_scalar!(
        r#"select exists (
               select from reading_versions v
               cross join lateral (
                   select * from reading_versions where reading_id = v.reading_id order by version desc limit 1) l
               where v.change_id = $1
                 and (l.there, l.taken_at, l.value, l.below, l.entered_value, l.entered_unit, l.note)
                     is distinct from
                     (v.there, v.taken_at, v.value, v.below, v.entered_value, v.entered_unit, v.note)
           ) as "changed_since!""#,
        undone.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if changed_since {
        return Err(ChangeError::Conflict);
    }
    sqlx::query!(
        "insert into reading_changes (id, tank_id, kind, undoes, session_id, note_before, note_after, changed_by,
                changed_at)
         select $1, $2, 'undo', id, session_id, note_after, note_before, $3, $4
         from reading_changes where id = $5",
        change.id.0,
        tank.0,
        change.by.0,
        change.at.to_sqlx() as _,
        undone.0
    )
    .execute(&mut *tx)
    .await?;
    note(tx, undone).await?;
    sqlx::query!(
        "insert into reading_versions (reading_id, version, change_id, there, tank_id, session_id, parameter_id,
                taken_at, value, below, entered_value, entered_unit, source, note, recorded_by, created_at)
         select b.reading_id, l.version + 1, $1, b.there, b.tank_id, b.session_id, b.parameter_id, b.taken_at,
                b.value, b.below, b.entered_value, b.entered_unit, b.source, b.note, b.recorded_by, b.created_at
         from reading_versions v
         join reading_versions b on b.reading_id = v.reading_id and b.version = v.version - 1
         cross join lateral (
             select max(version) as version from reading_versions where reading_id = v.reading_id) l
         where v.change_id = $2",
        change.id.0,
        undone.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "with back as (
             delete from removed_sessions
             where id in (select session_id from reading_versions where change_id = $1 and there)
             returning id, tank_id, taken_at, note, recorded_by, created_at)
         insert into reading_sessions (id, tank_id, taken_at, note, recorded_by, created_at) select * from back",
        change.id.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from readings where id in
             (select reading_id from reading_versions where change_id = $1 and not there)",
        change.id.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into readings as r (id, session_id, tank_id, parameter_id, taken_at, value, below, entered_value,
                entered_unit, source, note, recorded_by, created_at, version)
         select reading_id, session_id, tank_id, parameter_id, taken_at, value, below, entered_value,
                entered_unit, source, note, recorded_by, created_at, version
         from reading_versions where change_id = $1 and there
         on conflict (id) do update set
             taken_at = excluded.taken_at, value = excluded.value, below = excluded.below,
             entered_value = excluded.entered_value, entered_unit = excluded.entered_unit,
             note = excluded.note, version = excluded.version",
        change.id.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts a session's note back, unless it is another one by now.
async fn note(tx: &mut PgConnection, undone: ChangeId) -> Result<(), ChangeError> {
    let changed_since = sqlx::query_scalar!(
        r#"select c.note_before is distinct from c.note_after
                  and (s.id is null or s.note is distinct from c.note_after) as "changed_since!"
           from reading_changes c left join reading_sessions s on s.id = c.session_id
           where c.id = $1 and c.session_id is not null"#,
        undone.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if changed_since == Some(true) {
        return Err(ChangeError::Conflict);
    }
    sqlx::query!(
        "update reading_sessions s set note = c.note_before
         from reading_changes c
         where c.id = $1 and s.id = c.session_id and c.note_before is distinct from c.note_after",
        undone.0
    )
    .execute(tx)
    .await?;
    Ok(())
}
