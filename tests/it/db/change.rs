mod any;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use safeharbor::db;
use safeharbor::db::change::{Change, ChangeError, Changed};
use safeharbor::domain::id::{ChangeId, ReadingId, SessionId, TankId};
use safeharbor::domain::reading::edit::{Edit, SessionEdit};

use super::household::{Household, d};

impl Household {
    fn change(&self) -> Change {
        Change { id: ChangeId(self.clock.uuid()), by: self.owner, at: self.clock.now() }
    }

    async fn readings(&self) -> Vec<ReadingId> {
        let ids = sqlx::query_scalar!("select id from readings order by taken_at, parameter_id, id");
        ids.fetch_all(&self.database.pool).await.unwrap().into_iter().map(ReadingId).collect()
    }

    async fn sessions(&self) -> Vec<SessionId> {
        let ids = sqlx::query_scalar!("select id from reading_sessions order by taken_at, id");
        ids.fetch_all(&self.database.pool).await.unwrap().into_iter().map(SessionId).collect()
    }

    /// A correction of a reading as it stands.
    async fn correction(&self, reading: ReadingId, value: &str, at: Timestamp) -> Edit {
        let mut db = self.connection().await;
        let past = db::version::past(&mut db, reading).await.unwrap().unwrap();
        let now = past.now().unwrap();
        let mut batch = self.batch(&[("ph", value)]);
        let mut entered = batch.values.remove(0);
        entered.parameter = past.parameter;
        entered.entered_unit.clone_from(&now.entered_unit);
        Edit {
            change_id: ChangeId(self.clock.uuid()),
            version: now.version,
            taken_at: at,
            note: None,
            value: entered,
        }
    }

    /// Corrects a reading; the change's id.
    async fn correct(&self, reading: ReadingId, value: &str, at: Timestamp) -> Result<Changed, ChangeError> {
        let edit = self.correction(reading, value, at).await;
        let change = Change { id: edit.change_id, ..self.change() };
        db::change::edit(&mut *self.connection().await, change, reading, &edit).await
    }

    async fn delete(&self, reading: ReadingId) -> Result<Changed, ChangeError> {
        db::change::delete(&mut *self.connection().await, self.change(), reading).await
    }

    async fn undo(&self, change: ChangeId) -> Result<Changed, ChangeError> {
        let restored = db::change::undo(&mut *self.connection().await, self.change(), change).await;
        restored.map(|restored| restored.outcome)
    }

    /// Readings, sessions and roll-up as text.
    async fn all(&self) -> Vec<String> {
        let sql = "select to_jsonb(r) - 'version' || '{}' from readings r
                   union all select to_jsonb(s) from reading_sessions s
                   union all select to_jsonb(d) from reading_days d";
        let mut rows: Vec<String> = sqlx::query_scalar::<_, serde_json::Value>(sql)
            .fetch_all(&self.database.pool)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.to_string())
            .collect();
        rows.sort();
        rows
    }

    /// What must hold after whatever happened.
    async fn assert_sound(&self, tank: TankId) -> Result<(), TestCaseError> {
        let before = self.all().await;
        let mut tx = self.database.begin().await.unwrap();
        db::rollup::rebuild(&mut tx, tank).await.unwrap();
        tx.commit().await.unwrap();
        prop_assert_eq!(before, self.all().await, "the roll-up is as if built anew");
        let odd: i64 = sqlx::query_scalar(
            "select (select count(*) from reading_sessions s where s.taken_at is distinct from
                        (select max(taken_at) from readings r where r.session_id = s.id))
                  + (select count(*) from removed_sessions o join reading_sessions s on s.id = o.id)
                  + (select count(*) from readings r left join lateral
                        (select * from reading_versions v where v.reading_id = r.id order by version desc limit 1) v on true
                     where r.version > 1 and (v.version, v.there, v.value, v.taken_at)
                           is distinct from (r.version, true, r.value, r.taken_at))",
        )
        .fetch_one(&self.database.pool)
        .await
        .unwrap();
        prop_assert_eq!(odd, 0, "sessions follow their readings, and versions tell how they stand");
        Ok(())
    }
}

