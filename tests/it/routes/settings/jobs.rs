use safeharbor::db;
use safeharbor::db::keeper::NewKeeper;
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;
use safeharbor::jobs::job::{Addressee, ForKeeper};
use safeharbor::jobs::{Job, enqueue};
use sqlx::PgPool;
use uuid::Uuid;

use crate::routes::support::{Browser, TestApp};

async fn job(app: &TestApp) -> Uuid {
    let to = Addressee { email: "ada@example.org".into(), name: "Ada".into() };
    enqueue(&mut *app.connection().await, &app.clock, &Job::Welcome(to)).await.unwrap()
}

/// Gives a job up, as a worker does after its last attempt.
async fn bury(pool: &PgPool, id: Uuid) {
    sqlx::query(
        "update jobs set state = 'dead', attempts = 12, finished_at = created_at,
                         last_error = 'The mail server m:25 did not accept SMTP_USER and SMTP_PASS (535 no).'
          where id = $1",
    )
    .bind(id)
    .execute(pool)
    .await
    .unwrap();
}

async fn claim(app: &TestApp) {
    let kinds = ["mail.welcome".to_owned()];
    let claimed = db::job::claim(&app.database.pool, "w", &kinds, 9, app.clock.now(), 60.0).await.unwrap();
    assert_eq!(claimed.len(), 1);
}

async fn state(app: &TestApp, id: Uuid) -> (String, i32) {
    let status = db::job::status(&app.database.pool, id).await.unwrap().unwrap();
    (status.state, status.attempts)
}

async fn acts(app: &TestApp) -> Vec<String> {
    app.column("select act || ' ' || coalesce(detail, '') from audit_log order by 1").await
}

#[tokio::test]
async fn what_failed_is_found_said_in_full_and_run_again() {
    let (app, mut owner) = TestApp::with_owner().await;
    owner.get("/settings").await.says("href=\"/settings/jobs\"").says("None has failed.");
    owner.get("/").await.never_says("/settings/jobs");
    owner.get("/settings/jobs").await.is(200).says("None here.").says("Not running").says("within 5 seconds");
    let id = job(&app).await;
    owner.get("/settings/jobs").await.says("Mail: welcome").says("ada@example.org").says("not tried yet");
    bury(&app.database.pool, id).await;
    db::worker::beat(&app.database.pool, "w", app.clock.now(), app.clock.now()).await.unwrap();
    owner.get("/settings").await.says("1 failed.");
    let page = owner.get("/settings/jobs").await;
    page.says("tried 12 of 12 times").says("(535 no)").says("1 worker, last seen 0 seconds ago");

    let path = format!("/settings/jobs/{id}");
    let page = owner.get(&path).await;
    page.is(200)
        .says("Failed")
        .says("(535 no)")
        .says("a password made for this program")
        .says("mail.welcome");
    let form = page.form_to(&format!("{path}/again"));
    assert_eq!(owner.post_form(&form).await.leads_to(), path);
    owner.get(&path).await.says("It is tried again now.").says("not tried yet").says("Try now");
    assert_eq!(state(&app, id).await, ("waiting".to_owned(), 0));
    assert_eq!(acts(&app).await, ["job_run_again Mail: welcome, for ada@example.org"]);
}

#[tokio::test]
async fn a_job_that_a_worker_took_meanwhile_is_left_alone() {
    let (app, mut owner) = TestApp::with_owner().await;
    let id = job(&app).await;
    let path = format!("/settings/jobs/{id}");
    let page = owner.get(&path).await;
    let (again, discard) = (page.form_to(&format!("{path}/again")), page.form_to(&format!("{path}/discard")));
    claim(&app).await;
    for form in [&again, &discard] {
        owner.post_form(form).await.is(303);
        owner
            .get(&path)
            .await
            .says("A worker had begun with it meanwhile")
            .says("Running")
            .never_says("/again\"");
    }
    assert_eq!(state(&app, id).await, ("running".to_owned(), 1));
    db::job::complete(&app.database.pool, "w", id, 1, app.clock.now()).await.unwrap();
    for form in [&again, &discard] {
        owner.post_form(form).await.is(303);
        owner.get(&path).await.says("It had ended already").never_says("/again\"");
    }
    assert_eq!(state(&app, id).await, ("done".to_owned(), 1), "what is done is never done again");
    owner.post(&format!("{path}/restore"), &[]).await.is(303);
    assert_eq!(state(&app, id).await.0, "done", "and never taken back");
    assert_eq!(acts(&app).await, [""; 0]);
}

