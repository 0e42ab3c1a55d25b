//! An event is corrected, removed, or a change is undone. A split concerns two histories: both are locked, in the
//! order of their ids, and both are replayed.

use sqlx::{Connection as _, PgConnection};

use super::event::{self, founded_by, history, keep};
use super::revision::{self, New, Snapshot};
use super::{ChangeError, Done, in_use};
use crate::db::Result;
use crate::domain::animal::event::{Event, What};
use crate::domain::animal::history::{Fault, History, Why};
use crate::domain::id::{AnimalEventId, AnimalId, AnimalRevisionId, KeeperId};
use crate::system::clock::Clock;

/// Writes another version of an event, checked by [`domain::animal::entry::correct`]. `seen` is the change that
/// the form knew as the last one.
///
/// [`domain::animal::entry::correct`]: crate::domain::animal::entry::correct
pub async fn correct(
    db: &mut PgConnection,
    clock: &Clock,
    animal: AnimalId,
    revision: AnimalRevisionId,
    seen: Option<AnimalRevisionId>,
    event: &Event,
    by: KeeperId,
) -> Result<Done, ChangeError> {
    let mut tx = db.begin().await?;
    let both = Both::lock(&mut tx, animal, event.what.group()).await?;
    if let Some(done) = done_before(&mut tx, animal, event.id, revision).await? {
        return Ok(done);
    }
    let Some((current, _)) = both.own.find(event.id) else { return Err(ChangeError::NoEvent) };
    let current = current.clone();
    if same(&current, event) {
        return Ok(Done::AlreadyThere);
    }
    if revision::seen(&mut tx, event.id).await? != seen {
        return Err(ChangeError::ChangedMeanwhile);
    }
    // When, where and how many of a group that was split off is told by the split.
    if matches!(event.what, What::Acquired { .. })
        && (current.what, current.at) != (event.what, event.at)
        && let Some(parent) = founded_by(&mut tx, animal).await?
    {
        return Err(ChangeError::SplitOff(parent));
    }
    if let Some(to) = event.what.to().filter(|to| current.what.to() != Some(*to)) {
        in_use(&mut tx, to).await?;
    }
    let change = Changing { clock, animal, id: revision, by };
    change.write(&mut tx, &both, &current, event).await?;
    tx.commit().await?;
    Ok(Done::New)
}

/// Removes an event; what it was lives on in the revisions, under the id that comes back. Again: that id again.
/// A split goes with the group it made, if nothing happened to that group yet.
pub async fn remove(
    db: &mut PgConnection,
    clock: &Clock,
    animal: AnimalId,
    id: AnimalEventId,
    by: KeeperId,
) -> Result<AnimalRevisionId, ChangeError> {
    let mut tx = db.begin().await?;
    let group = group_of(&mut tx, animal, id).await?;
    let both = Both::lock(&mut tx, animal, group).await?;
    let Some((current, _)) = both.own.find(id) else {
        let last = revision::seen(&mut tx, id).await?;
        let last = match last {
            Some(last) => revision::find(&mut tx, animal, last).await?.map(|stored| (last, stored)),
            None => None,
        };
        return match last {
            Some((last, stored)) if stored.after.is_none() => Ok(last),
            _ => Err(ChangeError::NoEvent),
        };
    };
    let current = current.clone();
    let change = Changing { clock, animal, id: AnimalRevisionId(clock.uuid()), by };
    change.drop(&mut tx, &both, &current).await?;
    tx.commit().await?;
    Ok(change.id)
}

