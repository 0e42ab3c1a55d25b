//! Changes of entries: each keeps what was before, and the newest can be undone.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::{Columns, lock, remember};
use crate::db::{Error, Result};
use crate::domain::care::Entry;
use crate::domain::id::{CareId, KeeperId, TankId};
use crate::system::clock::Clock;

/// How many changes of an entry are shown.
const SHOWN: i64 = 20;

/// What a change was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Other values.
    Edited,
    /// Taken away.
    Deleted,
    /// A change before was undone.
    Restored,
}

impl Change {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
        }
    }
}

/// A change that an entry went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: Uuid,
    /// What it was.
    pub change: Change,
    /// What the entry said before.
    pub before: Entry,
    /// Who changed it, if that keeper is still there.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: Timestamp,
}

/// What became of taking a change back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The entry is as it was before.
    Now(TankId),
    /// It was changed again since: nothing was taken back.
    TooLate(TankId),
}

/// An entry as a revision keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Snapshot {
    #[serde(flatten)]
    what: Columns,
    done_at: Timestamp,
    note: Option<String>,
    deleted: bool,
}

impl Snapshot {
    fn of(entry: &Entry) -> Self {
        let what = &entry.what;
        Self {
            what: Columns {
                kind: what.kind.as_str().to_owned(),
                subject: what.subject.clone(),
                // 10 and 10.000 are the same amount.
                amount: what.amount.map(|(value, _)| value.normalize()),
                unit: what.amount.map(|(_, unit)| unit.as_str().to_owned()),
                portion: what.portion.clone(),
            },
            done_at: entry.done_at,
            note: entry.note.clone(),
            deleted: false,
        }
    }

    fn entry(self) -> Result<Entry> {
        Ok(Entry { what: self.what.try_into()?, done_at: self.done_at, note: self.note })
    }
}

/// Locks an entry's tank and reads what it says; `None` when there is no such entry.
async fn current(tx: &mut PgConnection, id: CareId) -> Result<Option<(TankId, Snapshot)>> {
    // An entry never changes its tank.
    let tank = sqlx::query_scalar!("select tank_id from care_entries where id = $1", id.0)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(tank) = tank.map(TankId) else { return Ok(None) };
    lock(tx, tank).await?;
    let row = sqlx::query!(
        r#"select kind, done_at, subject, amount, unit, portion, note, deleted_at is not null as "deleted!"
           from care_entries where id = $1"#,
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| {
        let what = Columns {
            kind: row.kind,
            subject: row.subject,
            amount: row.amount.map(|amount: Decimal| amount.normalize()),
            unit: row.unit,
            portion: row.portion,
        };
        (tank, Snapshot { what, done_at: row.done_at.to_jiff(), note: row.note, deleted: row.deleted })
    }))
}

