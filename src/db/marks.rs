//! What happened at a tank, as a chart marks it on its time axis. A source is one arm of the union.

use std::str::FromStr;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::{Error, Result};
use crate::domain::id::TankId;

/// More marks than this would lie on each other: the newest are shown.
pub const MOST: i64 = 200;

/// What a mark is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// Care of the tank: `kind`, `subject`, `amount` and `unit` are those of `care_entries`.
    Care,
    /// Something that happened to an animal: `kind`, `subject` (its name or species) and `amount` (how many).
    Animal,
    /// The note of a session.
    Note,
}

impl FromStr for MarkKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "care" => Ok(Self::Care),
            "animal" => Ok(Self::Animal),
            "note" => Ok(Self::Note),
            _ => Err(format!("no such mark: {text}")),
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What it is of.
    pub of: MarkKind,
    /// The kind of care or event, as its table names it; empty for a note.
    pub kind: String,
    /// The product, the food, the thing, the animal.
    pub subject: Option<String>,
    /// How much or how many.
    pub amount: Option<rust_decimal::Decimal>,
    /// The code of the amount's unit.
    pub unit: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

/// The marks between two instants (both included), the oldest first.
pub async fn between(
    db: &mut PgConnection,
    tank: TankId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Mark>> {
    // Each arm walks its own index from the newest on, so a long history costs no more than a short one.
    let rows = sqlx::query!(
        r#"select at as "at!", source as "source!", kind as "kind!", subject, amount, unit, note
           from (
               (select taken_at as at, 'note' as source, '' as kind, null as subject, null::numeric as amount,
                       null as unit, note
                from reading_sessions
                where tank_id = $1 and note is not null and taken_at between $2 and $3
                order by taken_at desc limit $4)
               union all
               (select done_at, 'care', kind, subject, amount, unit, coalesce(portion, note)
                from care_entries
                where tank_id = $1 and deleted_at is null and done_at between $2 and $3
                order by done_at desc, id desc limit $4)
               union all
               (select e.occurred_at, 'animal', e.kind, coalesce(a.name, a.species), e.quantity, null, e.note
                from animal_events e join animals a on a.id = e.animal_id
                where e.tank_id = $1 and a.deleted_at is null and e.occurred_at between $2 and $3
                order by e.occurred_at desc, e.id desc limit $4)
               union all
               (select e.occurred_at, 'animal', 'moved_in', coalesce(a.name, a.species), e.quantity, null, e.note
                from animal_events e join animals a on a.id = e.animal_id
                where e.to_tank_id = $1 and e.kind = 'moved' and a.deleted_at is null
                  and e.occurred_at between $2 and $3
                order by e.occurred_at desc, e.id desc limit $4)
           ) m
           order by at desc limit $4"#,
        tank.0,
        from.to_sqlx() as _,
        to.to_sqlx() as _,
        MOST,
    )
    .fetch_all(db)
    .await?;
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        let of = row.source.parse().map_err(|_| Error::Inconsistent {
            table: "marks",
            column: "source",
            value: row.source.clone(),
        })?;
        marks.push(Mark {
            at: row.at.to_jiff(),
            of,
            kind: row.kind,
            subject: row.subject,
            amount: row.amount,
            unit: row.unit,
            note: row.note,
        });
    }
    marks.reverse();
    Ok(marks)
}