/// Takes back a change, which is a change too. One after which the event was changed again, or that was taken back
/// already, is left as it is.
pub async fn undo(
    db: &mut PgConnection,
    clock: &Clock,
    animal: AnimalId,
    revision: AnimalRevisionId,
    by: KeeperId,
) -> Result<Done, ChangeError> {
    let mut tx = db.begin().await?;
    let stored = revision::find(&mut tx, animal, revision).await?.ok_or(ChangeError::NoEvent)?;
    let versions = [&stored.before, &stored.after];
    let group = versions.into_iter().flatten().find_map(|version| version.split_into).map(AnimalId);
    let both = Both::lock(&mut tx, animal, group).await?;
    let current = both.own.find(stored.event).map(|(event, _)| event.clone());
    let after = stored.after.as_ref().map(|after| after.event(stored.event)).transpose()?;
    let unchanged = match (&current, &after) {
        (Some(current), Some(after)) => same(current, after),
        (None, None) => true,
        _ => false,
    };
    if !unchanged {
        return Ok(Done::AlreadyThere);
    }
    let change = Changing { clock, animal, id: AnimalRevisionId(clock.uuid()), by };
    let before = stored.before.as_ref().map(|before| before.event(stored.event)).transpose()?;
    match (&current, &before) {
        (Some(current), Some(before)) => change.write(&mut tx, &both, current, before).await?,
        (Some(current), None) => change.drop(&mut tx, &both, current).await?,
        (None, Some(before)) => {
            let recorder = stored.before.as_ref().and_then(|before| before.recorded_by);
            change.put_back(&mut tx, &both, before, recorder.map(KeeperId)).await?;
        }
        // The schema refuses a change from nothing to nothing.
        (None, None) => return Err(ChangeError::NoEvent),
    }
    tx.commit().await?;
    Ok(Done::New)
}

/// Two versions of an event that say the same.
fn same(one: &Event, other: &Event) -> bool {
    (one.what, one.at, &one.note) == (other.what, other.at, &other.note)
}

/// Refuses a version of an event whose tank is gone for good: one that comes back may be old.
async fn there(tx: &mut PgConnection, event: &Event) -> Result<(), ChangeError> {
    let Some(to) = event.what.to() else { return Ok(()) };
    let found = sqlx::query_scalar!("select 1 as \"one!\" from tanks where id = $1 for key share", to.0)
        .fetch_optional(tx)
        .await?;
    found.map(|_| ()).ok_or(ChangeError::NoTank)
}

/// What a form of this id did before, if anything.
async fn done_before(
    tx: &mut PgConnection,
    animal: AnimalId,
    event: AnimalEventId,
    revision: AnimalRevisionId,
) -> Result<Option<Done>, ChangeError> {
    let used =
        sqlx::query!("select animal_id, event_id from animal_event_revisions where id = $1", revision.0)
            .fetch_optional(tx)
            .await?;
    match used {
        None => Ok(None),
        Some(used) if (used.animal_id, used.event_id) == (animal.0, event.0) => Ok(Some(Done::AlreadyThere)),
        Some(_) => Err(ChangeError::OtherUse),
    }
}

/// The group that an event of an animal made. It never changes, so that it can be read before the locks are taken.
async fn group_of(tx: &mut PgConnection, animal: AnimalId, id: AnimalEventId) -> Result<Option<AnimalId>> {
    let group = sqlx::query_scalar!(
        "select split_into from animal_events where id = $1 and animal_id = $2",
        id.0,
        animal.0
    )
    .fetch_optional(tx)
    .await?;
    Ok(group.flatten().map(AnimalId))
}

/// An animal's history, and that of the group which the event at hand made.
struct Both {
    own: History,
    group: Option<(AnimalId, History)>,
}

impl Both {
    async fn lock(
        tx: &mut PgConnection,
        animal: AnimalId,
        group: Option<AnimalId>,
    ) -> Result<Self, ChangeError> {
        let ids: Vec<_> = [Some(animal), group].into_iter().flatten().map(|id| id.0).collect();
        let rows = sqlx::query!(
            r#"select id, deleted_at is null as "there!" from animals where id = any($1) order by id for update"#,
            &ids
        )
        .fetch_all(&mut *tx)
        .await?;
        // The group may have gone with the split; the animal itself must be there.
        if !rows.iter().any(|row| row.id == animal.0 && row.there) {
            return Err(ChangeError::NoAnimal);
        }
        let own = history(tx, animal).await?;
        let group = match group {
            Some(id) => Some((id, history(tx, id).await?)),
            None => None,
        };
        Ok(Self { own, group })
    }
}

/// A change that is being made, by whom and under which id.
struct Changing<'a> {
    clock: &'a Clock,
    animal: AnimalId,
    id: AnimalRevisionId,
    by: KeeperId,
}