/// Writes what an entry says now, and the revision that leads there. Answers the revision's id.
async fn change(
    tx: &mut PgConnection,
    clock: &Clock,
    id: CareId,
    change: Change,
    (before, after): (&Snapshot, &Snapshot),
    by: KeeperId,
) -> Result<Uuid> {
    let (revision, now) = (clock.uuid(), clock.now());
    sqlx::query!(
        "update care_entries
         set kind = $2, done_at = $3, subject = $4, amount = $5, unit = $6, portion = $7, note = $8,
             updated_at = greatest($9, created_at), deleted_at = case when $10 then $9 end
         where id = $1",
        id.0,
        after.what.kind,
        after.done_at.to_sqlx() as _,
        after.what.subject,
        after.what.amount,
        after.what.unit,
        after.what.portion,
        after.note,
        now.to_sqlx() as _,
        after.deleted,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into care_revisions (id, care_id, change, before, after, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        revision,
        id.0,
        change.as_str(),
        Json(before) as _,
        Json(after) as _,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    Ok(revision)
}

/// Changes an entry. Answers its tank and the change's id, if anything changed; `None` when there is no such entry
/// or it is deleted.
pub async fn edit(
    db: &mut PgConnection,
    clock: &Clock,
    id: CareId,
    entry: &Entry,
    by: KeeperId,
) -> Result<Option<(TankId, Option<Uuid>)>> {
    let mut tx = db.begin().await?;
    let Some((tank, before)) = current(&mut tx, id).await?.filter(|(_, before)| !before.deleted) else {
        return Ok(None);
    };
    let after = Snapshot::of(entry);
    if before == after {
        return Ok(Some((tank, None)));
    }
    let revision = change(&mut tx, clock, id, Change::Edited, (&before, &after), by).await?;
    remember(&mut tx, &entry.what, clock.now()).await?;
    tx.commit().await?;
    Ok(Some((tank, Some(revision))))
}

/// Deletes an entry. Answers its tank and the change's id; `None` when there is no such entry. Deleted twice is
/// deleted once.
pub async fn delete(
    db: &mut PgConnection,
    clock: &Clock,
    id: CareId,
    by: KeeperId,
) -> Result<Option<(TankId, Uuid)>> {
    let mut tx = db.begin().await?;
    let Some((tank, before)) = current(&mut tx, id).await? else { return Ok(None) };
    if before.deleted {
        let newest = newest(&mut tx, id).await?;
        return Ok(newest.first().map(|(revision, _)| (tank, *revision)));
    }
    let after = Snapshot { deleted: true, ..before.clone() };
    let revision = change(&mut tx, clock, id, Change::Deleted, (&before, &after), by).await?;
    tx.commit().await?;
    Ok(Some((tank, revision)))
}

/// Deletes the entry that a task made, within the transaction that takes the task's turn back.
pub(in crate::db) async fn delete_of_task(
    tx: &mut PgConnection,
    clock: &Clock,
    id: CareId,
    by: KeeperId,
) -> Result<()> {
    if let Some((_, before)) = current(tx, id).await?.filter(|(_, before)| !before.deleted) {
        let after = Snapshot { deleted: true, ..before.clone() };
        change(tx, clock, id, Change::Deleted, (&before, &after), by).await?;
    }
    Ok(())
}

/// Takes a change back when it is the newest one. Taken back twice is taken back once. `None` when there is no such
/// entry.
pub async fn undo(
    db: &mut PgConnection,
    clock: &Clock,
    id: CareId,
    revision: Uuid,
    by: KeeperId,
) -> Result<Option<Undone>> {
    let mut tx = db.begin().await?;
    let Some((tank, now)) = current(&mut tx, id).await? else { return Ok(None) };
    match newest(&mut tx, id).await?.as_slice() {
        [(newest, _), ..] if *newest == revision => {
            let before = sqlx::query_scalar!(
                r#"select before as "before!: Json<Snapshot>" from care_revisions where id = $1"#,
                revision
            )
            .fetch_one(&mut *tx)
            .await?;
            change(&mut tx, clock, id, Change::Restored, (&now, &before.0), by).await?;
            tx.commit().await?;
            Ok(Some(Undone::Now(tank)))
        }
        [(_, change), (second, _)] if change == Change::Restored.as_str() && *second == revision => {
            Ok(Some(Undone::Now(tank)))
        }
        _ => Ok(Some(Undone::TooLate(tank))),
    }
}

/// The two newest changes of an entry.
async fn newest(tx: &mut PgConnection, id: CareId) -> Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select id, change from care_revisions where care_id = $1 order by position desc limit 2",
        id.0
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.change)).collect())
}

/// The newest changes of an entry, the newest first.
pub async fn revisions(db: &mut PgConnection, id: CareId) -> Result<Vec<Revision>> {
    let rows = sqlx::query!(
        r#"select r.id, r.change, r.before as "before: Json<Snapshot>", r.changed_at,
                  k.display_name as "changed_by?"
           from care_revisions r left join keepers k on k.id = r.changed_by
           where r.care_id = $1 order by r.position desc limit $2"#,
        id.0,
        SHOWN,
    )
    .fetch_all(db)
    .await?;
    let known = |word: &str| {
        [Change::Edited, Change::Deleted, Change::Restored].into_iter().find(|change| change.as_str() == word)
    };
    rows.into_iter()
        .map(|row| {
            let change = known(&row.change).ok_or_else(|| Error::Inconsistent {
                table: "care_revisions",
                column: "change",
                value: row.change.clone(),
            })?;
            Ok(Revision {
                id: row.id,
                change,
                before: row.before.0.entry()?,
                changed_by: row.changed_by,
                changed_at: row.changed_at.to_jiff(),
            })
        })
        .collect()
}