fn id(changed: Result<Changed, ChangeError>) -> ChangeId {
    match changed.unwrap() {
        Changed::Now(id) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_correction_can_be_taken_back_and_is_told() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 60, &[("ph", "8.2"), ("kh", "9")]).await;
    let before = household.all().await;
    let reading = household.readings().await[0];
    let at = household.clock.now() - SignedDuration::from_hours(30);
    let change = id(household.correct(reading, "8.3", at).await);
    household.assert_sound(tank).await.unwrap();
    assert_ne!(household.all().await, before);

    let mut db = household.connection().await;
    let past = db::version::past(&mut db, reading).await.unwrap().unwrap();
    let told: Vec<_> =
        past.versions.iter().map(|one| (one.version, one.value, one.change, one.by.as_deref())).collect();
    assert_eq!(told, [(1, d("8.2"), None, Some("Marina")), (2, d("8.3"), Some(change), Some("Marina"))]);
    assert_eq!(db::version::value_before(&mut db, &past, at).await.unwrap(), None);

    let undone = id(household.undo(change).await);
    assert_eq!(household.all().await, before);
    assert_eq!(household.undo(change).await.unwrap(), Changed::Before(undone), "twice is once");
    // What was taken back can be had again.
    id(household.undo(undone).await);
    household.assert_sound(tank).await.unwrap();
    assert_ne!(household.all().await, before);
}

#[tokio::test]
async fn the_same_form_is_one_change_and_another_forms_id_is_none() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 60, &[("ph", "8.2"), ("kh", "9")]).await;
    let [ph, kh] = household.readings().await[..] else { panic!() };
    let edit = household.correction(ph, "8.3", household.clock.now()).await;
    let change = Change { id: edit.change_id, ..household.change() };
    let submit = async || db::change::edit(&mut *household.connection().await, change, ph, &edit).await;
    let outcomes = join_all((0..8).map(|_| submit())).await;
    let made = outcomes.iter().filter(|one| matches!(one, Ok(Changed::Now(_)))).count();
    assert_eq!((made, outcomes.iter().filter(|one| one.is_err()).count()), (1, 0));
    let other = household.correction(kh, "10", household.clock.now()).await;
    let refused = db::change::edit(&mut *household.connection().await, change, kh, &other).await;
    assert!(matches!(refused, Err(ChangeError::OtherForm)));
    let same = household.correction(ph, "8.3", household.clock.now()).await;
    let nothing = Change { id: same.change_id, ..household.change() };
    let nothing = db::change::edit(&mut *household.connection().await, nothing, ph, &same).await;
    assert_eq!(nothing.unwrap(), Changed::Nothing);
}

#[tokio::test]
async fn of_two_who_correct_at_once_one_is_told() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 60, &[("ph", "8.2")]).await;
    let ph = household.readings().await[0];
    let edits = [
        household.correction(ph, "8.3", household.clock.now()).await,
        household.correction(ph, "8.4", household.clock.now()).await,
    ];
    let outcomes = join_all(edits.iter().map(async |edit| {
        let change = Change { id: edit.change_id, ..household.change() };
        db::change::edit(&mut *household.connection().await, change, ph, edit).await
    }))
    .await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(outcomes.iter().any(|one| matches!(one, Err(ChangeError::Conflict))));
    let first = outcomes.into_iter().find_map(Result::ok).unwrap();
    let Changed::Now(first) = first else { panic!("{first:?}") };
    id(household.correct(ph, "8.5", household.clock.now()).await);
    // The later change would be lost.
    assert!(matches!(household.undo(first).await, Err(ChangeError::Conflict)));
    household.assert_sound(tank).await.unwrap();
}

