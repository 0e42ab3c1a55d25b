//! Care of tanks: entries with every change they went through.

mod change;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::{Connection as _, PgConnection};

pub(super) use self::change::delete_of_task;
pub use self::change::{Change, Revision, Undone, delete, edit, revisions, undo};
use super::{Error, Result};
use crate::domain::care::{Entry, What};
use crate::domain::id::{CareId, KeeperId, TankId};

/// How many of the newest entries the favourites are looked for in.
const RECENT: i64 = 400;
/// How many subjects are suggested.
const SUGGESTED: i64 = 50;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// Its id.
    pub id: CareId,
    /// The tank it is of.
    pub tank: TankId,
    /// What was done, when, and the note.
    pub entry: Entry,
    /// Who recorded it, if that keeper is still there.
    pub recorded_by: Option<String>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is stored now.
    New,
    /// It was stored before, by the same form: nothing changed.
    AlreadyThere,
}

/// Why an entry was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is no such tank.
    #[error("no such tank")]
    NoTank,
    /// The tank has been taken down.
    #[error("the tank has been decommissioned")]
    Decommissioned,
    /// The entry's id belongs to another tank.
    #[error("the entry belongs to another tank")]
    OtherTank,
    /// The same form made an entry before, which was deleted since.
    #[error("the entry has been deleted")]
    Deleted,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
}

impl From<sqlx::Error> for RecordError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The columns of what was done, as every query that reads them has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Columns {
    pub(super) kind: String,
    pub(super) subject: Option<String>,
    pub(super) amount: Option<Decimal>,
    pub(super) unit: Option<String>,
    pub(super) portion: Option<String>,
}

impl TryFrom<Columns> for What {
    type Error = Error;

    fn try_from(row: Columns) -> Result<Self> {
        let wrong = |column, value: &str| Error::Inconsistent {
            table: "care_entries",
            column,
            value: value.to_owned(),
        };
        let unit = row.unit.map(|unit| unit.parse().map_err(|_| wrong("unit", &unit))).transpose()?;
        Ok(Self {
            kind: row.kind.parse().map_err(|_| wrong("kind", &row.kind))?,
            subject: row.subject,
            amount: row.amount.zip(unit),
            portion: row.portion,
        })
    }
}

/// Locks a tank for a writer; whether it is in use, or `None` when there is none.
pub(super) async fn lock(tx: &mut PgConnection, tank: TankId) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        r#"select decommissioned_on is null as "active!" from tanks where id = $1 for no key update"#,
        tank.0
    )
    .fetch_optional(tx)
    .await?)
}

/// Records an entry. The same id again records nothing.
pub async fn record(
    db: &mut PgConnection,
    tank: TankId,
    id: CareId,
    entry: &Entry,
    by: KeeperId,
    now: Timestamp,
) -> Result<Recorded, RecordError> {
    let mut tx = db.begin().await?;
    match lock(&mut tx, tank).await? {
        None => return Err(RecordError::NoTank),
        Some(false) => return Err(RecordError::Decommissioned),
        Some(true) => {}
    }
    if insert(&mut tx, tank, id, entry, by, now).await? {
        tx.commit().await?;
        return Ok(Recorded::New);
    }
    let there = sqlx::query!(
        r#"select tank_id, deleted_at is not null as "deleted!" from care_entries where id = $1"#,
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    match there {
        there if there.tank_id != tank.0 => Err(RecordError::OtherTank),
        there if there.deleted => Err(RecordError::Deleted),
        _ => Ok(Recorded::AlreadyThere),
    }
}

/// Inserts an entry of a tank that is locked; `false` when its id is taken.
pub(super) async fn insert(
    tx: &mut PgConnection,
    tank: TankId,
    id: CareId,
    entry: &Entry,
    by: KeeperId,
    now: Timestamp,
) -> Result<bool> {
    let what = &entry.what;
    let inserted = sqlx::query!(
        "insert into care_entries (id, tank_id, kind, done_at, subject, amount, unit, portion, note,
                                   recorded_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict (id) do nothing",
        id.0,
        tank.0,
        what.kind.as_str(),
        entry.done_at.to_sqlx() as _,
        what.subject,
        what.amount.map(|(value, _)| value),
        what.amount.map(|(_, unit)| unit.as_str()),
        what.portion,
        entry.note,
        by.0,
        now.to_sqlx() as _,
    )
    .execute(&mut *tx)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    remember(tx, what, now).await?;
    Ok(true)
}

/// Remembers the subject, to suggest it the next time.
async fn remember(tx: &mut PgConnection, what: &What, now: Timestamp) -> Result<()> {
    let Some(subject) = &what.subject else { return Ok(()) };
    sqlx::query!(
        "insert into care_subjects (kind, subject, last_used_at) values ($1, $2, $3)
         on conflict (kind, subject) do update
         set last_used_at = greatest(care_subjects.last_used_at, excluded.last_used_at)",
        what.kind.as_str(),
        subject,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The entry with this id, deleted or not.
pub async fn find(db: &mut PgConnection, id: CareId) -> Result<Option<Care>> {
    let row = sqlx::query!(
        r#"select c.tank_id, c.kind, c.done_at, c.subject, c.amount, c.unit, c.portion, c.note, c.created_at,
                  c.deleted_at is not null as "deleted!", k.display_name as "recorded_by?"
           from care_entries c left join keepers k on k.id = c.recorded_by
           where c.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        kind: row.kind,
        subject: row.subject,
        amount: row.amount,
        unit: row.unit,
        portion: row.portion,
    };
    let entry = Entry { what: columns.try_into()?, done_at: row.done_at.to_jiff(), note: row.note };
    Ok(Some(Care {
        id,
        tank: TankId(row.tank_id),
        entry,
        recorded_by: row.recorded_by,
        created_at: row.created_at.to_jiff(),
        deleted: row.deleted,
    }))
}

/// What is done most often with a tank since `since`, among its newest entries; the most frequent first.
pub async fn favourites(
    db: &mut PgConnection,
    tank: TankId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<What>> {
    sqlx::query_as!(
        Columns,
        "select kind, subject, amount, unit, portion
         from (select kind, subject, amount, unit, portion, done_at from care_entries
               where tank_id = $1 and deleted_at is null and done_at >= $2
               order by done_at desc, id desc limit $3) recent
         where kind not in ('note', 'equipment')
         group by kind, subject, amount, unit, portion
         order by count(*) desc, max(done_at) desc, kind, subject, amount
         limit $4",
        tank.0,
        since.to_sqlx() as _,
        RECENT,
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(What::try_from)
    .collect()
}

/// Products, foods and things the household has used for a kind of care, the last used first.
pub async fn subjects(db: &mut PgConnection, kind: &str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select subject from care_subjects where kind = $1 order by last_used_at desc, subject limit $2",
        kind,
        SUGGESTED,
    )
    .fetch_all(db)
    .await?)
}
