//! Something happened: stored whole, with what follows from it, or not at all.

use sqlx::{Connection as _, PgConnection};

use super::event::{history, insert, keep};
use super::{ChangeError, Done, Row, facts, in_use};
use crate::db::Result;
use crate::domain::animal::event::{Event, What};
use crate::domain::animal::history::History;
use crate::domain::id::{AnimalEventId, AnimalId, FormId, KeeperId};
use crate::system::clock::Clock;

/// Records an event of an animal. A split makes the group that it names.
pub async fn record(
    db: &mut PgConnection,
    clock: &Clock,
    animal: AnimalId,
    event: Event,
    by: KeeperId,
) -> Result<Done, ChangeError> {
    let mut tx = db.begin().await?;
    let before = locked(&mut tx, animal).await?;
    match used_by(&mut tx, event.id).await? {
        Some(owner) if owner == animal => return Ok(Done::AlreadyThere),
        Some(_) => return Err(ChangeError::OtherUse),
        None => {}
    }
    let entered_at = before.entry_after_all(event.entered_at);
    let event = before.plainly(Event { entered_at, ..event });
    if let Some(to) = event.what.to() {
        in_use(&mut tx, to).await?;
    }
    let after = before.with(event.clone())?;
    if let What::Split { into, .. } = event.what {
        found(&mut tx, clock, animal, into, &event, by).await?;
    }
    // It is in the history that was just made of it.
    let Some((_, step)) = after.find(event.id) else { return Err(ChangeError::NoEvent) };
    if !insert(&mut tx, animal, &event, step.tank, Some(by)).await? {
        // Another animal's form of the same id came between.
        return Err(ChangeError::OtherUse);
    }
    keep(&mut tx, animal, &after).await?;
    tx.commit().await?;
    Ok(Done::New)
}

/// The history of an animal, whose row is locked until the transaction ends: writers take turns.
pub(super) async fn locked(tx: &mut PgConnection, animal: AnimalId) -> Result<History, ChangeError> {
    let there = sqlx::query_scalar!(
        r#"select deleted_at is null as "there!" from animals where id = $1 for update"#,
        animal.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    if there != Some(true) {
        return Err(ChangeError::NoAnimal);
    }
    Ok(history(tx, animal).await?)
}

/// The animal whose event has this id, or had it before it was removed.
async fn used_by(tx: &mut PgConnection, id: AnimalEventId) -> Result<Option<AnimalId>> {
    let owner = sqlx::query_scalar!(
        r#"select animal_id as "animal_id!" from animal_events where id = $1
           union all select animal_id from animal_event_revisions where event_id = $1 limit 1"#,
        id.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(owner.map(AnimalId))
}

/// Makes the group that some of a group become, with the same facts; each has its own from then on.
async fn found(
    tx: &mut PgConnection,
    clock: &Clock,
    parent: AnimalId,
    group: AnimalId,
    split: &Event,
    by: KeeperId,
) -> Result<(), ChangeError> {
    let Some((founding, What::Split { to, quantity, .. })) =
        split.founding(AnimalEventId(clock.uuid())).map(|founding| (founding, split.what))
    else {
        return Ok(());
    };
    let row = sqlx::query!(
        "select name, species, scientific_name, sex, notes from animals where id = $1",
        parent.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let facts = facts(row.name, row.species, row.scientific_name, row.sex.as_deref(), row.notes)?;
    let row = Row {
        id: group,
        // The move is guarded by its own id; a group needs one that no form has.
        form_id: FormId(clock.uuid()),
        facts: &facts,
        tank: to,
        quantity,
        acquired_at: split.at,
    };
    super::insert(tx, clock.now(), &row, Some(by)).await?;
    insert(tx, group, &founding, to, Some(by)).await?;
    Ok(())
}
