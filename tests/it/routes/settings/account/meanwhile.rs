//! An account that changes while a request about it is under way.

use std::time::Duration;

use safeharbor::db::{keeper, token};
use safeharbor::domain::keeper::Role;
use sqlx::Connection as _;
use tokio::time::{sleep, timeout};

use crate::routes::support::{PASSWORD, TestApp};

/// Waits until a request waits for what somebody else holds.
async fn held_up(app: &TestApp) {
    let waits = timeout(Duration::from_mins(1), async {
        while app
            .column(
                "select pid::text from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )
            .await
            .is_empty()
        {
            sleep(Duration::from_millis(5)).await;
        }
    });
    waits.await.expect("no request ever waited");
}

#[tokio::test]
async fn a_password_that_was_right_when_it_was_looked_at_does_nothing_once_there_is_another() {
    let (app, _) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let new = "violett besen kirche ampel";
    let current = ("current_password", PASSWORD);
    for (path, fields) in [
        ("/settings/account/email", vec![("email", "thief@example.net"), current]),
        ("/settings/account/password", vec![current, ("password", new), ("again", new)]),
        ("/settings/account/second-factor", vec![current]),
    ] {
        let mut bens = app.signed_in(ben).await;
        let mut db = app.connection().await;
        let before = app.column("select password_hash from keepers where display_name = 'Ben'").await;
        let mut tx = db.begin().await.unwrap();
        token::lock_keeper(&mut tx, ben).await.unwrap();
        let meanwhile = async {
            held_up(&app).await;
            keeper::set_password_hash(&mut tx, ben.0, "another").await.unwrap();
            tx.commit().await.unwrap();
        };
        let (answer, ()) = tokio::join!(bens.post(path, &fields), meanwhile);
        let problems = answer.is(422).problems();
        assert!(problems.len() == 1 && problems[0].starts_with("This is not "), "{path}: {problems:?}");
        assert_eq!(
            app.column("select password_hash from keepers where display_name = 'Ben'").await,
            ["another"],
            "{path}"
        );
        keeper::set_password_hash(&mut db, ben.0, &before[0]).await.unwrap();
    }
    for table in ["jobs", "tokens", "second_factors"] {
        assert_eq!(app.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_new_address_and_an_owners_decision_wait_for_each_other_in_one_order() {
    let (app, mut owner) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    for (number, decision) in ["owner", "keeper", "deactivate", "reactivate"].iter().enumerate() {
        let mut db = app.connection().await;
        let mut tx = db.begin().await.unwrap();
        token::lock_keeper(&mut tx, ben).await.unwrap();
        let page = format!("/settings/keepers/{ben}/{decision}");
        let meanwhile = async {
            held_up(&app).await;
            let email = format!("ben{number}@example.org");
            assert!(keeper::set_email(&mut tx, ben, &email).await.unwrap());
            tx.commit().await.unwrap();
        };
        let (answer, ()) = tokio::join!(owner.post(&page, &[]), meanwhile);
        answer.is(303);
    }
    assert_eq!(
        app.column("select email || active::text from keepers where display_name = 'Ben'").await,
        ["ben3@example.orgtrue"]
    );
}