impl Changing<'_> {
    /// `current` becomes `event`, in this history and in that of the group it made.
    async fn write(
        &self,
        tx: &mut PgConnection,
        both: &Both,
        current: &Event,
        event: &Event,
    ) -> Result<(), ChangeError> {
        let after = both.own.correcting(event)?;
        there(tx, event).await?;
        if let Some((group, theirs)) = &both.group {
            let first = theirs
                .steps()
                .map(|(event, _)| event)
                .find(|event| matches!(event.what, What::Acquired { .. }));
            let founding = first.and_then(|first| {
                let founding = event.founding(first.id)?;
                // What was noted on the group's own coming stays.
                Some(Event { note: first.note.clone(), entered_at: first.entered_at, ..founding })
            });
            if let Some(founding) = founding {
                let theirs = theirs
                    .correcting(&founding)
                    .map_err(|fault| ChangeError::ImpossibleInGroup(*group, fault))?;
                event::update(tx, &founding).await?;
                keep(tx, *group, &theirs).await?;
            }
        }
        event::update(tx, event).await?;
        keep(tx, self.animal, &after).await?;
        self.note(tx, Some(current), Some(event)).await
    }

    /// The event goes, and the group it made.
    async fn drop(&self, tx: &mut PgConnection, both: &Both, current: &Event) -> Result<(), ChangeError> {
        if matches!(current.what, What::Acquired { .. }) {
            return Err(Fault { event: current.id, why: Why::NeverAcquired }.into());
        }
        let after = both.own.without(current.id)?;
        if let Some((group, theirs)) = &both.group {
            if !theirs.is_pristine() {
                return Err(ChangeError::GroupLives(*group));
            }
            self.delete_group(tx, *group, true).await?;
        }
        self.note(tx, Some(current), None).await?;
        sqlx::query!("delete from animal_events where id = $1", current.id.0).execute(&mut *tx).await?;
        keep(tx, self.animal, &after).await?;
        Ok(())
    }

    /// The event comes back, and the group it made.
    async fn put_back(
        &self,
        tx: &mut PgConnection,
        both: &Both,
        event: &Event,
        recorder: Option<KeeperId>,
    ) -> Result<(), ChangeError> {
        let after = both.own.with_again(event.clone())?;
        there(tx, event).await?;
        let Some((_, step)) = after.find(event.id) else { return Err(ChangeError::NoEvent) };
        // Whoever wrote it may have left.
        let recorder = match recorder {
            Some(by) => sqlx::query_scalar!("select id from keepers where id = $1", by.0)
                .fetch_optional(&mut *tx)
                .await?
                .map(KeeperId),
            None => None,
        };
        if let Some((group, _)) = &both.group {
            self.delete_group(tx, *group, false).await?;
        }
        event::insert(tx, self.animal, event, step.tank, recorder).await?;
        keep(tx, self.animal, &after).await?;
        self.note(tx, None, Some(event)).await
    }

    async fn delete_group(&self, tx: &mut PgConnection, group: AnimalId, deleted: bool) -> Result<()> {
        sqlx::query!(
            "update animals set deleted_at = case when $2 then $3::timestamptz end,
                                deleted_by = case when $2 then $4::uuid end
             where id = $1",
            group.0,
            deleted,
            jiff_sqlx::ToSqlx::to_sqlx(self.clock.now()) as _,
            self.by.0,
        )
        .execute(tx)
        .await?;
        Ok(())
    }

    /// Writes down what is changed. Before the event itself is: it still says who wrote it.
    async fn note(
        &self,
        tx: &mut PgConnection,
        before: Option<&Event>,
        after: Option<&Event>,
    ) -> Result<(), ChangeError> {
        let Some(event) = before.or(after).map(|event| event.id) else { return Ok(()) };
        let recorder = revision::recorder(tx, event).await?;
        let [before, after] = [before, after].map(|event| event.map(|event| Snapshot::of(event, recorder)));
        let new = New {
            id: self.id,
            animal: self.animal,
            event,
            before: before.as_ref(),
            after: after.as_ref(),
            at: self.clock.now(),
            by: self.by,
        };
        // An id that was free a moment ago, and is not: another animal's form took it.
        if revision::insert(tx, &new).await? { Ok(()) } else { Err(ChangeError::OtherUse) }
    }
}