#[tokio::test]
async fn what_is_discarded_is_not_run_and_can_be_taken_back() {
    let (app, mut owner) = TestApp::with_owner().await;
    for dead in [false, true] {
        let id = job(&app).await;
        if dead {
            bury(&app.database.pool, id).await;
        }
        let before = state(&app, id).await;
        let path = format!("/settings/jobs/{id}");
        let form = owner.get(&path).await.form_to(&format!("{path}/discard"));
        owner.post_form(&form).await.is(303);
        assert_eq!(db::job::list::failed(&mut *app.connection().await).await.unwrap(), 0);
        let kinds = ["mail.welcome".to_owned()];
        let now = app.clock.now();
        assert_eq!(db::job::claim(&app.database.pool, "w", &kinds, 9, now, 60.0).await.unwrap(), []);
        let page = owner.get(&path).await;
        page.says("The job is discarded.").says("Discarded").never_says("/again\"");
        owner.get("/settings/jobs?state=done").await.says("Discarded");
        owner.post_form(&page.form_to(&format!("{path}/restore"))).await.is(303);
        owner.get(&path).await.says("The job is back as it was.");
        assert_eq!(state(&app, id).await, before);
        let form = owner.get(&path).await.form_to(&format!("{path}/discard"));
        owner.post_form(&form).await.is(303);
    }
    let discarded = "job_discarded Mail: welcome, for ada@example.org";
    let back = "job_discarded taken back: Mail: welcome, for ada@example.org";
    assert_eq!(acts(&app).await, [discarded, discarded, discarded, discarded, back, back]);
}

/// A keeper who is no owner.
async fn keeper(app: &TestApp) -> Browser {
    let keeper = NewKeeper {
        id: app.clock.uuid(),
        email: "kim@example.org",
        display_name: "Kim",
        password_hash: "none",
        unit_system: "metric",
        created_at: app.clock.now(),
    };
    db::keeper::create(&mut *app.connection().await, &keeper, Role::Keeper).await.unwrap();
    app.signed_in(KeeperId(keeper.id)).await
}

#[tokio::test]
async fn these_pages_are_for_owners() {
    let (app, mut owner) = TestApp::with_owner().await;
    let id = job(&app).await;
    bury(&app.database.pool, id).await;
    let mut keeper = keeper(&app).await;
    let before = app.contents().await;
    keeper.get("/settings").await.is(200).never_says("/settings/jobs").never_says("/settings/mail");
    keeper.get("/").await.is(200).never_says("/settings/jobs");
    let path = format!("/settings/jobs/{id}");
    for page in ["/settings/jobs", &path, "/settings/mail"] {
        keeper.get(page).await.is(403).never_says("ada@example.org");
        assert!(app.browser().get(page).await.leads_to().starts_with("/sign-in"));
    }
    for action in ["again", "discard", "restore"] {
        keeper.post(&format!("{path}/{action}"), &[]).await.is(403);
    }
    keeper.post("/settings/mail/test", &[]).await.is(403);
    assert_eq!(app.contents().await, before);
    for nothing in ["x", "019ab0de-7c1e-7000-8000-0000000000aa"] {
        owner.get(&format!("/settings/jobs/{nothing}")).await.is(404);
        for action in ["again", "discard", "restore"] {
            owner.post(&format!("/settings/jobs/{nothing}/{action}"), &[]).await.is(404);
        }
    }
}

#[tokio::test]
async fn nothing_in_a_payload_is_shown_but_whom_it_is_for() {
    let (app, mut owner) = TestApp::with_owner().await;
    let of_keeper: String = app.column("select id::text from keepers").await.remove(0);
    let about = ForKeeper { keeper: of_keeper.parse().unwrap() };
    enqueue(&mut *app.connection().await, &app.clock, &Job::PasswordChanged(about)).await.unwrap();
    owner.get("/settings/jobs").await.says("marina@example.org").says("Mail: password changed");
    sqlx::query(
        "insert into jobs (id, kind, payload, run_after, created_at, last_error)
         values (gen_random_uuid(), 'kind.of.another.version', '{\"keeper\": \"no id\", \"path\": \"s3cret\"}',
                 now(), now(), '<script>alert(1)</script>'),
                (gen_random_uuid(), 'channel.message',
                 '{\"channel\": 7, \"message\": {\"title\": \"<b>2 due</b>\", \"path\": \"s3cret\"}}', now(), now(), null)",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    let page = owner.get("/settings/jobs").await;
    page.is(200)
        .says("kind.of.another.version")
        .says("&#60;b&#62;2 due")
        .never_says("s3cret")
        .never_says("<b>2");
    page.never_says("<script>alert");
    for id in app.column("select id::text from jobs").await {
        owner.get(&format!("/settings/jobs/{id}")).await.is(200).never_says("s3cret");
    }
}
