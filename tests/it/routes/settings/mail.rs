use std::sync::Arc;

use safeharbor::db;
use safeharbor::jobs::job::Addressee;
use safeharbor::jobs::{Job, enqueue};
use tokio::task::JoinSet;

use crate::routes::support::{EMAIL, TestApp, environ};
use crate::support::postgres;

#[tokio::test]
async fn a_test_mail_is_asked_for_once_and_its_end_is_explained() {
    let (app, mut owner) = TestApp::with_owner().await;
    owner.get("/settings").await.says("Sent through mail.example.org.");
    let page = owner.get("/settings/mail").await;
    page.is(200)
        .says("mail.example.org, port 587")
        .says("STARTTLS")
        .says("harbor@example.org")
        .says("None yet.");
    let form = page.form_to("/settings/mail/test");
    assert_eq!(owner.post_form(&form).await.leads_to(), "/settings/mail");
    owner.get("/settings/mail").await.says("on its way").says("Waiting").says(EMAIL);
    owner.post_form(&form).await.is(303);
    owner.get("/settings/mail").await.says("under way already");
    assert_eq!(app.count("jobs").await, 1);

    let error = "The mail server mail.example.org:587 cannot be reached (Connection refused (os error 111)).";
    sqlx::query("update jobs set state = 'dead', finished_at = now(), attempts = 5, last_error = $1")
        .bind(error)
        .execute(&app.database.pool)
        .await
        .unwrap();
    owner
        .get("/settings/mail")
        .await
        .says("Failed")
        .says("Connection refused")
        .says("Nothing listens there.");
    owner.post_form(&form).await.is(303);
    assert_eq!(app.count("jobs").await, 2, "what failed does not stand in the way of the next one");
}

#[tokio::test]
async fn many_who_ask_at_once_get_one_test_mail() {
    let (app, owner) = TestApp::with_owner().await;
    let app = Arc::new(app);
    let mut asking = JoinSet::new();
    for _ in 0..8 {
        let mut browser = owner.clone();
        asking.spawn(async move { browser.post("/settings/mail/test", &[]).await.status });
    }
    assert_eq!(asking.join_all().await, [303; 8]);
    assert_eq!(app.count("jobs").await, 1);
}

#[tokio::test]
async fn each_mail_is_listed_with_what_became_of_it() {
    let (app, mut owner) = TestApp::with_owner().await;
    let to = |email: &str| Addressee { email: email.to_owned(), name: "Ada".into() };
    let mut ids = Vec::new();
    for (email, kind) in
        [("ada@example.org", "sent"), ("bea@example.org", "nothing"), ("cy@example.org", "later")]
    {
        let job = Job::Welcome(to(email));
        ids.push((enqueue(&mut *app.connection().await, &app.clock, &job).await.unwrap(), kind));
    }
    enqueue(&mut *app.connection().await, &app.clock, &Job::Housekeeping).await.unwrap();
    let pool = &app.database.pool;
    db::job::sent(pool, ids[0].0, Some("ada@example.org"), app.clock.now()).await.unwrap();
    sqlx::query("update jobs set state = 'done', finished_at = now() where payload->>'email' like any ('{ada%,bea%}')")
        .execute(pool)
        .await
        .unwrap();
    let page = owner.get("/settings/mail").await;
    page.says("ada@example.org").says("bea@example.org").says("cy@example.org").never_says("Housekeeping");
    for word in ["Sent", "Nothing sent", "Waiting"] {
        page.says(&format!("</svg>{word}</span>"));
    }
}

#[tokio::test]
async fn without_a_mail_server_it_says_what_to_set() {
    let database = postgres::database().await;
    let mut environ = environ(&database.url);
    for name in ["SMTP_HOST", "SMTP_TLS", "SMTP_FROM"] {
        environ = environ.without(name);
    }
    let app = TestApp::over(database, &environ);
    let mut owner = app.signed_in(app.owner().await).await;
    owner.get("/settings").await.says("Not set up: no mail is sent.");
    owner.get("/settings/mail").await.says("SMTP_HOST").says("SMTP_FROM").never_says("/settings/mail/test");
    owner.post("/settings/mail/test", &[]).await.is(303);
    owner.get("/settings/mail").await.says("No mail server is set");
    assert_eq!(app.count("jobs").await, 0);
}
