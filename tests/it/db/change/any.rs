//! Any sequence of what may happen to readings.

use std::collections::HashMap;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config as ProptestConfig, TestRunner};
use safeharbor::db;
use safeharbor::db::change::{Change, ChangeError, Changed};
use safeharbor::domain::id::{ChangeId, TankId};
use safeharbor::domain::reading::edit::SessionEdit;
use tokio::runtime::Builder;

use super::super::household::Household;

/// What may happen; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Add { minutes: i64, ph: u8, kh: Option<u8> },
    Correct { which: usize, value: u8, minutes: i64 },
    Delete { which: usize },
    DeleteSession { which: usize },
    MoveSession { which: usize, minutes: i64 },
    Undo { which: usize },
}

fn step() -> impl Strategy<Value = Step> {
    // Few instants and values, so that they meet: ties are what a roll-up gets wrong.
    let minutes = || (0_i64..6).prop_map(|step| step * 719);
    let which = || 0_usize..12;
    prop_oneof![
        3 => (minutes(), 0_u8..4, proptest::option::of(0_u8..4))
            .prop_map(|(minutes, ph, kh)| Step::Add { minutes, ph, kh }),
        3 => (which(), 0_u8..4, minutes())
            .prop_map(|(which, value, minutes)| Step::Correct { which, value, minutes }),
        2 => which().prop_map(|which| Step::Delete { which }),
        1 => which().prop_map(|which| Step::DeleteSession { which }),
        1 => (which(), minutes()).prop_map(|(which, minutes)| Step::MoveSession { which, minutes }),
        3 => which().prop_map(|which| Step::Undo { which }),
    ]
}

async fn take(
    household: &Household,
    tank: TankId,
    step: &Step,
    changes: &mut Vec<(ChangeId, Option<ChangeId>)>,
) {
    let ago = |minutes: i64| household.clock.now() - SignedDuration::from_mins(minutes);
    let readings = household.readings().await;
    let sessions = household.sessions().await;
    let mut undone = None;
    let changed = match *step {
        Step::Add { minutes, ph, kh } => {
            let (ph, kh) = (format!("{ph}"), kh.map(|kh| format!("<{}", kh + 1)));
            let values = [Some(("ph", ph.as_str())), kh.as_deref().map(|kh| ("kh", kh))];
            let values: Vec<_> = values.into_iter().flatten().collect();
            household.record(tank, minutes, &values).await;
            return;
        }
        Step::Correct { which, value, minutes } if !readings.is_empty() => {
            household.correct(readings[which % readings.len()], &value.to_string(), ago(minutes)).await
        }
        Step::Delete { which } if !readings.is_empty() => {
            household.delete(readings[which % readings.len()]).await
        }
        Step::DeleteSession { which } if !sessions.is_empty() => {
            let session = sessions[which % sessions.len()];
            let mut db = household.connection().await;
            db::change::delete_session(&mut db, household.change(), session).await.map(|(_, changed)| changed)
        }
        Step::MoveSession { which, minutes } if !sessions.is_empty() => {
            let session = sessions[which % sessions.len()];
            let mut db = household.connection().await;
            let found = db::reading_session::find(&mut db, session).await.unwrap().unwrap();
            let edit = SessionEdit {
                change_id: ChangeId(household.clock.uuid()),
                was_at: found.taken_at,
                taken_at: Some(ago(minutes)),
                note: Some(format!("{minutes}")),
            };
            let change = Change { id: edit.change_id, ..household.change() };
            db::change::edit_session(&mut db, change, session, &edit).await
        }
        Step::Undo { which } if !changes.is_empty() => {
            let (change, _) = changes[which % changes.len()];
            undone = Some(change);
            household.undo(change).await
        }
        _ => return,
    };
    match changed {
        Ok(Changed::Now(id)) => changes.push((id, undone)),
        Ok(Changed::Before(_) | Changed::Nothing) | Err(ChangeError::Conflict) => {}
        Err(error) => panic!("{step:?}: {error}"),
    }
}

#[test]
fn after_any_sequence_the_roll_up_is_as_if_built_anew_and_undoing_all_leads_back() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let household = runtime.block_on(Household::new());
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() };
    let steps = proptest::collection::vec(step(), 1..16);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let tables = "truncate readings, reading_sessions, removed_sessions, reading_days, reading_changes,
                          reading_versions";
            sqlx::query(tables).execute(&household.database.pool).await.unwrap();
            let tank = household.tank().await;
            let mut changes = Vec::new();
            let mut added = 0;
            for step in &steps {
                take(&household, tank, step, &mut changes).await;
                added += usize::from(matches!(step, Step::Add { .. }));
                household.assert_sound(tank).await?;
            }
            // Backwards, nothing stands in the way of anything, and every session is there again.
            // What an undo took back is done again by undoing it; from then on that is what has to be undone.
            let mut again = HashMap::new();
            for (change, undid) in changes.into_iter().rev() {
                let now = household.undo(again.remove(&change).unwrap_or(change)).await.unwrap();
                if let (Changed::Now(now), Some(undid)) = (now, undid) {
                    again.insert(undid, now);
                }
            }
            household.assert_sound(tank).await?;
            prop_assert_eq!(household.sessions().await.len(), added);
            let changed: i64 = sqlx::query_scalar(
                "select count(*) from readings r join reading_versions v on v.reading_id = r.id and v.version = 1
                 where (r.value, r.taken_at, r.note) is distinct from (v.value, v.taken_at, v.note)",
            )
            .fetch_one(&household.database.pool)
            .await
            .unwrap();
            prop_assert_eq!(changed, 0);
            Ok(())
        })
    });
    outcome.unwrap();
}
