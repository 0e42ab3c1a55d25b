//! A tank's readings one by one, the newest first, in pages. Each page is a walk along an index that begins at its
//! place, so the last page of a million costs what the first one does.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::{Error, Result};
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::{ParameterId, ReadingId, SessionId, TankId};
use crate::domain::reading::Source;

/// How many readings a page has.
pub const PAGE: usize = 50;
/// One row more than a page has tells whether there is another one.
const FETCH: i64 = 51;

/// Which readings are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Only this parameter.
    pub parameter: Option<ParameterId>,
    /// From this instant on.
    pub from: Timestamp,
    /// Before this instant.
    pub until: Timestamp,
}

/// One reading of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ReadingId,
    /// What it was taken together with.
    pub session: Option<SessionId>,
    /// What was measured.
    pub parameter: ParameterId,
    /// When.
    pub taken_at: Timestamp,
    /// In the canonical unit.
    pub value: Decimal,
    /// Below detection.
    pub below: bool,
    /// As typed.
    pub entered_value: Decimal,
    /// The code of the unit it was typed in.
    pub entered_unit: String,
    /// Where it came from.
    pub source: Source,
    /// Its own note, and else its session's.
    pub note: Option<String>,
    /// It was corrected.
    pub edited: bool,
    /// Who recorded it, if that keeper is still there.
    pub by: Option<String>,
}

pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) session_id: Option<Uuid>,
    pub(super) parameter_id: i16,
    pub(super) taken_at: jiff_sqlx::Timestamp,
    pub(super) value: Decimal,
    pub(super) below: bool,
    pub(super) entered_value: Decimal,
    pub(super) entered_unit: String,
    pub(super) source: String,
    pub(super) note: Option<String>,
    pub(super) version: i32,
    pub(super) by: Option<String>,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let source = row.source.parse().map_err(|_| Error::Inconsistent {
            table: "readings",
            column: "source",
            value: row.source.clone(),
        })?;
        Ok(Self {
            id: ReadingId(row.id),
            session: row.session_id.map(SessionId),
            parameter: ParameterId(row.parameter_id),
            taken_at: row.taken_at.to_jiff(),
            value: row.value,
            below: row.below,
            entered_value: row.entered_value,
            entered_unit: row.entered_unit,
            source,
            note: row.note,
            edited: row.version > 1,
            by: row.by,
        })
    }
}

/// The same query in both directions, of all parameters or of one. What is said beside a reading is looked up for each
/// row of the page: a join would be planned for as many rows as there might be, and read every session there is.
macro_rules! rows {
    ($db:expr, $tank:expr, $place:expr, $bound:expr, $than:literal, $within:literal, $order:literal $(, $one:literal, $parameter:expr)?) => {
        sqlx::query_as!(
            Row,
            r#"select r.id, r.session_id, r.parameter_id, r.taken_at, r.value, r.below, r.entered_value,
                      r.entered_unit, r.source, r.version,
                      coalesce(r.note, (select s.note from reading_sessions s where s.id = r.session_id)) as note,
                      (select k.display_name from keepers k where k.id = r.recorded_by) as by
               from (select * from readings
                     where tank_id = $1 and (taken_at, id) "# + $than + r#" ($2, $3)
                       and taken_at "# + $within + " $4 " $(+ $one)? + r#"
                     order by taken_at "# + $order + ", id " + $order + r#" limit $5) r
               order by r.taken_at "# + $order + ", r.id " + $order,
            $tank.0,
            $place.0.to_sqlx() as _,
            $place.1,
            $bound.to_sqlx() as _,
            FETCH,
            $($parameter.0,)?
        )
        .fetch_all($db)
        .await?
    };
}

/// A page of a tank's readings.
pub async fn page(
    db: &mut PgConnection,
    tank: TankId,
    filter: &Filter,
    from: Option<Cursor>,
) -> Result<Page<Listed>> {
    let rows = match from {
        Some(Cursor { toward: Toward::Newer, at, id }) => {
            // No row before the filter's first instant is newer than one of its rows.
            let place = if at < filter.from { (filter.from, Uuid::nil()) } else { (at, id) };
            newer(db, tank, filter, place).await?
        }
        Some(Cursor { at, id, .. }) if at < filter.until => {
            // An instant that Postgres does not know is before the filter's first one as well.
            older(db, tank, filter, (at.max(filter.from), id)).await?
        }
        // Nothing has this id: the page begins before the end.
        _ => older(db, tank, filter, (filter.until, Uuid::nil())).await?,
    };
    let rows = rows.into_iter().map(Listed::try_from).collect::<Result<Vec<_>>>()?;
    Ok(Page::new(rows, PAGE, from, |row| (row.taken_at, row.id.0)))
}

async fn older(
    db: &mut PgConnection,
    tank: TankId,
    filter: &Filter,
    place: (Timestamp, Uuid),
) -> Result<Vec<Row>> {
    Ok(match filter.parameter {
        None => rows!(db, tank, place, filter.from, "<", ">=", "desc"),
        Some(one) => {
            rows!(db, tank, place, filter.from, "<", ">=", "desc", "and parameter_id = $6", one)
        }
    })
}

async fn newer(
    db: &mut PgConnection,
    tank: TankId,
    filter: &Filter,
    place: (Timestamp, Uuid),
) -> Result<Vec<Row>> {
    Ok(match filter.parameter {
        None => rows!(db, tank, place, filter.until, ">", "<", "asc"),
        Some(one) => rows!(db, tank, place, filter.until, ">", "<", "asc", "and parameter_id = $6", one),
    })
}