#[tokio::test]
async fn a_session_goes_with_its_last_reading_and_comes_back_with_any() {
    let household = Household::new().await;
    let tank = household.tank().await;
    let mut batch = household.batch(&[("ph", "8.2"), ("kh", "9")]);
    batch.note = Some("after the change".to_owned());
    let record = async || {
        let mut db = household.connection().await;
        db::reading::record(&mut db, &household.clock, tank, &batch, household.owner).await.unwrap()
    };
    record().await;
    let before = household.all().await;
    let [first, second] = household.readings().await[..] else { panic!() };
    let one = id(household.delete(first).await);
    assert_eq!(household.sessions().await, [batch.session_id]);
    let two = id(household.delete(second).await);
    assert_eq!((household.sessions().await, household.all().await), (vec![], vec![]));
    assert_eq!(household.delete(second).await.unwrap(), Changed::Before(two), "twice is once");
    assert_eq!(record().await, db::reading::Recorded::AlreadyThere, "a late draft brings nothing back");
    assert_eq!(household.all().await, Vec::<String>::new());
    id(household.undo(one).await);
    id(household.undo(two).await);
    assert_eq!(household.all().await, before);

    let mut db = household.connection().await;
    let (_, all) = db::change::delete_session(&mut db, household.change(), batch.session_id).await.unwrap();
    let Changed::Now(all) = all else { panic!("{all:?}") };
    let again = db::change::delete_session(&mut db, household.change(), batch.session_id).await.unwrap();
    assert_eq!(again, (tank, Changed::Before(all)));
    let removed = db::reading_session::removed(&mut db, batch.session_id).await.unwrap();
    assert_eq!(removed, Some((tank, Some(all.0))));
    let restored = db::change::undo(&mut db, household.change(), all).await.unwrap();
    assert_eq!((restored.tank, restored.session), (tank, Some(batch.session_id)));
    assert_eq!(household.all().await, before);
}

#[tokio::test]
async fn a_session_moves_with_all_its_readings() {
    let household = Household::new().await;
    let tank = household.tank().await;
    household.record(tank, 60, &[("ph", "8.2"), ("kh", "9")]).await;
    let before = household.all().await;
    let session = household.sessions().await[0];
    let mut db = household.connection().await;
    let was_at = db::reading_session::find(&mut db, session).await.unwrap().unwrap().taken_at;
    let edit = SessionEdit {
        change_id: ChangeId(household.clock.uuid()),
        was_at,
        taken_at: Some(was_at - SignedDuration::from_hours(48)),
        note: Some("two days before".to_owned()),
    };
    let change = Change { id: edit.change_id, ..household.change() };
    let edited = db::change::edit_session(&mut db, change, session, &edit).await.unwrap();
    assert_eq!(edited, Changed::Now(edit.change_id));
    let edited = db::change::edit_session(&mut db, change, session, &edit).await.unwrap();
    assert_eq!(edited, Changed::Before(edit.change_id));
    let found = db::reading_session::find(&mut db, session).await.unwrap().unwrap();
    assert_eq!((Some(found.taken_at), &found.note), (edit.taken_at, &edit.note));
    assert!(found.readings.iter().all(|reading| Some(reading.taken_at) == edit.taken_at && reading.edited));
    household.assert_sound(tank).await.unwrap();
    let late = SessionEdit { change_id: ChangeId(household.clock.uuid()), ..edit.clone() };
    let late_change = Change { id: late.change_id, ..household.change() };
    let refused = db::change::edit_session(&mut db, late_change, session, &late).await;
    assert!(matches!(refused, Err(ChangeError::Conflict)));
    // A connection lets go of what it has locked once it is used again, or given back.
    drop(db);
    id(household.undo(edit.change_id).await);
    assert_eq!(household.all().await, before);
}

#[tokio::test]
async fn what_never_was_is_unknown() {
    let household = Household::new().await;
    household.tank().await;
    let nothing = household.clock.uuid();
    assert!(matches!(household.delete(ReadingId(nothing)).await, Err(ChangeError::Unknown)));
    assert!(matches!(household.undo(ChangeId(nothing)).await, Err(ChangeError::Unknown)));
    let mut db = household.connection().await;
    let gone = db::change::delete_session(&mut db, household.change(), SessionId(nothing)).await;
    assert!(matches!(gone, Err(ChangeError::Unknown)));
    assert_eq!(db::version::past(&mut db, ReadingId(nothing)).await.unwrap(), None);
}
